#include "cluster/member.hpp"

#include "actors/base/assert.hpp"

#include <tuple>

namespace troupe::cluster {

std::string_view to_string(member_state x) {
  switch (x) {
    case member_state::alive:
      return "alive";
    case member_state::suspect:
      return "suspect";
    case member_state::dead:
      return "dead";
    case member_state::left:
      return "left";
    case member_state::forgotten:
      return "forgotten";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, member_state x) {
  return out << to_string(x);
}

namespace {

auto standing(const member& x) {
  return std::tuple{
    x.node.incarnation, x.state == member_state::left, x.refutation, x.state};
}

auto contents(const member& x) {
  return std::tie(x.node.name, x.endpoints, x.protocols, x.meta);
}

} // namespace

bool supersedes(const member& claim, const member& known) {
  TROUPE_ASSERT(claim.node.id == known.node.id);
  if (known.state == member_state::forgotten)
    return false;
  if (claim.state == member_state::forgotten)
    return true;
  auto order = standing(claim) <=> standing(known);
  return order > 0 || (order == 0 && contents(claim) > contents(known));
}

bool same_refutation(const member& a, const member& b) {
  return a.node.incarnation == b.node.incarnation && a.refutation == b.refutation;
}

member tombstone(const node_id& id) {
  auto result = member{};
  result.node.id = id;
  result.state = member_state::forgotten;
  return result;
}

std::size_t wire_bytes(const member& x) {
  // Two ids, four integers, the state, and tag and length of each field in protobuf.
  constexpr auto fixed_bytes = std::size_t{80};
  return fixed_bytes + x.node.name.value().size() + x.endpoints.link.size()
         + x.endpoints.resp.size() + x.endpoints.http.size() + x.meta.size();
}

} // namespace troupe::cluster
