#include "apps/lab/chaos/key_supply.hpp"

#include <array>
#include <string_view>

namespace troupe::lab {

namespace {

constexpr auto prefixes = std::array<std::string_view, 3>{"reg", "list", "count"};

} // namespace

std::string key_supply::take(key_kind kind, std::size_t place) {
  const auto lock = std::lock_guard{mutex_};
  auto& state = places_[{kind, place}];
  if (state.operation_count >= operations_max || state.unknown_count >= unknown_max) {
    const auto prefix = std::string{prefixes[static_cast<std::size_t>(kind)]};
    state = {state.generation + 1, 0, 0, {}};
    state.key = prefix + std::to_string(place) + "." + std::to_string(state.generation);
    all_.insert(state.key);
  }
  ++state.operation_count;
  return state.key;
}

void key_supply::unknown(const std::string& key) {
  const auto lock = std::lock_guard{mutex_};
  for (auto& [place, state] : places_)
    if (state.key == key)
      ++state.unknown_count;
}

std::vector<std::string> key_supply::all() const {
  const auto lock = std::lock_guard{mutex_};
  return {all_.begin(), all_.end()};
}

} // namespace troupe::lab
