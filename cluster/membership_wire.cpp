#include "cluster/membership_wire.hpp"

#include "cluster/cluster.pb.h"
#include "cluster/founding_wire.hpp"
#include "cluster/messages.hpp"
#include "cluster/uuid_wire.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::cluster {

namespace {

void to_wire(const member& x, v1::Member& out) {
  out.set_id(uuid_to_wire(x.node.id.value()));
  out.set_name(x.node.name.value());
  out.set_incarnation(x.node.incarnation.value());
  out.set_link(x.endpoints.link);
  out.set_resp(x.endpoints.resp);
  out.set_http(x.endpoints.http);
  out.set_protocol_first(x.protocols.first);
  out.set_protocol_last(x.protocols.last);
  out.set_meta(x.meta);
  out.set_refutation(x.refutation.value());
  out.set_state(static_cast<std::uint32_t>(x.state));
  out.set_accuser(uuid_to_wire(x.accuser.value()));
  out.set_gone_for_seconds(static_cast<std::uint64_t>(x.gone_for.count()));
}

void claims_to_wire(const std::vector<member>& claims, v1::Membership& out) {
  for (const auto& x : claims)
    to_wire(x, *out.add_claims());
}

struct message_writer {
  v1::Membership& out;

  void operator()(const ping& x) const {
    out.mutable_ping()->set_seq(x.seq.value());
    out.mutable_ping()->set_target(uuid_to_wire(x.target.value()));
    claims_to_wire(x.gossip, out);
  }
  void operator()(const ping_req& x) const {
    out.mutable_ping_req()->set_seq(x.seq.value());
    out.mutable_ping_req()->set_target(uuid_to_wire(x.target.value()));
    claims_to_wire(x.gossip, out);
  }
  void operator()(const ack& x) const {
    out.mutable_ack()->set_seq(x.seq.value());
    claims_to_wire(x.gossip, out);
  }
  void operator()(const nack& x) const { out.mutable_nack()->set_seq(x.seq.value()); }
  void operator()(const gossip& x) const {
    out.mutable_gossip();
    claims_to_wire(x.claims, out);
  }
  void operator()(const push_pull& x) const {
    out.mutable_push_pull()->set_kind(static_cast<std::uint32_t>(x.what));
    claims_to_wire(x.claims, out);
  }
};

// A century: beyond any use, and far from where time points overflow.
constexpr auto gone_for_seconds_max = std::uint64_t{100} * 365 * 24 * 3'600;

bool from_wire(const v1::Member& in, member& out) {
  auto known_state = in.state() >= 1 && in.state() <= 5;
  if (
    !known_state || in.meta().size() > meta_bytes_max
    || !uuid_from_wire(in.id(), out.node.id) || out.node.id.value().nil()
    || !uuid_from_wire(in.accuser(), out.accuser))
    return false;
  out.node.name = node_name{in.name()};
  out.node.incarnation = incarnation{in.incarnation()};
  out.endpoints = {in.link(), in.resp(), in.http()};
  out.protocols = {in.protocol_first(), in.protocol_last()};
  out.meta = in.meta();
  out.refutation = refutation{in.refutation()};
  out.state = static_cast<member_state>(in.state());
  if (!present(out.state))
    out.gone_for = std::chrono::seconds{
      static_cast<std::int64_t>(std::min(in.gone_for_seconds(), gone_for_seconds_max))};
  return true;
}

std::optional<std::vector<member>> claims_from_wire(const v1::Membership& in) {
  auto result = std::vector<member>(static_cast<std::size_t>(in.claims_size()));
  for (int i = 0; i < in.claims_size(); ++i)
    if (!from_wire(in.claims(i), result[static_cast<std::size_t>(i)]))
      return std::nullopt;
  return result;
}

template <class Probe, class Wire>
std::optional<membership_message> read_probe(const Wire& in, std::vector<member> claims) {
  auto target = node_id{};
  if (!uuid_from_wire(in.target(), target) || target.value().nil())
    return std::nullopt;
  return Probe{probe_seq{in.seq()}, target, std::move(claims)};
}

std::optional<membership_message> read(const v1::Membership& in) {
  auto claims = claims_from_wire(in);
  if (!claims)
    return std::nullopt;
  switch (in.kind_case()) {
    case v1::Membership::kPing:
      return read_probe<ping>(in.ping(), std::move(*claims));
    case v1::Membership::kPingReq:
      return read_probe<ping_req>(in.ping_req(), std::move(*claims));
    case v1::Membership::kAck:
      return ack{probe_seq{in.ack().seq()}, std::move(*claims)};
    case v1::Membership::kNack:
      return nack{probe_seq{in.nack().seq()}};
    case v1::Membership::kGossip:
      return gossip{std::move(*claims)};
    case v1::Membership::kPushPull:
      if (in.push_pull().kind() != 1 && in.push_pull().kind() != 2)
        return std::nullopt;
      return push_pull{
        static_cast<push_pull::kind>(in.push_pull().kind()), std::move(*claims)};
    case v1::Membership::KIND_NOT_SET:
      return std::nullopt;
  }
  return std::nullopt;
}

} // namespace

std::string encode(const membership_message& x) {
  auto message = v1::Membership{};
  std::visit(message_writer{message}, x);
  return message.SerializeAsString();
}

expected<membership_message> decode_membership(std::string_view bytes) {
  auto message = v1::Membership{};
  if (
    bytes.size() <= std::numeric_limits<int>::max()
    && message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    if (auto result = read(message))
      return std::move(*result);
  return fail(ec::malformed, "a membership message does not parse");
}

void register_codecs(actors::message_codecs& codecs) {
  codecs.add<membership_message>(
    membership_codec, actors::lane::control,
    [](const membership_message& x) { return encode(x); }, decode_membership);
  codecs.add<founding_message>(
    "troupe.cluster.founding", actors::lane::control,
    [](const founding_message& x) { return encode(x); }, decode_founding);
}

} // namespace troupe::cluster
