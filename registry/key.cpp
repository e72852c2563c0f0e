#include "registry/key.hpp"

#include "actors/base/assert.hpp"

namespace troupe::registry {

std::string to_string(entry_kind kind) {
  switch (kind) {
    case entry_kind::provider:
      return "provider";
    case entry_kind::consumer:
      return "consumer";
    case entry_kind::shard_role:
      return "shard_role";
    case entry_kind::rule:
      return "rule";
    case entry_kind::config:
      return "config";
    case entry_kind::weight_override:
      return "weight_override";
    case entry_kind::admin_state:
      return "admin_state";
  }
  return "kind_" + std::to_string(static_cast<unsigned>(kind));
}

std::string to_string(const entry_key& key) {
  auto result = to_string(key.kind) + " " + key.name;
  if (!key.instance.empty())
    result += "#" + key.instance;
  return result;
}

owner_id::owner_id(const node_id& node) : node_{node} {
  TROUPE_ASSERT(!node.value().nil());
}

const node_id& owner_id::node() const {
  TROUPE_ASSERT(!is_catalog());
  return node_;
}

std::string to_string(const owner_id& owner) {
  return owner.is_catalog() ? "catalog" : to_string(owner.node());
}

std::string to_string(const version& x) {
  return std::to_string(x.era) + "." + std::to_string(x.number);
}

} // namespace troupe::registry
