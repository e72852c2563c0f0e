#include "storage/placement.hpp"

namespace troupe::storage {

std::string placement_key(shard_id shard) { return placement_prefix + to_string(shard); }

std::string shard_name(shard_id shard) { return "shard/" + to_string(shard); }

} // namespace troupe::storage
