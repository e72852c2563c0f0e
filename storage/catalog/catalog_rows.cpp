#include "storage/catalog/catalog_rows.hpp"

namespace troupe::storage {

namespace {

constexpr auto version_bytes = std::size_t{8};

} // namespace

std::string entry_row(std::string_view key) { return std::string{"e"}.append(key); }

std::string history_rows(std::string_view key) {
  return std::string{"h"}.append(key).append(1, '\0');
}

std::string history_row(std::string_view key, std::uint64_t version) {
  auto result = history_rows(key);
  for (auto shift = 8 * version_bytes; shift > 0; shift -= 8)
    result += static_cast<char>(version >> (shift - 8));
  return result;
}

std::optional<std::string_view> key_of_entry(std::string_view row) {
  if (!row.starts_with('e'))
    return std::nullopt;
  return row.substr(1);
}

std::optional<std::uint64_t>
version_of_history(std::string_view row, std::string_view beginning) {
  if (!row.starts_with(beginning) || row.size() != beginning.size() + version_bytes)
    return std::nullopt;
  auto result = std::uint64_t{0};
  for (auto c : row.substr(beginning.size()))
    result = result << 8 | static_cast<std::uint8_t>(c);
  return result;
}

} // namespace troupe::storage
