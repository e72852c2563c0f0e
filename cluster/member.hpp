/// A member of the cluster as somebody knows it, and which of two such claims holds.
///
/// A claim is a whole `member`: whoever hears of a member for the first time knows at
/// once its name and where to dial it. `supersedes` is a total order on the claims about
/// one identity (up to who accuses), so that taking the greater one is commutative,
/// associative and idempotent: all nodes end with the same view in whatever order gossip
/// arrives. Source: SWIM (Das, Gupta, Motivala 2002) section 4.2; design decision 10 for
/// the pair (incarnation, refutation), which is SWIM's incarnation number there.
#pragma once

#include "actors/base/ids.hpp"
#include "actors/base/strong.hpp"

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace troupe::cluster {

/// Who a node is, in one incarnation of its process.
struct node_identity {
  node_id id;
  node_name name;
  troupe::incarnation incarnation;

  friend auto operator<=>(const node_identity&, const node_identity&) = default;
};

/// Where a node listens, each `host:port` as others dial it; empty when it does not. The
/// membership core only carries them.
struct node_endpoints {
  std::string link;
  std::string resp;
  std::string http;

  friend auto operator<=>(const node_endpoints&, const node_endpoints&) = default;
};

/// The protocol versions that a node speaks, both included.
struct protocol_range {
  std::uint32_t first = 1;
  std::uint32_t last = 1;

  friend auto operator<=>(const protocol_range&, const protocol_range&) = default;
};

/// Number of times a member contradicted (or renewed) a claim about itself within one
/// incarnation. Only the member itself raises it.
using refutation = strong<struct refutation_tag, std::uint64_t>;

/// Ordered: of two claims with equal (incarnation, refutation) the greater state holds.
/// Values are on the wire.
enum class member_state : std::uint8_t {
  alive = 1,
  /// Did not answer somebody's probe; dies unless it refutes in time.
  suspect = 2,
  dead = 3,
  /// Said itself that it goes. Final for its incarnation.
  left = 4,
  /// An operator removed the identity. Final for ever; such a member is never listed, and
  /// of the claim only the id counts.
  forgotten = 5,
};

[[nodiscard]] std::string_view to_string(member_state x);
std::ostream& operator<<(std::ostream& out, member_state x);

/// Largest `member::meta`; gossip is for small things.
inline constexpr std::size_t meta_bytes_max = 512;

struct member {
  node_identity node;
  node_endpoints endpoints;
  protocol_range protocols;
  /// Opaque to the cluster, at most `meta_bytes_max` bytes.
  std::string meta;
  cluster::refutation refutation;
  member_state state = member_state::alive;
  /// Who suspects it, or declared it dead; nil otherwise. Evidence, not part of the
  /// order.
  node_id accuser;
  /// How long ago it died or left, as far as the teller knows; 0 while it is present. Not
  /// part of the order either.
  std::chrono::seconds gone_for{0};

  friend bool operator==(const member&, const member&) = default;
};

/// True for those who are taken to be running: alive or suspect.
[[nodiscard]] constexpr bool present(member_state x) {
  return x == member_state::alive || x == member_state::suspect;
}

/// Whether `claim` replaces `known`. False when they are equal but for the accuser.
///
/// The order is: forgotten above all; then incarnation; then left, final in its
/// incarnation; then refutation; then state. What remains equal differs only if two
/// processes run under one identity; the contents then decide, so that the others at
/// least agree.
/// @pre both are about the same `node.id`.
[[nodiscard]] bool supersedes(const member& claim, const member& known);

/// Whether both speak of the same (incarnation, refutation), whatever state they claim.
[[nodiscard]] bool same_refutation(const member& a, const member& b);

/// The claim that an identity is forgotten.
[[nodiscard]] member tombstone(const node_id& id);

/// Bytes that `x` takes in a message, near enough for limits.
[[nodiscard]] std::size_t wire_bytes(const member& x);

} // namespace troupe::cluster
