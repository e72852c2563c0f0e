/// Holds values by numbers that it gives out, ascending and never twice, so that a number
/// finds its value without a search, and one that came late finds nothing.
///
/// A value's place is its number modulo the count of places, a power of two; a number
/// whose place is taken by an older value is skipped. Places are reused, so that in the
/// long run nothing is allocated. Cost: `add`, `find` and `erase` O(1); growing O(size).
#pragma once

#include "actors/base/assert.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace troupe::router {

template <class T>
class numbered_table {
public:
  numbered_table() : places_(places_min) {}

  /// Returns the new number, from 1, and its value. The reference is valid until the next
  /// `add`, `skip` or `erase`.
  std::pair<std::uint64_t, T&> add() {
    if (size_ * 2 >= places_.size())
      grow();
    do
      ++last_;
    while (place_of(last_).number != 0);
    ++size_;
    auto& place = place_of(last_);
    place.number = last_;
    return {last_, place.value};
  }

  /// Returns a new number without a value.
  std::uint64_t skip() { return ++last_; }

  /// Null when there is no such number, or no more.
  [[nodiscard]] T* find(std::uint64_t number) {
    auto& found = place_of(number);
    return number != 0 && found.number == number ? &found.value : nullptr;
  }

  /// @pre there is such a number.
  void erase(std::uint64_t number) {
    auto& place = place_of(number);
    TROUPE_ASSERT(number != 0 && place.number == number);
    place = {};
    --size_;
    if (size_ == 0 && places_.size() > places_kept)
      places_ = std::vector<numbered>(places_min); // Gives a burst's memory back.
  }

  /// Ascending. Cost: O(places).
  [[nodiscard]] std::vector<std::uint64_t> numbers() const {
    auto result = std::vector<std::uint64_t>{};
    result.reserve(size_);
    for (const auto& x : places_)
      if (x.number != 0)
        result.push_back(x.number);
    std::ranges::sort(result);
    return result;
  }

  [[nodiscard]] std::size_t size() const { return size_; }

private:
  static constexpr auto places_min = std::size_t{256};
  static constexpr auto places_kept = std::size_t{4'096};

  struct numbered {
    std::uint64_t number = 0; // 0: the place is free.
    T value{};
  };

  numbered& place_of(std::uint64_t number) {
    return places_[number & (places_.size() - 1)];
  }

  void grow() {
    auto before = std::exchange(places_, std::vector<numbered>(places_.size() * 2));
    for (auto& x : before)
      if (x.number != 0)
        place_of(x.number) = std::move(x);
  }

  std::vector<numbered> places_;
  std::uint64_t last_ = 0;
  std::size_t size_ = 0;
};

} // namespace troupe::router
