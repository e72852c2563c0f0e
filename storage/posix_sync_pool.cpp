#include "storage/posix_sync_pool.hpp"

#include "actors/base/assert.hpp"

#include <utility>

namespace troupe::storage {

posix_sync_pool::posix_sync_pool(std::size_t thread_count) {
  TROUPE_ASSERT(thread_count > 0);
  for (std::size_t i = 1; i < thread_count; ++i)
    threads_.emplace_back([this] { work(); });
}

posix_sync_pool::~posix_sync_pool() {
  {
    auto lock = std::unique_lock{mutex_};
    ending_ = true;
  }
  begun_.notify_all();
  for (auto& x : threads_)
    x.join();
}

error posix_sync_pool::run(std::span<const task> tasks) {
  auto lock = std::unique_lock{mutex_};
  TROUPE_ASSERT(unfinished_ == 0);
  tasks_ = tasks;
  next_ = 0;
  unfinished_ = tasks.size();
  trouble_ = {};
  for (std::size_t i = 1; i < tasks.size(); ++i)
    begun_.notify_one();
  take_tasks(lock);
  done_.wait(lock, [this] { return unfinished_ == 0; });
  return std::move(trouble_);
}

void posix_sync_pool::work() {
  auto lock = std::unique_lock{mutex_};
  while (!ending_) {
    take_tasks(lock);
    begun_.wait(lock, [this] { return ending_ || next_ < tasks_.size(); });
  }
}

void posix_sync_pool::take_tasks(std::unique_lock<std::mutex>& lock) {
  while (next_ < tasks_.size()) {
    const auto& mine = tasks_[next_++];
    lock.unlock();
    auto why = mine();
    lock.lock();
    if (why && !trouble_)
      trouble_ = std::move(why);
    if (--unfinished_ == 0)
      done_.notify_one();
  }
}

} // namespace troupe::storage
