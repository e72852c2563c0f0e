#include "actors/system_config.hpp"

#include <algorithm>
#include <cstddef>
#include <thread>

#include <caf/atom.hpp>

namespace troupe::actors {

system_config::system_config(scheduling kind) {
  // Sharing, not stealing: a job that a busy worker queued starts after 20-50 us instead
  // of milliseconds, an idle process makes no wake-ups, and a remote call at one in
  // flight is 3.5 times as fast. Stealing wins only for fine-grained local messaging.
  set(
    "scheduler.policy",
    kind == scheduling::threads ? caf::atom("sharing") : caf::atom("testing"));
  set(
    "scheduler.max-threads",
    std::max<std::size_t>(1, std::thread::hardware_concurrency()));
  // The engine's default is unlimited: two busy actors then starve all others for ever.
  set("scheduler.max-throughput", std::size_t{50});
  config_file_path.clear();
}

} // namespace troupe::actors
