/// Where threads that sync a log wait while an injected fault stalls the disk.
///
/// Thread-safe. Syncs that come from `injected_disk` pass it before the real one; opened
/// for good, nothing waits at it any more.
#pragma once

#include "apps/inject/fault_book.hpp"

#include <condition_variable>
#include <mutex>

namespace troupe::apps {

class stall_gate {
public:
  /// What holds for syncs from now on, those that wait included.
  void set(const disk_weather& weather);

  /// Waits as long as the weather says.
  void pass();

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  disk_weather weather_;
};

} // namespace troupe::apps
