/// A text that must not be seen: prints as `***` wherever it ends up.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace troupe {

class secret {
public:
  secret() = default;
  explicit secret(std::string value) : value_{std::move(value)} {}

  /// The text itself, for the one place that needs it.
  [[nodiscard]] const std::string& reveal() const noexcept { return value_; }

  /// Compares in a time that depends on the length of `guess` only, so that a stranger
  /// learns nothing by measuring.
  [[nodiscard]] bool matches(std::string_view guess) const noexcept {
    auto difference = value_.size() ^ guess.size();
    for (std::size_t i = 0; i < guess.size(); ++i) {
      const auto expected = i < value_.size() ? value_[i] : '\0';
      difference |= static_cast<unsigned char>(expected ^ guess[i]);
    }
    return difference == 0;
  }

  friend std::string to_string(const secret&) { return "***"; }
  friend std::ostream& operator<<(std::ostream& out, const secret&) {
    return out << "***";
  }

private:
  std::string value_;
};

} // namespace troupe
