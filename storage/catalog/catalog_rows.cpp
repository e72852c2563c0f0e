#include "storage/catalog/catalog_rows.hpp"

#include "actors/base/bytes.hpp"

#include <array>
#include <cstddef>

namespace troupe::storage {

namespace {

constexpr auto version_bytes = std::size_t{8};
constexpr auto size_bytes = std::size_t{24};

} // namespace

std::string encode(const catalog_size& x) {
  auto bytes = std::array<std::byte, size_bytes>{};
  store_u64(bytes.data(), x.entry_count);
  store_u64(bytes.data() + 8, x.entry_bytes);
  store_u64(bytes.data() + 16, x.history_count);
  return std::string{as_text(bytes)};
}

catalog_size decode_catalog_size(std::string_view text) {
  if (text.size() != size_bytes)
    return {};
  const auto* bytes = as_bytes(text).data();
  return {load_u64(bytes), load_u64(bytes + 8), load_u64(bytes + 16)};
}

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
