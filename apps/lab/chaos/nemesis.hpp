/// Does to a world what a plan says, when it says so, and undoes it.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/random.hpp"
#include "actors/base/time.hpp"
#include "apps/lab/chaos/chaos_world.hpp"
#include "apps/lab/chaos/link_faults.hpp"
#include "apps/lab/chaos/run_clock.hpp"
#include "apps/lab/chaos/strike.hpp"
#include "apps/lab/fault_plan.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::lab {

/// A node is struck by one fault of its own at a time: another that wants it meanwhile
/// strikes nobody. Faults of links add up. Used by one thread.
class nemesis {
public:
  /// Is told of each strike and each end, as it happens, as a line for people.
  using listener = std::function<void(const std::string&)>;

  /// Refers to `world` and `clock`. `plan` is by time.
  nemesis(chaos_world& world, const run_clock& clock, fault_plan plan, listener tell);

  /// When there is something to do next; none: never.
  [[nodiscard]] std::optional<duration> next() const;

  /// Does what is due. Fails when the world refuses.
  [[nodiscard]] error act();

  /// Undoes all faults that last, leaves out those to come, and starts all nodes.
  [[nodiscard]] error heal();

  /// Nodes that have ended while no fault had them, as sentences; each is told once.
  [[nodiscard]] std::vector<std::string> deaths();

  [[nodiscard]] const std::vector<strike>& strikes() const { return strikes_; }

private:
  /// What the fault of the same place in `strikes_` holds on to.
  struct grip {
    std::vector<std::size_t> nodes;
    link_rules links;
    error (nemesis::*release)(std::size_t node) = nullptr; // For each of `nodes`.
  };

  [[nodiscard]] error begin(const planned_fault& fault);
  [[nodiscard]] error end(std::size_t place);
  [[nodiscard]] error take_hold(const strike& what, random_source& random, grip& result);
  [[nodiscard]] error take_node(const std::string& kind, std::size_t node, grip& result);
  [[nodiscard]] error set_links();

  [[nodiscard]] error start_again(std::size_t node) { return world_.start(node); }
  [[nodiscard]] error go_on(std::size_t node) { return world_.resume(node); }
  [[nodiscard]] error give_time(std::size_t node) { return world_.feed(node); }
  [[nodiscard]] error take_room(std::size_t node);
  [[nodiscard]] error give_room(std::size_t node);

  /// The fault's target, or one drawn; none when that node is not free for it.
  [[nodiscard]] std::optional<std::size_t>
  target_of(const planned_fault& fault, random_source& random) const;
  [[nodiscard]] std::vector<std::size_t> free_nodes() const;

  chaos_world& world_;
  const run_clock& clock_;
  fault_plan plan_; // Those before `next_fault_` are done.
  std::size_t next_fault_ = 0;
  listener tell_;
  std::vector<strike> strikes_;
  std::map<std::size_t, grip> grips_;         // By place in `strikes_`.
  std::multimap<duration, std::size_t> ends_; // Of the grips.
  std::set<std::size_t> taken_;               // Nodes that a fault has taken.
  link_rules links_;                          // As they are now.
};

} // namespace troupe::lab
