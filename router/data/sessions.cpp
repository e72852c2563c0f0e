#include "router/data/sessions.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>

namespace troupe::router {

storage::request_id write_session::begin() {
  TROUPE_ASSERT(!full());
  return {client_, next_++};
}

void write_session::ended(std::uint64_t number) {
  TROUPE_ASSERT(number < next_);
  if (number < lowest_)
    return;
  ended_.set(number % session_writes_max);
  while (lowest_ < next_ && ended_.test(lowest_ % session_writes_max)) {
    ended_.reset(lowest_ % session_writes_max);
    ++lowest_;
  }
}

storage::client_id session_book::open() {
  auto lock = std::lock_guard{mutex_};
  open_.insert(next_);
  return {node_, incarnation_, next_++};
}

void session_book::close(const storage::client_id& client) {
  TROUPE_ASSERT(client.node == node_ && client.incarnation == incarnation_);
  auto lock = std::lock_guard{mutex_};
  version_ += open_.erase(client.connection);
}

std::size_t session_book::open_count() const {
  auto lock = std::lock_guard{mutex_};
  return open_.size();
}

std::uint64_t session_book::version() const {
  auto lock = std::lock_guard{mutex_};
  return version_;
}

// A statement that does not reach further than the one before is taken for a late copy of
// it; so a number is given up when none was opened in between.
session_book::statement session_book::state() {
  auto lock = std::lock_guard{mutex_};
  if (version_ > stated_version_) {
    next_ = std::max(next_, stated_below_ + 1);
    stated_version_ = version_;
    stated_below_ = next_;
  }
  auto open = std::vector<std::uint64_t>{open_.begin(), open_.lower_bound(stated_below_)};
  return {version_, {node_, incarnation_, stated_below_, std::move(open)}};
}

} // namespace troupe::router
