/// How an app puts a load of its own on a cluster that is broken, and says what must
/// hold.
///
/// `troupe::apps::app::workload` makes a workload; `sim` and `chaos` of the app's program
/// run it beside troupe's own clients, on nodes that provide the app's services: `sim` in
/// one thread and in virtual time, `chaos` on real processes. Either way one function of
/// a workload runs at a time, it acts only in what it is called for, and whatever it
/// draws, it draws from `stage::random`.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/random.hpp"
#include "actors/base/time.hpp"
#include "router/call_table.hpp"
#include "router/messages.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe::lab {

/// What a workload may do to the cluster that it is part of.
class stage {
public:
  using call_ended = std::function<void(expected<router::call_answer>)>;

  stage() = default;
  stage(const stage&) = delete;
  stage& operator=(const stage&) = delete;
  virtual ~stage() = default;

  /// Time since the run began; virtual when the nodes are simulated.
  [[nodiscard]] virtual duration now() = 0;

  /// Calls `what` in so long.
  virtual void after(duration delay, std::function<void()> what) = 0;

  [[nodiscard]] virtual random_source& random() = 0;

  /// Calls a service, written `group/interface:version`, through some node that is up.
  /// Fails as the node's gateway does; with ec::unreachable when no node is up, and with
  /// an error that means "unknown" when the node is killed before it answers. On real
  /// processes the content must be JSON.
  virtual void
  call(const std::string& service, router::call_request what, call_ended done)
    = 0;

  /// Puts a line into the run's trace, or beside its histories.
  virtual void note(const std::string& kind, const std::string& what) = 0;
};

class workload {
public:
  workload() = default;
  workload(const workload&) = delete;
  workload& operator=(const workload&) = delete;
  virtual ~workload() = default;

  /// The run begins: nodes start, faults strike.
  virtual void start() = 0;

  /// All faults have ended and every node is ready: finish what is under way, and begin
  /// nothing new.
  virtual void stop() = 0;

  /// Nothing is under way any more.
  [[nodiscard]] virtual bool idle() const = 0;

  /// Reads back what there is. Called once, when the cluster is at rest.
  virtual void check() = 0;

  /// Everything was read back.
  [[nodiscard]] virtual bool checked() const = 0;

  /// What does not hold, each beginning with the property's name.
  /// @pre `checked()`.
  [[nodiscard]] virtual std::vector<std::string> violations() const = 0;

  /// Operations that the app knows to be done: a run without any proves nothing.
  [[nodiscard]] virtual std::uint64_t acked_count() const = 0;
};

/// Makes the workload of one run; `on` outlives it.
using workload_maker = std::function<std::unique_ptr<workload>(stage& on)>;

} // namespace troupe::lab
