#include "cluster/asio_loop.hpp"

#include "actors/base/assert.hpp"

#include <csignal>
#include <mutex>

#include <pthread.h>

namespace troupe::cluster {

io_loop::io_loop() : work_{context_.get_executor()} {
  thread_ = std::thread{[this] { run(); }};
}

void io_loop::run() {
  // Signals are for the main thread.
  auto all = sigset_t{};
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), "troupe-io");
  context_.run();
}

bool io_loop::enter(const std::shared_ptr<io_resident>& resident) {
  // `ended_` is written on this thread alone.
  if (ended_) {
    resident->stop();
    return false;
  }
  residents_.emplace(resident.get(), resident);
  return true;
}

void io_loop::leave(const io_resident* resident) { residents_.erase(resident); }

void io_loop::end() {
  TROUPE_ASSERT(std::this_thread::get_id() != thread_.get_id());
  post([this] { stop_all(); });
  thread_.join();
}

void io_loop::stop_all() {
  {
    auto lock = std::unique_lock{ended_mutex_};
    ended_ = true;
  }
  for (const auto& [key, weak] : std::exchange(residents_, {}))
    if (auto resident = weak.lock())
      resident->stop();
  work_.reset();
}

} // namespace troupe::cluster
