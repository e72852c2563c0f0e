#include "storage/replication_waits.hpp"

#include <algorithm>

namespace troupe::storage {

namespace {

/// How many slaves hold the record, as far as this master has heard in its epoch.
std::uint32_t holders(const replica_state& s, position x) {
  // Below the log's base every configured replica has it.
  auto ours = x.seq <= s.log.base().seq || s.log.has(x);
  if (!ours)
    return 0; // It was lost with another mastership.
  auto result = std::uint32_t{0};
  for (const auto& [id, peer] : s.master->peers)
    result += peer.match >= x.seq && peer.heard ? 1U : 0U;
  return result;
}

} // namespace

std::vector<replication_waits::ended>
replication_waits::take_ended(const replica_state& s, time_point now) {
  auto result = std::vector<ended>{};
  for (auto i = waits_.begin(); i != waits_.end();) {
    const auto& [who, x] = *i;
    auto count = s.master ? holders(s, x.at) : 0;
    if (s.master && count < x.replica_count && now < x.deadline) {
      ++i;
      continue;
    }
    result.push_back({who, s.master.has_value(), count});
    i = waits_.erase(i);
  }
  return result;
}

time_point replication_waits::next_deadline() const {
  auto result = time_point::max();
  for (const auto& [who, x] : waits_)
    result = std::min(result, x.deadline);
  return result;
}

} // namespace troupe::storage
