#include "apps/mall/stock.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace troupe::mall {

namespace {

constexpr auto name_length_max = std::size_t{64};

template <class Number>
bool read_number(std::string_view text, Number& out) {
  auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), out);
  return trouble == std::errc{} && end == text.data() + text.size();
}

/// What stands before and behind the one space.
std::optional<std::pair<std::string_view, std::string_view>>
halves_of(std::string_view text) {
  auto space = text.find(' ');
  if (space == std::string_view::npos)
    return std::nullopt;
  return std::pair{text.substr(0, space), text.substr(space + 1)};
}

bool is_letter(char x) {
  return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || (x >= '0' && x <= '9')
         || x == '-' || x == '_' || x == '.';
}

} // namespace

std::string stock_key(std::string_view item) {
  return "{" + std::string{item} + "}:stock";
}

std::string order_key(std::string_view item, std::string_view order) {
  return "{" + std::string{item} + "}:order:" + std::string{order};
}

std::string print(const stock& x) {
  return std::to_string(x.left) + " " + std::to_string(x.sold);
}

std::string print(const order& x) { return std::to_string(x.quantity) + " " + x.buyer; }

std::optional<stock> parse_stock(std::string_view text) {
  auto result = stock{};
  auto found = halves_of(text);
  if (
    !found || !read_number(found->first, result.left)
    || !read_number(found->second, result.sold))
    return std::nullopt;
  return result;
}

std::optional<order> parse_order(std::string_view text) {
  auto result = order{};
  auto found = halves_of(text);
  if (!found || !read_number(found->first, result.quantity) || !is_name(found->second))
    return std::nullopt;
  result.buyer = found->second;
  return result;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_length_max
         && std::ranges::all_of(text, is_letter);
}

} // namespace troupe::mall
