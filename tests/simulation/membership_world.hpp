/// A cluster of membership cores over a simulated message network, in virtual time.
///
/// Nodes are numbered from 0. The network loses, delays, duplicates and reorders
/// messages, and is cut between groups; nodes crash, restart with the next incarnation,
/// and stand still. Each node has a clock of its own. The invariants of a core are
/// checked after its events.
#pragma once

#include "actors/base/random.hpp"
#include "apps/lab/event_queue.hpp"
#include "cluster/membership.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::test {

class membership_world {
public:
  struct options {
    std::size_t node_count = 10;
    std::uint64_t seed = 1;
    cluster::membership_config config{};
    double loss_ratio = 0;
    double duplicate_ratio = 0;
    duration delay_min = std::chrono::milliseconds{1};
    duration delay_max = std::chrono::milliseconds{10};
    /// A message to a crashed process breaks the link visibly, as a TCP reset does.
    bool breaks_are_seen = false;
  };

  /// A member was declared dead on a node.
  struct death {
    time_point when;
    std::size_t on;
    std::size_t of;
    bool wrong; ///< That incarnation was running, awake, and reachable from there.
  };

  explicit membership_world(const options& chosen);

  /// Starts the process of node `i`, with the next incarnation.
  void start(std::size_t i, const std::vector<std::size_t>& seeds);
  /// Starts all within `spread`, each with node `seed` as its seed.
  void start_all(duration spread, std::size_t seed = 0);
  void crash(std::size_t i);
  void leave(std::size_t i);
  void forget(std::size_t on, std::size_t of);
  /// Stops node `i` for `length`; what arrives waits.
  void pause(std::size_t i, duration length);
  /// From now on node `i` stands still for `still`, runs for `awake`, and so on: what is
  /// for it, it handles late.
  void starve(std::size_t i, duration still, duration awake);
  /// Cuts the nodes below `first_of_other_half` from the others.
  void cut_at(std::size_t first_of_other_half) { cut_at_ = first_of_other_half; }
  void heal() { cut_at_ = 0; }
  void set_loss(double ratio) { options_.loss_ratio = ratio; }

  void run_for(duration length) { events_.run_until(events_.now() + length); }
  /// Runs until `done`, and returns how long that took; none when it took over `limit`.
  std::optional<duration> run_until(const std::function<bool()>& done, duration limit);

  [[nodiscard]] const cluster::membership& core(std::size_t i) const;
  [[nodiscard]] bool up(std::size_t i) const { return nodes_[i].core != nullptr; }
  [[nodiscard]] bool all_up() const;
  [[nodiscard]] node_id id(std::size_t i) const { return nodes_[i].id; }
  [[nodiscard]] time_point now() const { return events_.now(); }

  /// What node `on` thinks of node `of`; none when it does not list it.
  [[nodiscard]] std::optional<cluster::member_state>
  view(std::size_t on, std::size_t of) const;
  /// Every running node sees the running ones alive in their present incarnation, and the
  /// others not present.
  [[nodiscard]] bool views_are_true() const;
  /// Every running node sees `of` in state `x`.
  [[nodiscard]] bool all_see(std::size_t of, cluster::member_state x) const;

  [[nodiscard]] const std::vector<death>& deaths() const { return deaths_; }
  [[nodiscard]] std::size_t wrong_deaths() const;
  [[nodiscard]] std::size_t news_count(cluster::member_event x) const;
  [[nodiscard]] std::uint64_t messages_sent() const { return messages_sent_; }
  /// Of the frames that links would send for them.
  [[nodiscard]] std::uint64_t bytes_sent() const { return bytes_sent_; }
  /// Hash of all that happened: time, node, kind and contents.
  [[nodiscard]] std::uint64_t trace() const { return trace_; }

private:
  struct node {
    node_id id;
    troupe::incarnation incarnation;
    duration clock_offset{};
    std::unique_ptr<cluster::membership> core;
    bool paused = false;
    bool left = false;
    std::uint64_t wake = 0; // Number of the timer that counts.
    std::deque<lab::event_queue::action> inbox;
  };

  using event
    = std::function<cluster::membership::output(cluster::membership&, time_point)>;

  [[nodiscard]] std::size_t index_of(const node_id& id) const;
  [[nodiscard]] bool reachable(std::size_t a, std::size_t b) const;
  [[nodiscard]] duration draw_delay();
  void happen(std::size_t i, const event& what);
  void deliver(std::size_t i, troupe::incarnation incarnation, const event& what);
  void perform(std::size_t i, const cluster::membership::output& out);
  void send(std::size_t i, const cluster::membership::envelope& x);
  void redial(std::size_t i, const cluster::membership::contact& x);
  void note(std::size_t i, const cluster::member_news& x);
  void resume(std::size_t i, troupe::incarnation incarnation);
  void fold(std::uint64_t x);
  void fold(const cluster::member& x);
  void fold(const cluster::membership_message& x);

  options options_;
  random_source random_;
  lab::event_queue events_;
  std::vector<node> nodes_;
  std::map<node_id, std::size_t> index_;
  std::map<std::string, std::size_t> addresses_;
  std::size_t cut_at_ = 0;
  std::vector<death> deaths_;
  std::map<cluster::member_event, std::size_t> news_;
  std::uint64_t messages_sent_ = 0;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t events_count_ = 0;
  std::uint64_t trace_ = 0xcbf29ce484222325U;
};

} // namespace troupe::test
