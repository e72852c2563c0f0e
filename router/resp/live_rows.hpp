/// The rows of one slot as a command sees and changes them: without those that have
/// expired, and with its own changes over the others.
///
/// An expired row that was looked at becomes a delete among the changes. Lives for one
/// evaluation; the keys must outlive it.
#pragma once

#include "storage/evaluator.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::router {

class live_rows {
public:
  live_rows(const storage::row_view& stored, slot in, std::uint64_t wall_ms)
      : stored_{&stored}, in_{in}, wall_ms_{wall_ms} {}

  [[nodiscard]] std::uint64_t wall_ms() const { return wall_ms_; }

  /// None when there is no row, or it has expired.
  [[nodiscard]] std::optional<storage::row> find(std::string_view key);

  /// A row that expires in the past is a delete.
  void put(std::string_view key, storage::row value);

  /// Not needed for a row that does not exist, and then no harm.
  void remove(std::string_view key) { changes_[key] = std::nullopt; }

  /// Whether anything was changed, be it only that a row had expired.
  [[nodiscard]] bool changed() const { return !changes_.empty(); }

  [[nodiscard]] std::vector<storage::effect> take_effects();

private:
  [[nodiscard]] bool has_expired(const storage::row& x) const {
    return x.expire_at_ms != 0 && x.expire_at_ms <= wall_ms_;
  }

  const storage::row_view* stored_;
  slot in_;
  std::uint64_t wall_ms_;
  std::map<std::string_view, std::optional<storage::row>> changes_;
};

} // namespace troupe::router
