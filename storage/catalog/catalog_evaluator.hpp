/// Gives the catalog's commands their meaning, on the rows of shard 0.
///
/// Pure. A put or delete keeps the value that it replaces in the key's history, and drops
/// the oldest one beyond the limit. Reads are commands, too, and log nothing.
///
/// Cost: a put or delete O(history of the key), a list O(entries listed).
/// Source: docs/decisions/0003; `catalog_rows.hpp` says where things lie.
#pragma once

#include "actors/base/error.hpp"
#include "storage/catalog/catalog.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace troupe::storage {

/// What the catalog holds at most. The registry carries all of it to every node, so the
/// defaults are below its limits for one owner.
struct catalog_limits {
  /// Bytes of a value. Rules with scripts are the largest.
  std::size_t value_bytes_max = std::size_t{48} << 10;

  /// Entries at a time.
  std::size_t entry_count_max = 4'000;

  /// Bytes of all keys and values, counted as the registry counts them.
  std::size_t entry_bytes_max = std::size_t{900} << 10;

  /// Replaced values that are kept of each key. More reach further back and cost disk.
  std::size_t history_count_max = 100;

  /// Replaced values that are kept of all keys together, those of deleted keys included.
  /// Beyond, each new one takes the place of the oldest of another key.
  std::size_t history_total_max = 100'000;
};

class catalog_evaluator final : public evaluator {
public:
  explicit catalog_evaluator(const catalog_limits& limits = {}) : limits_{limits} {}

  [[nodiscard]] evaluation evaluate(
    const command& what, slot in, const row_view& rows,
    std::uint64_t wall_ms) const override;

  [[nodiscard]] std::optional<std::string> query(
    const command& what, slot in, const row_view& rows,
    std::uint64_t wall_ms) const override;

private:
  catalog_limits limits_;
};

} // namespace troupe::storage
