/// Which keys the clients of a run use: a few at a time, each until it has been used
/// enough to be checked.
///
/// The search for an order costs too much for a register with many operations or with
/// many whose fate is unknown. So each place has a new key when its last is used up:
/// "reg3.7" is the seventh of place 3. Thread-safe.
#pragma once

#include "apps/lab/check/history.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::lab {

class key_supply {
public:
  /// Of one key.
  static constexpr std::uint32_t operations_max = 400;
  static constexpr std::uint32_t unknown_max = 6;

  /// `place_count` keys of each kind at a time.
  explicit key_supply(std::size_t place_count) : place_count_{place_count} {}

  /// The key at `place` of `kind`, for one operation.
  [[nodiscard]] std::string take(key_kind kind, std::size_t place);

  /// Tells that what may have changed `key` has an unknown fate.
  void unknown(const std::string& key);

  /// All keys that were ever taken.
  [[nodiscard]] std::vector<std::string> all() const;

  [[nodiscard]] std::size_t place_count() const { return place_count_; }

private:
  struct place_state {
    std::uint32_t generation = 0;
    std::uint32_t operation_count = operations_max; // Used up: the first is made on use.
    std::uint32_t unknown_count = 0;
    std::string key;
  };

  std::size_t place_count_;
  mutable std::mutex mutex_;
  std::map<std::pair<key_kind, std::size_t>, place_state> places_;
  std::set<std::string> all_;
};

} // namespace troupe::lab
