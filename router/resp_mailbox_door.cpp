#include "router/resp_mailbox_door.hpp"

#include "actors/base/assert.hpp"

#include <utility>

namespace troupe::router {

void resp_mailbox::content::clear() {
  answers.clear();
  lost.clear();
  changed = false;
}

// The wake-up is under the lock, so that the door outlives it.
template <class Put>
void resp_mailbox::put(Put how) {
  auto lock = std::lock_guard{mutex_};
  if (!wake_)
    return;
  const auto asleep = content_.empty();
  how(content_);
  if (asleep)
    wake_();
}

void resp_mailbox::take(shard_id, std::vector<storage::data_answer> answers) {
  put([&](content& x) { x.answers.push_back(std::move(answers)); });
}

void resp_mailbox::lost(const node_id& node) {
  put([&](content& x) { x.lost.push_back(node); });
}

void resp_mailbox::changed(const data_snapshot_ptr&) {
  put([](content& x) { x.changed = true; });
}

void resp_mailbox::take_all(content& emptied) {
  TROUPE_ASSERT(emptied.empty());
  auto lock = std::lock_guard{mutex_};
  std::swap(content_, emptied);
}

void resp_mailbox::close() {
  auto lock = std::lock_guard{mutex_};
  wake_ = nullptr;
  content_.clear();
}

} // namespace troupe::router
