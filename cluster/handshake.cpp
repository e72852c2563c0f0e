#include "cluster/handshake.hpp"

#include <algorithm>

namespace troupe::cluster {

namespace {

std::string range(std::uint32_t low, std::uint32_t high) {
  return std::to_string(low) + " to " + std::to_string(high);
}

error judge_cluster(const local_identity& self, const cluster_id& theirs) {
  auto both_known = !self.cluster.value().nil() && !theirs.value().nil();
  if (both_known && self.cluster != theirs)
    return fail(
      ec::foreign_cluster, "node " + self.self.name.value() + " is of cluster "
                             + to_string(self.cluster) + ", the other end of "
                             + to_string(theirs)
                             + "; two clusters cannot merge, use another seed or an "
                               "empty data directory");
  return {};
}

error judge_identity(const local_identity& self, const peer_identity& theirs) {
  if (theirs.id != self.self.id)
    return {};
  if (theirs.incarnation == self.self.incarnation)
    return fail(ec::already_exists, "this node dialled itself");
  return fail(
    ec::in_use, "node id " + to_string(theirs.id) + " is in use by "
                  + self.self.name.value()
                  + "; was a data directory copied? Start with an empty one");
}

} // namespace

std::optional<std::uint32_t>
common_version(std::uint32_t their_min, std::uint32_t their_max) {
  auto highest = std::min(link_version_max, their_max);
  if (highest < std::max(link_version_min, their_min))
    return std::nullopt;
  return highest;
}

expected<link_offer> judge(const local_identity& self, const hello& theirs) {
  // A client may ask any node of any cluster; a node must know whom it joins.
  auto any_cluster = theirs.from.role == link_role::client && theirs.cluster_name.empty();
  if (theirs.cluster_name != self.cluster_name && !any_cluster)
    return fail(
      ec::foreign_cluster, "this is cluster '" + self.cluster_name + "', not '"
                             + theirs.cluster_name + "'; check [cluster] name");
  auto version = common_version(theirs.version_min, theirs.version_max);
  if (!version)
    return fail(
      ec::version_mismatch, "link versions " + range(link_version_min, link_version_max)
                              + " are spoken here, "
                              + range(theirs.version_min, theirs.version_max)
                              + " there; upgrade the older end");
  if (auto why = judge_cluster(self, theirs.cluster))
    return why;
  if (auto why = judge_identity(self, theirs.from))
    return why;
  return link_offer{
    theirs.lane,    theirs.session,      false,   theirs.from, theirs.link_address,
    theirs.cluster, theirs.window_bytes, *version};
}

expected<link_offer>
judge(const local_identity& self, const hello& ours, const welcome& theirs) {
  if (theirs.version < ours.version_min || theirs.version > ours.version_max)
    return fail(
      ec::version_mismatch, "the peer chose link version "
                              + std::to_string(theirs.version)
                              + ", which was not offered");
  if (auto why = judge_cluster(self, theirs.cluster))
    return why;
  if (auto why = judge_identity(self, theirs.from))
    return why;
  return link_offer{ours.lane,           ours.session,        true,
                    theirs.from,         theirs.link_address, theirs.cluster,
                    theirs.window_bytes, theirs.version};
}

} // namespace troupe::cluster
