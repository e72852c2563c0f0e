/// A sync pool of threads.
#pragma once

#include "storage/sync_pool.hpp"

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

namespace troupe::storage {

/// The thread that calls `run` works, too; only one may call at a time.
class posix_sync_pool final : public sync_pool {
public:
  /// @pre `thread_count` is at least 1; of them, one is the caller's.
  explicit posix_sync_pool(std::size_t thread_count);
  ~posix_sync_pool() override;

  [[nodiscard]] error run(std::span<const task> tasks) override;

private:
  void work();
  /// Runs tasks until none is left that nobody has begun.
  void take_tasks(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable begun_;
  std::condition_variable done_;
  std::span<const task> tasks_;
  std::size_t next_ = 0;       // The first that nobody has begun.
  std::size_t unfinished_ = 0; // Of `tasks_`.
  error trouble_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

} // namespace troupe::storage
