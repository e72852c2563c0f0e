/// How the catalog lies in the rows of its group, all of them in `catalog_slot`:
///
/// - `e` key: an entry. The row's version is the entry's.
/// - `h` key NUL version: a value that was replaced, under the version that it had. The
///   row's version is the LSN of the record that replaced it.
/// - `s`: how much there is, `[u64 entries][u64 their bytes][u64 replaced values]`, LE.
///
/// The version in a key is 8 bytes, most significant first, so that a key's history lies
/// in the order of time. Keys have no NUL, so no two rows are called alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::storage {

/// How much the catalog holds.
struct catalog_size {
  std::uint64_t entry_count = 0;
  std::uint64_t entry_bytes = 0; ///< Counted as the registry counts them.
  std::uint64_t history_count = 0;

  friend bool operator==(const catalog_size&, const catalog_size&) = default;
};

inline constexpr auto catalog_size_row = "s";
[[nodiscard]] std::string encode(const catalog_size& x);

/// All zero unless `bytes` are as `encode` makes them.
[[nodiscard]] catalog_size decode_catalog_size(std::string_view bytes);

[[nodiscard]] std::string entry_row(std::string_view key);

/// What comes before the version in the rows of a key's history.
[[nodiscard]] std::string history_rows(std::string_view key);
[[nodiscard]] std::string history_row(std::string_view key, std::uint64_t version);

/// The key of an entry's row; none of other rows. Valid as long as `row`.
[[nodiscard]] std::optional<std::string_view> key_of_entry(std::string_view row);

/// The version in a row of history that begins with `beginning`, as `history_rows` gives
/// it; none of other rows.
[[nodiscard]] std::optional<std::uint64_t>
version_of_history(std::string_view row, std::string_view beginning);

} // namespace troupe::storage
