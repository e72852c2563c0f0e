#include "storage/placement.hpp"

#include "actors/base/config.hpp"

#include <charconv>

namespace troupe::storage {

error validate(const storage_genesis& x) {
  return first_error({
    check_range("storage.shards", x.shard_count, 1, shard_count_max),
    check_range("storage.replicas", x.replica_count, 1, replica_count_max),
    validate(x.timing),
  });
}

std::string placement_key(shard_id shard) { return placement_prefix + to_string(shard); }

std::optional<shard_id> shard_of_placement_key(std::string_view key) {
  auto prefix = std::string_view{placement_prefix};
  if (!key.starts_with(prefix))
    return std::nullopt;
  auto digits = key.substr(prefix.size());
  auto number = std::uint32_t{0};
  auto end = std::from_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  // One key for each shard: "placement/01" is none.
  if (end != digits.data() + digits.size() || placement_key(shard_id{number}) != key)
    return std::nullopt;
  return shard_id{number};
}

std::string shard_name(shard_id shard) { return "shard/" + to_string(shard); }

} // namespace troupe::storage
