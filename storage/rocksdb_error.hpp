/// RocksDB's outcomes as errors of ours.
#pragma once

#include "actors/base/error.hpp"

#include <string>

#include <rocksdb/status.h>

namespace troupe::storage {

/// None when `status` is ok. Damage, and files that are missing, are `ec::corrupt`; what
/// the operating system refused is `ec::system`. `doing` begins the sentence.
[[nodiscard]] error to_error(const rocksdb::Status& status, const std::string& doing);

} // namespace troupe::storage
