#include "router/data/data_board.hpp"

#include "actors/base/assert.hpp"

#include <utility>

namespace troupe::router {

data_snapshot_ptr data_board::read() const {
  auto lock = std::lock_guard{mutex_};
  return latest_;
}

void data_board::watch(std::weak_ptr<data_watcher> watcher) {
  auto lock = std::lock_guard{mutex_};
  std::erase_if(watchers_, [](const auto& x) { return x.expired(); });
  watchers_.push_back(std::move(watcher));
}

void data_board::publish(const data_snapshot_ptr& next) {
  auto told = std::vector<std::shared_ptr<data_watcher>>{};
  {
    auto lock = std::lock_guard{mutex_};
    TROUPE_ASSERT(next->version > latest_->version);
    latest_ = next;
    version_.store(next->version, std::memory_order_release);
    for (const auto& each : watchers_)
      if (auto watcher = each.lock())
        told.push_back(std::move(watcher));
  }
  for (const auto& watcher : told)
    watcher->changed(next);
}

// The version stays: nobody takes this for news.
void data_board::clear() {
  auto lock = std::lock_guard{mutex_};
  auto empty = std::make_shared<data_snapshot>();
  empty->version = latest_->version;
  empty->self = latest_->self;
  latest_ = std::move(empty);
  watchers_.clear();
}

} // namespace troupe::router
