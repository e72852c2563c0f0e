/// Takes most of its time from a process: it is stopped nine tenths of each 100 ms, as
/// on a machine with far too much to do.
#pragma once

#include "apps/local/process.hpp"

#include <thread>
#include <utility>

namespace troupe::lab {

class starvation {
public:
  /// Begins; the destructor lets the process go on.
  explicit starvation(apps::process whom)
      : whom_{std::move(whom)}, thread_{[this](const std::stop_token& x) { run(x); }} {}
  starvation(const starvation&) = delete;
  starvation& operator=(const starvation&) = delete;
  ~starvation();

private:
  void run(const std::stop_token& stop);

  apps::process whom_;
  std::jthread thread_; // Last: it uses the other.
};

} // namespace troupe::lab
