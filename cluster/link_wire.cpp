#include "cluster/link_wire.hpp"

#include "cluster/cluster.pb.h"
#include "cluster/uuid_wire.hpp"

#include <limits>
#include <optional>
#include <utility>

namespace troupe::cluster {

namespace {

// -- plain values to protobuf
// -------------------------------------------------------------

void to_wire(const peer_identity& x, v1::Identity& out) {
  out.set_id(uuid_to_wire(x.id.value()));
  out.set_name(x.name.value());
  out.set_incarnation(x.incarnation.value());
  out.set_role(static_cast<std::uint32_t>(x.role));
}

void to_wire(link_target&& x, v1::Target& out) {
  if (auto* number = std::get_if<actor_number>(&x))
    out.set_number(number->value());
  else
    out.set_name(std::get<std::string>(std::move(x)));
}

struct frame_writer {
  v1::Frame& frame;

  void operator()(hello&& x) const {
    auto& out = *frame.mutable_hello();
    out.set_cluster_name(std::move(x.cluster_name));
    out.set_cluster_id(uuid_to_wire(x.cluster.value()));
    to_wire(x.from, *out.mutable_from());
    out.set_link_address(std::move(x.link_address));
    out.set_version_min(x.version_min);
    out.set_version_max(x.version_max);
    out.set_session(x.session.value());
    out.set_lane(static_cast<std::uint32_t>(x.lane));
    out.set_window_bytes(x.window_bytes);
  }
  void operator()(welcome&& x) const {
    auto& out = *frame.mutable_welcome();
    out.set_cluster_id(uuid_to_wire(x.cluster.value()));
    to_wire(x.from, *out.mutable_from());
    out.set_link_address(std::move(x.link_address));
    out.set_version(x.version);
    out.set_window_bytes(x.window_bytes);
  }
  void operator()(confirm&&) const { frame.mutable_confirm(); }
  void operator()(refuse&& x) const {
    frame.mutable_refuse()->set_code(static_cast<std::uint32_t>(x.code));
    frame.mutable_refuse()->set_why(std::move(x.why));
  }
  void operator()(heartbeat&& x) const {
    frame.mutable_heartbeat()->set_health(x.health);
  }
  void operator()(credit&& x) const { frame.mutable_credit()->set_bytes(x.bytes); }
  void operator()(payload&& x) const {
    auto& out = *frame.mutable_payload();
    to_wire(std::move(x.to), *out.mutable_to());
    out.set_from(x.from.value());
    out.set_call(x.call);
    out.set_kind(static_cast<std::uint32_t>(x.kind));
    out.set_type(std::move(x.type));
    out.set_content(std::move(x.content));
  }
  void operator()(watch&& x) const {
    to_wire(std::move(x.target), *frame.mutable_watch()->mutable_target());
  }
  void operator()(ended&& x) const {
    auto& out = *frame.mutable_ended();
    to_wire(std::move(x.target), *out.mutable_target());
    out.set_code(static_cast<std::uint32_t>(x.code));
    out.set_why(std::move(x.why));
  }
  void operator()(goodbye&& x) const { frame.mutable_goodbye()->set_leaving(x.leaving); }
  void operator()(stay&&) const { frame.mutable_stay(); }
};

// -- protobuf to plain values; false or nothing means malformed
// ---------------------------

bool from_wire(const v1::Identity& in, peer_identity& out) {
  auto known_role = in.role() == 1 || in.role() == 2;
  if (!known_role || !uuid_from_wire(in.id(), out.id) || out.id.value().nil())
    return false;
  out.name = node_name{in.name()};
  out.incarnation = incarnation{in.incarnation()};
  out.role = static_cast<link_role>(in.role());
  return true;
}

bool from_wire(v1::Target& in, link_target& out) {
  if (in.has_number())
    out = actor_number{in.number()};
  else if (in.has_name())
    out = std::move(*in.mutable_name());
  else
    return false;
  return true;
}

std::optional<ec> code_from_wire(std::uint32_t x) {
  if (x == 0 || x > std::numeric_limits<std::uint8_t>::max())
    return std::nullopt;
  return static_cast<ec>(x);
}

std::optional<link_frame> read(v1::Hello& in) {
  auto out = hello{};
  if (
    !uuid_from_wire(in.cluster_id(), out.cluster) || !from_wire(in.from(), out.from)
    || in.lane() > 1)
    return std::nullopt;
  out.cluster_name = std::move(*in.mutable_cluster_name());
  out.link_address = std::move(*in.mutable_link_address());
  out.version_min = in.version_min();
  out.version_max = in.version_max();
  out.session = session_id{in.session()};
  out.lane = static_cast<actors::lane>(in.lane());
  out.window_bytes = in.window_bytes();
  return out;
}

std::optional<link_frame> read(v1::Welcome& in) {
  auto out = welcome{};
  if (!uuid_from_wire(in.cluster_id(), out.cluster) || !from_wire(in.from(), out.from))
    return std::nullopt;
  out.link_address = std::move(*in.mutable_link_address());
  out.version = in.version();
  out.window_bytes = in.window_bytes();
  return out;
}

std::optional<link_frame> read(v1::Refuse& in) {
  auto code = code_from_wire(in.code());
  if (!code)
    return std::nullopt;
  return refuse{*code, std::move(*in.mutable_why())};
}

std::optional<link_frame> read(v1::Payload& in) {
  auto out = payload{};
  if (!from_wire(*in.mutable_to(), out.to) || in.kind() < 1 || in.kind() > 4)
    return std::nullopt;
  out.kind = static_cast<payload_kind>(in.kind());
  out.from = actor_number{in.from()};
  out.call = in.call();
  out.type = std::move(*in.mutable_type());
  out.content = std::move(*in.mutable_content());
  return out;
}

std::optional<link_frame> read(v1::Watch& in) {
  auto out = watch{};
  if (!from_wire(*in.mutable_target(), out.target))
    return std::nullopt;
  return out;
}

std::optional<link_frame> read(v1::Ended& in) {
  auto out = ended{};
  auto code = code_from_wire(in.code());
  if (!code || !from_wire(*in.mutable_target(), out.target))
    return std::nullopt;
  out.code = *code;
  out.why = std::move(*in.mutable_why());
  return out;
}

std::optional<link_frame> read(v1::Frame& in) {
  switch (in.kind_case()) {
    case v1::Frame::kHello:
      return read(*in.mutable_hello());
    case v1::Frame::kWelcome:
      return read(*in.mutable_welcome());
    case v1::Frame::kConfirm:
      return confirm{};
    case v1::Frame::kRefuse:
      return read(*in.mutable_refuse());
    case v1::Frame::kHeartbeat:
      return heartbeat{in.heartbeat().health()};
    case v1::Frame::kCredit:
      return credit{in.credit().bytes()};
    case v1::Frame::kPayload:
      return read(*in.mutable_payload());
    case v1::Frame::kWatch:
      return read(*in.mutable_watch());
    case v1::Frame::kEnded:
      return read(*in.mutable_ended());
    case v1::Frame::kGoodbye:
      return goodbye{in.goodbye().leaving()};
    case v1::Frame::kStay:
      return stay{};
    case v1::Frame::KIND_NOT_SET:
      return std::nullopt;
  }
  return std::nullopt;
}

} // namespace

std::string encode(link_frame x) {
  auto frame = v1::Frame{};
  std::visit(frame_writer{frame}, std::move(x));
  return frame.SerializeAsString();
}

expected<link_frame> decode_link_frame(std::string_view bytes) {
  auto frame = v1::Frame{};
  if (
    bytes.size() <= std::numeric_limits<int>::max()
    && frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    if (auto result = read(frame))
      return std::move(*result);
  return fail(ec::malformed, "a frame's content is not of the link protocol");
}

} // namespace troupe::cluster
