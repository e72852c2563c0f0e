#include "apps/mall/sale_floor.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <utility>

namespace troupe::mall {

sale_floor::sale_floor(
  std::map<std::string, std::uint64_t> stocked, std::uint32_t buyer_count,
  random_source random, time_point now)
    : random_{std::move(random)}, last_order_{now} {
  TROUPE_ASSERT(!stocked.empty());
  for (const auto& [item, count] : stocked)
    on_sale_.push_back(item);
  book_.stocked = std::move(stocked);
  for (std::uint32_t i = 1; i <= buyer_count; ++i)
    buyers_.emplace_back().name = "b" + std::to_string(i);
}

void sale_floor::want(buyer& x, time_point now) {
  auto item = on_sale_[random_.below(on_sale_.size())];
  auto name = x.name + "-" + std::to_string(++x.order_count);
  auto quantity = static_cast<std::uint32_t>(random_.between(1, 3));
  x.wanted = attempt{std::move(item), std::move(name), {quantity, x.name}, {}};
  x.wanted->result = attempt_result::unknown;
  x.since = now;
}

std::vector<sale_floor::ask> sale_floor::next_asks(time_point now) {
  auto result = std::vector<ask>{};
  for (std::size_t i = 0; i < buyers_.size(); ++i) {
    auto& x = buyers_[i];
    if (x.asked)
      continue;
    if (!x.wanted && on_sale_.empty())
      continue;
    if (!x.wanted)
      want(x, now);
    x.asked = true;
    result.push_back({i, x.wanted->item, x.wanted->name, x.wanted->what});
  }
  return result;
}

void sale_floor::answered(
  std::size_t who, const expected<reservation>& result, time_point now) {
  auto& x = buyers_[who];
  TROUPE_ASSERT(x.asked && x.wanted);
  x.asked = false;
  if (!result) {
    ++totals_.retries;
    return;
  }
  auto done = std::exchange(x.wanted, std::nullopt);
  if (*result == reservation::reserved) {
    done->result = attempt_result::acknowledged;
    ++totals_.orders;
    waits_.push_back(now - x.since);
    totals_.longest_wait = std::max(totals_.longest_wait, now - x.since);
    totals_.longest_gap = std::max(totals_.longest_gap, now - last_order_);
    last_order_ = now;
  } else {
    done->result = attempt_result::refused;
    ++totals_.refused;
    // Fewer pieces may be left than this buyer wanted; who wants one is told so, too.
    if (done->what.quantity == 1)
      std::erase(on_sale_, done->item);
  }
  book_.attempts.push_back(std::move(*done));
}

journal sale_floor::close() {
  for (auto& x : buyers_)
    if (auto open = std::exchange(x.wanted, std::nullopt))
      book_.attempts.push_back(std::move(*open));
  return book_;
}

std::size_t sale_floor::under_way_count() const {
  return static_cast<std::size_t>(std::ranges::count(buyers_, true, &buyer::asked));
}

} // namespace troupe::mall
