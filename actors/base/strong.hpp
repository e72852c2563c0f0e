/// Strong identifiers: a slot is not an epoch, though both are integers.
///
/// `strong<Tag, Rep>` compares, orders, hashes and prints like `Rep` but converts to
/// nothing by itself; `.value()` is the one way out.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <functional>
#include <ostream>
#include <string>
#include <utility>

namespace troupe {

template <class Tag, class Rep>
class strong {
public:
  using rep = Rep;

  constexpr strong() = default;
  constexpr explicit strong(Rep value) : value_{std::move(value)} {}

  [[nodiscard]] constexpr const Rep& value() const noexcept { return value_; }

  friend constexpr auto operator<=>(const strong&, const strong&) = default;
  friend constexpr bool operator==(const strong&, const strong&) = default;

  /// The next integer identifier; for counters such as epochs, LSNs and incarnations.
  [[nodiscard]] constexpr strong next() const requires std::integral<Rep> {
    return strong{static_cast<Rep>(value_ + 1)};
  }

  friend std::ostream& operator<<(std::ostream& out, const strong& x) {
    return out << x.value_;
  }

  friend std::string to_string(const strong& x) {
    if constexpr (std::integral<Rep>)
      return std::to_string(x.value_);
    else if constexpr (std::same_as<Rep, std::string>)
      return x.value_;
    else
      return to_string(x.value_);
  }

private:
  Rep value_{};
};

} // namespace troupe

template <class Tag, class Rep>
struct std::hash<troupe::strong<Tag, Rep>> {
  std::size_t operator()(const troupe::strong<Tag, Rep>& x) const noexcept {
    return std::hash<Rep>{}(x.value());
  }
};
