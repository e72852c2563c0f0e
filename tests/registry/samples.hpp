/// Small values that the registry's tests are written in.
#pragma once

#include "actors/base/bytes.hpp"
#include "registry/sync.hpp"

#include <string>
#include <string_view>

namespace troupe::registry::test {

inline node_id node(std::uint64_t n) { return node_id{uuid{0, n}}; }

inline owner_id owner(std::uint64_t n) { return owner_id{node(n)}; }

inline byte_buffer bytes(std::string_view text) {
  auto view = as_bytes(text);
  return {view.begin(), view.end()};
}

inline entry_key provider(std::string name, std::string instance = "a") {
  return {entry_kind::provider, std::move(name), std::move(instance)};
}

inline entry_key consumer(std::string name) {
  return {entry_kind::consumer, std::move(name), "a"};
}

inline entry value_at(entry_key key, version at, std::string_view value) {
  return {std::move(key), at, bytes(value)};
}

inline entry tombstone_at(entry_key key, version at) {
  return {std::move(key), at, std::nullopt};
}

} // namespace troupe::registry::test
