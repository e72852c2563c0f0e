#include "storage/replica_status.hpp"

namespace troupe::storage {

namespace {

peer_status status_of(const replica_state& s, const member& x) {
  auto result = peer_status{};
  result.replica = x.replica;
  result.node = x.node;
  result.voter = x.role == member_role::voter;
  if (x.replica == s.id()) {
    result.role = replica_role::master;
    result.durable = s.durable;
    result.applied = s.applied;
    result.heard = true;
  } else if (auto found = s.master->peers.find(x.replica);
             found != s.master->peers.end()) {
    result.durable = found->second.durable;
    result.applied = found->second.applied;
    result.heard = found->second.heard;
  }
  return result;
}

} // namespace

replica_status status_of(const replica& x) {
  const auto& s = x.state();
  auto result = replica_status{
    .shard = s.self.who.shard,
    .replica = s.id(),
    .at = s.at,
    .role = s.role(),
    .announced = s.master && s.master->announced,
    .quarantined = s.quarantined,
    .master = s.known_master,
    .follows = master_known_to(x),
    .end = s.log.end().seq,
    .durable = s.durable,
    .commit = s.commit,
    .applied = s.applied,
    .slots = s.slots,
    .peers = {}};
  if (s.master) {
    for (const auto& member : s.config().members)
      result.peers.push_back(status_of(s, member));
  }
  return result;
}

std::optional<shard_master> master_known_to(const replica& x) {
  const auto& s = x.state();
  if (!s.known_master)
    return std::nullopt;
  const auto* member = s.config().find(*s.known_master);
  if (member == nullptr)
    return std::nullopt;
  if (member->replica == s.id())
    return shard_master{s.at, member->node, s.self.incarnation};
  auto heard = s.incarnations.find(member->replica);
  if (heard == s.incarnations.end())
    return std::nullopt;
  return shard_master{s.at, member->node, heard->second};
}

} // namespace troupe::storage
