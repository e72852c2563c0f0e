#include "registry/sync.hpp"

#include <set>

namespace troupe::registry {

namespace {

// Tags, lengths and integers around an entry's bytes, each at its longest.
constexpr std::size_t entry_framing_bytes = 56;

error wrong(const owner_delta& delta, const std::string& what) {
  return fail(ec::malformed, "delta of " + to_string(delta.owner) + ": " + what);
}

error check_range(const owner_delta& delta) {
  if (delta.to.is_end())
    return wrong(delta, "the end of an era is no version to stand at");
  if (
    delta.full ? delta.floor > delta.to || delta.from != version{}
               : delta.from > delta.to || delta.floor != version{})
    return wrong(delta, "bounds are not in order");
  if (delta.owner.is_catalog())
    return {};
  if (delta.to.era == 0)
    return wrong(delta, "a node's incarnation is at least 1");
  if (!delta.full && delta.from.era != delta.to.era)
    return wrong(delta, "spans two incarnations");
  return {};
}

} // namespace

std::size_t wire_bytes(const entry_key& key, std::size_t value_bytes) {
  return key.name.size() + key.instance.size() + value_bytes + entry_framing_bytes;
}

std::size_t wire_bytes(const owner_delta& delta) {
  auto result = owner_delta_bytes;
  for (const auto& x : delta.entries)
    result += wire_bytes(x.key, x.value ? x.value->size() : 0);
  return result;
}

error check_shape(const owner_delta& delta) {
  if (auto trouble = check_range(delta))
    return trouble;
  auto keys = std::set<entry_key>{};
  auto last = delta.from.next();
  if (!delta.owner.is_catalog() && delta.full)
    last = version{delta.to.era, 1};
  for (const auto& x : delta.entries) {
    if (x.key.name.empty() || x.key.kind == entry_kind{})
      return wrong(delta, "an entry without name or kind");
    if (x.written < last || x.written > delta.to)
      return wrong(delta, to_string(x.key) + " is out of order");
    if (!keys.insert(x.key).second)
      return wrong(delta, to_string(x.key) + " occurs twice");
    last = x.written;
  }
  return {};
}

} // namespace troupe::registry
