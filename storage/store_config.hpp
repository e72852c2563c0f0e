/// What the stores of a node share: memory, and threads that flush and compact.
#pragma once

#include "actors/base/error.hpp"

#include <cstddef>
#include <cstdint>

namespace troupe::storage {

struct store_config {
  /// Rows read lately, of all stores, kept in memory; indexes and filters are in it, too.
  /// Larger reads less from the disk.
  std::size_t block_cache_bytes = std::size_t{64} << 20;

  /// Rows applied and not yet in files, of all stores. Larger makes fewer and larger
  /// files, which costs less merging later; a crash leaves as much to apply again.
  std::size_t write_buffer_bytes = std::size_t{32} << 20;

  /// Threads that write files out and merge them, for all stores. More keep up with
  /// heavier writing and take processors and the disk away from the rest of the node.
  std::uint32_t background_thread_count = 2;

  /// None, or ec::invalid_config naming key, value and range.
  [[nodiscard]] error validate() const;
};

} // namespace troupe::storage
