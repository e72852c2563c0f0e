/// How an item's stock and orders lie in its shard: rows of one slot, so that a
/// reservation is one conditional write.
///
///     {<item>}:stock           "<left> <sold>"
///     {<item>}:order:<order>   "<quantity> <buyer>"
///
/// In every state that a reader can see, left + sold is what the item began with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::mall {

struct stock {
  std::uint64_t left = 0;
  std::uint64_t sold = 0;

  friend bool operator==(const stock&, const stock&) = default;
};

struct order {
  std::uint32_t quantity = 0;
  std::string buyer;

  friend bool operator==(const order&, const order&) = default;
};

[[nodiscard]] std::string stock_key(std::string_view item);
[[nodiscard]] std::string order_key(std::string_view item, std::string_view order);

[[nodiscard]] std::string print(const stock& x);
[[nodiscard]] std::string print(const order& x);

/// What `print` has written; none for anything else.
[[nodiscard]] std::optional<stock> parse_stock(std::string_view text);
[[nodiscard]] std::optional<order> parse_order(std::string_view text);

/// Whether `text` can name an item, order or buyer: 1 to 64 letters, digits, `-`, `_`,
/// `.`. Braces would move a key to another slot, spaces would split a value.
[[nodiscard]] bool is_name(std::string_view text);

} // namespace troupe::mall
