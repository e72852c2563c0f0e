/// Where the cluster of a chaos run lives, and what can be done to it.
///
/// There are two: processes on the loopback interface, which needs no rights, and
/// processes in network namespaces, which needs root. Used by one thread.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"
#include "apps/lab/chaos/node_usage.hpp"
#include "apps/local/layout.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace troupe::lab {

/// What happens to what one node sends to another.
struct link_rule {
  bool cut = false;
  double loss = 0;
  duration delay{};
  duration jitter{};    ///< Added to the delay, up to this.
  double duplicate = 0; ///< The share that arrives twice.

  bool operator==(const link_rule&) const = default;
};

class chaos_world {
public:
  chaos_world() = default;
  chaos_world(const chaos_world&) = delete;
  chaos_world& operator=(const chaos_world&) = delete;

  /// Ends and removes what `close` has left.
  virtual ~chaos_world() = default;

  /// All nodes, whether they run or not; the same for the world's whole life.
  [[nodiscard]] virtual const std::vector<apps::local_node>& nodes() const = 0;

  /// Starts those nodes that do not run. Fails with ec::in_use when a port is not free,
  /// ec::system, or what the node's program needs.
  [[nodiscard]] virtual error start(std::size_t node) = 0;

  /// Returns none when all nodes are one cluster whose shards have masters. Fails with
  /// ec::deadline_exceeded or ec::wrong_state.
  [[nodiscard]] virtual error wait_ready(duration timeout) = 0;

  [[nodiscard]] virtual bool runs(std::size_t node) const = 0;

  /// How the node's process has ended ("exited with code 2"), when nobody killed it.
  [[nodiscard]] virtual std::optional<std::string> ended_by_itself(std::size_t node) = 0;

  /// Ends the node's process as by SIGKILL, and returns when it is gone.
  [[nodiscard]] virtual error kill(std::size_t node) = 0;

  /// Stops the process where it is, until `resume`.
  [[nodiscard]] virtual error pause(std::size_t node) = 0;
  [[nodiscard]] virtual error resume(std::size_t node) = 0;

  /// Leaves the process a tenth of its time, until `feed`.
  [[nodiscard]] virtual error starve(std::size_t node) = 0;
  [[nodiscard]] virtual error feed(std::size_t node) = 0;

  /// What the node's process holds; none when it does not run.
  [[nodiscard]] virtual std::optional<node_usage> usage(std::size_t node) const = 0;

  /// From now on `rule` holds for what `from` sends to `to`. Fails with
  /// ec::wrong_state where the world has no network of its own.
  [[nodiscard]] virtual error
  set_link(std::size_t from, std::size_t to, const link_rule& rule)
    = 0;

  /// Takes all room that the node's disk has left, or gives it back.
  [[nodiscard]] virtual error fill_disk(std::size_t node) = 0;
  [[nodiscard]] virtual error free_disk(std::size_t node) = 0;

  /// Ends all processes and takes down what was made outside of the run's directory.
  [[nodiscard]] virtual error close() = 0;
};

} // namespace troupe::lab
