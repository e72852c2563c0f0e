#include "storage/waiting_answers.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <utility>

namespace troupe::storage {

namespace {

// Its numbers and tags in a message, and its place here.
constexpr auto answer_overhead = sizeof(data_answer);

std::size_t bytes_of(const data_answer& x) { return answer_overhead + x.reply.size(); }

} // namespace

void waiting_answers::add(std::vector<data_answer> answers, time_point now) {
  for (auto& x : answers) {
    auto is_full = bytes_ > 0 && bytes_ + bytes_of(x) > config_.bytes_max;
    if (is_full && x.of_read && x.status == answer_status::ok) {
      ++given_up_count_;
      x = {
        .id = x.id,
        .status = answer_status::busy,
        .reply = {},
        .at = {},
        .master = {},
        .of_read = true};
    }
    auto bytes = bytes_of(x);
    bytes_ += bytes;
    auto& list = bytes > config_.message_bytes_max / 2 ? large_ : small_;
    list.push_back({std::move(x), bytes, now});
  }
}

void waiting_answers::tick(time_point now) {
  for (auto* list : {&small_, &large_})
    while (!list->empty() && list->front().since + config_.patience <= now) {
      ++given_up_count_;
      (void)pop(*list);
    }
}

time_point waiting_answers::wake_at() const {
  auto result = time_point::max();
  for (const auto* list : {&small_, &large_})
    if (!list->empty())
      result = std::min(result, list->front().since + config_.patience);
  return result;
}

bool waiting_answers::is_large_next() const {
  return small_.empty() || (turn_of_large_ && !large_.empty());
}

/// How many of the small ones go together.
std::size_t waiting_answers::small_count() const {
  auto bytes = std::size_t{0};
  auto end = std::ranges::find_if(small_, [&](const waiting& x) {
    bytes += x.bytes;
    return bytes > config_.message_bytes_max;
  });
  return std::max<std::size_t>(1, static_cast<std::size_t>(end - small_.begin()));
}

std::size_t waiting_answers::next_bytes() const {
  TROUPE_ASSERT(!empty());
  if (is_large_next())
    return large_.front().bytes;
  auto result = std::size_t{0};
  for (auto i = std::size_t{0}, end = small_count(); i < end; ++i)
    result += small_[i].bytes;
  return result;
}

std::vector<data_answer> waiting_answers::take() {
  TROUPE_ASSERT(!empty());
  auto result = std::vector<data_answer>{};
  auto is_large = is_large_next();
  auto& list = is_large ? large_ : small_;
  for (auto count = is_large ? 1U : small_count(); count > 0; --count)
    result.push_back(pop(list));
  turn_of_large_ = !is_large;
  return result;
}

data_answer waiting_answers::pop(std::deque<waiting>& from) {
  auto result = std::move(from.front().answer);
  bytes_ -= from.front().bytes;
  from.pop_front();
  return result;
}

} // namespace troupe::storage
