/// What a supervisor is told about its children, and how patient it is.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace troupe::actors {

/// Which ends of a child call for a restart.
enum class restart_kind {
  permanent, ///< Every end.
  transient, ///< An end with an error.
  temporary, ///< None; it is forgotten when it ends.
};

/// Who is restarted when one child must be. Children that ended for good stay ended;
/// temporary ones that are stopped for the sake of others are forgotten.
enum class restart_strategy {
  one_for_one,  ///< That child.
  one_for_all,  ///< All children.
  rest_for_one, ///< That child and those after it.
};

/// A deadline that never passes.
inline constexpr duration no_deadline = duration::max();

struct child_rule {
  std::string name;
  restart_kind restart = restart_kind::permanent;

  /// How long the child may take to end when asked; then it is killed. A supervisor needs
  /// the sum of its children's, or `no_deadline`.
  duration shutdown_deadline = std::chrono::seconds{5};

  /// A running child that does not answer a ping for this long is reported as stuck, and
  /// pinged at this period; 0 is never. It is not restarted: what is stuck cannot be
  /// ended, and two of one kind must not run. Shorter notices sooner, and costs a message
  /// per period and child.
  duration watchdog{};
};

struct supervisor_config {
  restart_strategy strategy = restart_strategy::one_for_one;

  /// More restarts than this within `restart_window` are too many. Larger hides a crash
  /// loop for longer, smaller escalates on bad luck.
  std::size_t restart_count_max = 5;
  duration restart_window = std::chrono::seconds{30};

  /// Wait before a child's first restart; doubled for each further one up to the maximum.
  /// Never 0: an immediate restart of what fails at once burns a core.
  duration backoff_min = std::chrono::milliseconds{100};
  duration backoff_max = std::chrono::seconds{10};

  /// A child that ran this long is healthy: its backoff starts again from the minimum.
  duration healthy_after = std::chrono::seconds{30};

  /// The first thing that is wrong, or none.
  [[nodiscard]] error validate() const;
};

} // namespace troupe::actors
