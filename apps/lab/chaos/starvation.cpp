#include "apps/lab/chaos/starvation.hpp"

#include <chrono>
#include <csignal>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto stopped = 90ms;
constexpr auto running = 10ms;

} // namespace

starvation::~starvation() {
  thread_.request_stop();
  thread_.join();
}

void starvation::run(const std::stop_token& stop) {
  // A process that has ended feels nothing; that it should not have is found by others.
  while (!stop.stop_requested()) {
    static_cast<void>(whom_.signal(SIGSTOP));
    std::this_thread::sleep_for(stopped);
    static_cast<void>(whom_.signal(SIGCONT));
    std::this_thread::sleep_for(running);
  }
}

} // namespace troupe::lab
