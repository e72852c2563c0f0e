#include "cluster/founding_wire.hpp"

#include "cluster/cluster.pb.h"
#include "cluster/uuid_wire.hpp"

#include <limits>
#include <utility>

namespace troupe::cluster {

namespace {

void to_wire(const charter& x, v1::Charter& out) {
  out.set_cluster_id(uuid_to_wire(x.cluster.value()));
  for (const auto& id : x.founders)
    out.add_founders(uuid_to_wire(id.value()));
  out.set_settings(x.settings);
}

bool from_wire(const v1::Charter& in, charter& out) {
  if (!uuid_from_wire(in.cluster_id(), out.cluster) || out.cluster.value().nil())
    return false;
  if (in.settings().size() > charter_settings_bytes_max)
    return false;
  out.settings = in.settings();
  for (const auto& bytes : in.founders()) {
    auto id = node_id{};
    if (!uuid_from_wire(bytes, id) || id.value().nil())
      return false;
    out.founders.push_back(id);
  }
  return !out.founders.empty();
}

template <class Message>
bool parse(std::string_view bytes, Message& out) {
  return bytes.size() <= std::numeric_limits<int>::max()
         && out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

} // namespace

std::string encode(const founding_message& x) {
  auto out = v1::Founding{};
  out.set_name(x.name.value());
  for (const auto& each : x.founders) {
    auto& entry = *out.add_founders();
    entry.set_name(each.name.value());
    entry.set_address(each.address);
  }
  if (x.agreed)
    to_wire(*x.agreed, *out.mutable_agreed());
  return out.SerializeAsString();
}

std::string encode(const charter& x) {
  auto out = v1::Charter{};
  to_wire(x, out);
  return out.SerializeAsString();
}

std::string encode(const node_file& x) {
  auto out = v1::NodeFile{};
  out.set_id(uuid_to_wire(x.id.value()));
  out.set_name(x.name.value());
  out.set_incarnation(x.incarnation.value());
  out.set_cluster_name(x.cluster_name);
  return out.SerializeAsString();
}

expected<founding_message> decode_founding(std::string_view bytes) {
  auto in = v1::Founding{};
  auto malformed = fail(ec::malformed, "a founding message does not parse");
  if (!parse(bytes, in))
    return malformed;
  auto result = founding_message{node_name{in.name()}, {}, {}};
  for (const auto& each : in.founders())
    result.founders.push_back({node_name{each.name()}, each.address()});
  if (in.has_agreed() && !from_wire(in.agreed(), result.agreed.emplace()))
    return malformed;
  return result;
}

expected<charter> decode_charter(std::string_view bytes) {
  auto in = v1::Charter{};
  auto result = charter{};
  if (!parse(bytes, in) || !from_wire(in, result))
    return fail(ec::malformed, "a charter does not parse");
  return result;
}

expected<node_file> decode_node_file(std::string_view bytes) {
  auto in = v1::NodeFile{};
  auto result = node_file{};
  if (
    !parse(bytes, in) || !uuid_from_wire(in.id(), result.id) || result.id.value().nil()
    || in.incarnation() == 0)
    return fail(ec::malformed, "a node file does not parse");
  result.name = node_name{in.name()};
  result.incarnation = incarnation{in.incarnation()};
  result.cluster_name = in.cluster_name();
  return result;
}

} // namespace troupe::cluster
