/// What membership cores say to each other.
///
/// Each goes to a member by its id, on the control lane of the link to it. Any of them
/// may be lost, and may be late by any time; none needs an answer for safety.
#pragma once

#include "actors/base/strong.hpp"
#include "cluster/member.hpp"

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::cluster {

/// Names a probe in the eyes of the one that waits for its answer.
using probe_seq = strong<struct probe_seq_tag, std::uint64_t>;

/// "Are you there?" `target` tells a node that took over an address that it is not meant.
struct ping {
  probe_seq seq;
  node_id target;
  std::vector<member> gossip;

  friend bool operator==(const ping&, const ping&) = default;
};

/// "Ask `target` for me": an answer to it comes back as an ack with this `seq`.
struct ping_req {
  probe_seq seq;
  node_id target;
  std::vector<member> gossip;

  friend bool operator==(const ping_req&, const ping_req&) = default;
};

/// The answer to ping, and, passed on by the helper, to ping_req.
struct ack {
  probe_seq seq;
  std::vector<member> gossip;

  friend bool operator==(const ack&, const ack&) = default;
};

/// A helper's answer to ping_req: "I am well, and `target` did not answer me yet." What
/// the asker learns is that its own network works. Source: Lifeguard section IV-A.
struct nack {
  probe_seq seq;

  friend bool operator==(const nack&, const nack&) = default;
};

/// News to a few members between probes.
struct gossip {
  std::vector<member> claims;

  friend bool operator==(const gossip&, const gossip&) = default;
};

/// Everything that the sender knows, dead members and tombstones included. A request is
/// answered by a reply.
struct push_pull {
  enum class kind : std::uint8_t { request = 1, reply = 2 };

  kind what = kind::request;
  std::vector<member> claims;

  friend bool operator==(const push_pull&, const push_pull&) = default;
};

[[nodiscard]] constexpr std::string_view to_string(push_pull::kind x) {
  return x == push_pull::kind::request ? "request" : "reply";
}

using membership_message = std::variant<ping, ping_req, ack, nack, gossip, push_pull>;

} // namespace troupe::cluster
