#include "apps/inject/fault_book.hpp"

#include <algorithm>
#include <utility>

namespace troupe::apps {

expected<injection_id> fault_book::add(injected_fault x, time_point now) {
  if (auto trouble = check(x, longest_))
    return trouble;
  const auto id = injection_id{++last_id_};
  const auto end = now + (x.length == duration::zero() ? longest_ : x.length);
  if (x.kind != injected_kind::pause)
    faults_.push_back({id, std::move(x), end});
  return id;
}

std::vector<standing_fault> fault_book::heal(time_point now) {
  auto result = standing(now);
  faults_.clear();
  return result;
}

std::vector<standing_fault> fault_book::tick(time_point now) {
  auto result = standing(now);
  std::erase_if(
    result, [](const standing_fault& x) { return x.remaining > duration::zero(); });
  std::erase_if(faults_, [now](const entry& x) { return x.end <= now; });
  return result;
}

std::optional<time_point> fault_book::next_end() const {
  if (faults_.empty())
    return std::nullopt;
  return std::ranges::min_element(faults_, {}, &entry::end)->end;
}

link_weather fault_book::over(const node_name& peer) const {
  auto result = link_weather{};
  for (const auto& x : faults_) {
    const auto& peers = x.what.peers;
    if (!peers.empty() && std::ranges::find(peers, peer) == peers.end())
      continue;
    const auto kind = x.what.kind;
    const auto parts = kind == injected_kind::partition;
    result.cut_out = result.cut_out || parts || kind == injected_kind::one_way;
    result.cut_in = result.cut_in || parts;
    result.drop_ratio = std::max(result.drop_ratio, x.what.ratio);
    result.delay = std::max(result.delay, x.what.delay);
    result.jitter = std::max(result.jitter, x.what.jitter);
  }
  return result;
}

disk_weather fault_book::disk() const {
  auto result = disk_weather{};
  for (const auto& x : faults_)
    if (x.what.kind == injected_kind::disk_stall) {
      result.stalled = result.stalled || x.what.stall == duration::zero();
      result.each_sync = std::max(result.each_sync, x.what.stall);
    }
  return result;
}

std::vector<standing_fault> fault_book::standing(time_point now) const {
  auto result = std::vector<standing_fault>{};
  for (const auto& x : faults_)
    result.push_back({x.id, x.what, std::max(x.end - now, duration::zero())});
  return result;
}

} // namespace troupe::apps
