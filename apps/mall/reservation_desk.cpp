#include "apps/mall/reservation_desk.hpp"

#include "actors/base/assert.hpp"
#include "router/resp/string_evaluator.hpp"

#include <algorithm>

namespace troupe::mall {

namespace {

storage::effect put(std::string key, std::string value) {
  return {std::move(key), storage::row{router::string_row, 0, 0, std::move(value)}};
}

} // namespace

reservation_desk::output
reservation_desk::reserve(desk_ticket from, std::string order, mall::order what) {
  auto out = output{};
  waiting_.push_back({from, std::move(order), std::move(what)});
  begin(out);
  return out;
}

void reservation_desk::begin(output& out) {
  if (!batch_.empty() || waiting_.empty())
    return;
  auto count = std::min(waiting_.size(), batch_max);
  auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  batch_.assign(std::move_iterator{waiting_.begin()}, std::move_iterator{end});
  waiting_.erase(waiting_.begin(), end);
  out.read.push_back(stock_key(item_));
  for (const auto& x : batch_)
    out.read.push_back(order_key(item_, x.order));
}

reservation_desk::output
reservation_desk::rows_read(const std::vector<std::optional<std::string>>& rows) {
  TROUPE_ASSERT(rows.size() == batch_.size() + 1);
  auto out = output{};
  auto found = rows.front() ? parse_stock(*rows.front()) : std::nullopt;
  if (!found) {
    for (auto& x : batch_)
      x.result = reservation::not_on_sale;
    answer_all(out);
    return out;
  }
  auto existing = std::set<std::string>{};
  for (std::size_t i = 0; i < batch_.size(); ++i)
    if (rows[i + 1])
      existing.insert(batch_[i].order);
  decide(*rows.front(), *found, std::move(existing), out);
  return out;
}

void reservation_desk::decide(
  const std::string& row, const stock& found, std::set<std::string> existing,
  output& out) {
  auto write = storage::conditional_write{{}, {}, taken, refused};
  auto now = found;
  for (auto& x : batch_) {
    x.result = reservation::reserved;
    // Also for a repeat within the batch: the first of them takes.
    if (existing.contains(x.order))
      continue;
    if (now.left < x.what.quantity) {
      x.result = reservation::sold_out;
      continue;
    }
    now.left -= x.what.quantity;
    now.sold += x.what.quantity;
    auto key = order_key(item_, x.order);
    write.when.push_back({key, storage::is_absent{}});
    write.effects.push_back(put(std::move(key), print(x.what)));
    existing.insert(x.order);
  }
  if (write.effects.empty()) {
    answer_all(out);
    return;
  }
  write.when.push_back({stock_key(item_), storage::has_bytes{row}});
  write.effects.push_back(put(stock_key(item_), print(now)));
  out.write = std::move(write);
}

reservation_desk::output reservation_desk::written(bool held) {
  TROUPE_ASSERT(!batch_.empty());
  auto out = output{};
  if (held) {
    answer_all(out);
    return out;
  }
  waiting_.insert(
    waiting_.begin(), std::move_iterator{batch_.begin()},
    std::move_iterator{batch_.end()});
  batch_.clear();
  begin(out);
  return out;
}

reservation_desk::output reservation_desk::failed(const error& why) {
  auto out = output{};
  for (const auto& x : batch_)
    out.answers.emplace_back(x.from, why);
  batch_.clear();
  begin(out);
  return out;
}

void reservation_desk::answer_all(output& out) {
  for (const auto& x : batch_)
    out.answers.emplace_back(x.from, x.result);
  batch_.clear();
  begin(out);
}

} // namespace troupe::mall
