#include "apps/node/admin_wire.hpp"

#include "apps/apps.pb.h"
#include "apps/node/add_codec_wire.hpp"
#include "apps/node/admin.hpp"
#include "cluster/uuid_wire.hpp"

#include <string>
#include <utility>

namespace troupe::apps {

namespace {

using cluster::uuid_from_wire;
using cluster::uuid_to_wire;

// A tree as deep as this is nobody's honest answer.
constexpr int tree_depth_max = 32;

// -- to_wire and from_wire of each; false means malformed
// ---------------------------------

void to_wire(const status_query&, v1::StatusQuery&) {}
bool from_wire(const v1::StatusQuery&, status_query&) { return true; }

void to_wire(const status_reply& x, v1::StatusReply& out) {
  out.set_name(x.name.value());
  out.set_id(uuid_to_wire(x.id.value()));
  out.set_incarnation(x.incarnation.value());
  out.set_cluster_name(x.cluster_name);
  out.set_cluster_id(uuid_to_wire(x.cluster.value()));
  out.set_phase(x.phase);
  out.set_pid(x.pid);
}

bool from_wire(const v1::StatusReply& in, status_reply& out) {
  out.name = node_name{in.name()};
  out.incarnation = incarnation{in.incarnation()};
  out.cluster_name = in.cluster_name();
  out.phase = in.phase();
  out.pid = in.pid();
  return uuid_from_wire(in.id(), out.id) && uuid_from_wire(in.cluster_id(), out.cluster);
}

void to_wire(const members_query&, v1::MembersQuery&) {}
bool from_wire(const v1::MembersQuery&, members_query&) { return true; }

void to_wire(const members_reply& x, v1::MembersReply& out) {
  for (const auto& each : x.members) {
    auto& row = *out.add_members();
    row.set_name(each.name.value());
    row.set_id(uuid_to_wire(each.id.value()));
    row.set_state(each.state);
    row.set_incarnation(each.incarnation.value());
    row.set_link(each.link);
    row.set_resp(each.resp);
    row.set_http(each.http);
    row.set_linked(each.linked);
    row.set_inject(each.inject);
  }
}

bool from_wire(const v1::MembersReply& in, members_reply& out) {
  for (const auto& each : in.members()) {
    auto& row = out.members.emplace_back();
    if (!uuid_from_wire(each.id(), row.id))
      return false;
    row.name = node_name{each.name()};
    row.state = each.state();
    row.incarnation = incarnation{each.incarnation()};
    row.link = each.link();
    row.resp = each.resp();
    row.http = each.http();
    row.linked = each.linked();
    row.inject = each.inject();
  }
  return true;
}

void to_wire(const services_query&, v1::ServicesQuery&) {}
bool from_wire(const v1::ServicesQuery&, services_query&) { return true; }

void to_wire(const services_reply& x, v1::ServicesReply& out) {
  for (const auto& each : x.providers) {
    auto& row = *out.add_providers();
    row.set_service(each.service);
    row.set_node(each.node.value());
    row.set_id(uuid_to_wire(each.id.value()));
    row.set_weight(each.weight);
    row.set_state(each.state);
  }
  for (const auto& each : x.consumers) {
    auto& row = *out.add_consumers();
    row.set_service(each.service);
    row.set_node(each.node.value());
    row.set_id(uuid_to_wire(each.id.value()));
  }
}

bool from_wire(const v1::ServicesReply& in, services_reply& out) {
  for (const auto& each : in.providers()) {
    auto& row = out.providers.emplace_back();
    if (!uuid_from_wire(each.id(), row.id))
      return false;
    row.service = each.service();
    row.node = node_name{each.node()};
    row.weight = each.weight();
    row.state = each.state();
  }
  for (const auto& each : in.consumers()) {
    auto& row = out.consumers.emplace_back();
    if (!uuid_from_wire(each.id(), row.id))
      return false;
    row.service = each.service();
    row.node = node_name{each.node()};
  }
  return true;
}

void to_wire(const stats_query& x, v1::StatsQuery& out) { out.set_minutes(x.minutes); }

bool from_wire(const v1::StatsQuery& in, stats_query& out) {
  out.minutes = in.minutes();
  return true;
}

void to_wire(const stats_reply& x, v1::StatsReply& out) {
  for (const auto& each : x.rows) {
    auto& row = *out.add_rows();
    row.set_name(each.name);
    row.set_labels(each.labels);
    row.set_kind(each.kind);
    row.set_value(each.value);
    row.set_p50(each.p50);
    row.set_p99(each.p99);
    row.set_max(each.max);
  }
  out.set_window_ns(x.window.count());
}

bool from_wire(const v1::StatsReply& in, stats_reply& out) {
  for (const auto& each : in.rows())
    out.rows.push_back(
      {each.name(), each.labels(), each.kind(), each.value(), each.p50(), each.p99(),
       each.max()});
  out.window = duration{in.window_ns()};
  return true;
}

void to_wire(const tree_query&, v1::TreeQuery&) {}
bool from_wire(const v1::TreeQuery&, tree_query&) { return true; }

void to_wire(const actors::tree_node& x, v1::TreeNode& out) {
  out.set_name(x.name);
  out.set_state(x.state);
  out.set_restarts(x.restarts);
  for (const auto& child : x.children)
    to_wire(child, *out.add_children());
}

bool from_wire(const v1::TreeNode& in, actors::tree_node& out, int depth) {
  if (depth > tree_depth_max)
    return false;
  out.name = in.name();
  out.state = in.state();
  out.restarts = in.restarts();
  for (const auto& child : in.children())
    if (!from_wire(child, out.children.emplace_back(), depth + 1))
      return false;
  return true;
}

void to_wire(const tree_reply& x, v1::TreeReply& out) {
  to_wire(x.root, *out.mutable_root());
}

bool from_wire(const v1::TreeReply& in, tree_reply& out) {
  return from_wire(in.root(), out.root, 0);
}

void to_wire(const call_command& x, v1::CallCommand& out) {
  out.set_service(x.service);
  out.set_method(x.method);
  out.set_json(x.json);
  out.set_idempotent(x.idempotent);
}

bool from_wire(const v1::CallCommand& in, call_command& out) {
  out = {in.service(), in.method(), in.json(), in.idempotent()};
  return true;
}

void to_wire(const call_reply& x, v1::CallReply& out) {
  out.set_json(x.json);
  out.set_attempts(x.attempts);
  out.set_took_ns(x.took.count());
  out.set_trace(uuid_to_wire(x.trace.value()));
}

bool from_wire(const v1::CallReply& in, call_reply& out) {
  out = {in.json(), in.attempts(), duration{in.took_ns()}, {}};
  return uuid_from_wire(in.trace(), out.trace);
}

void to_wire(const leave_command&, v1::LeaveCommand&) {}
bool from_wire(const v1::LeaveCommand&, leave_command&) { return true; }

void to_wire(const leave_reply&, v1::LeaveReply&) {}
bool from_wire(const v1::LeaveReply&, leave_reply&) { return true; }

// -----------------------------------------------------------------------------------------

template <class T, class Wire>
void add_admin_codec(actors::message_codecs& codecs) {
  add_codec<T, Wire>(
    codecs, [](const T& x, Wire& out) { to_wire(x, out); },
    [](const Wire& in, T& out) { return from_wire(in, out); });
}

} // namespace

void register_codecs(actors::message_codecs& codecs) {
  add_admin_codec<status_query, v1::StatusQuery>(codecs);
  add_admin_codec<status_reply, v1::StatusReply>(codecs);
  add_admin_codec<members_query, v1::MembersQuery>(codecs);
  add_admin_codec<members_reply, v1::MembersReply>(codecs);
  add_admin_codec<services_query, v1::ServicesQuery>(codecs);
  add_admin_codec<services_reply, v1::ServicesReply>(codecs);
  add_admin_codec<stats_query, v1::StatsQuery>(codecs);
  add_admin_codec<stats_reply, v1::StatsReply>(codecs);
  add_admin_codec<tree_query, v1::TreeQuery>(codecs);
  add_admin_codec<tree_reply, v1::TreeReply>(codecs);
  add_admin_codec<call_command, v1::CallCommand>(codecs);
  add_admin_codec<call_reply, v1::CallReply>(codecs);
  add_admin_codec<leave_command, v1::LeaveCommand>(codecs);
  add_admin_codec<leave_reply, v1::LeaveReply>(codecs);
  register_shards_codecs(codecs);
  register_inject_codecs(codecs);
}

} // namespace troupe::apps
