#include "apps/apps.pb.h"
#include "apps/node/add_codec_wire.hpp"
#include "apps/node/admin.hpp"
#include "apps/node/admin_wire.hpp"

#include <algorithm>

namespace troupe::apps {

namespace {

void to_wire(const injected_fault& x, v1::InjectedFault& out) {
  out.set_kind(static_cast<std::uint32_t>(x.kind));
  for (const auto& peer : x.peers)
    out.add_peers(peer.value());
  out.set_ratio(x.ratio);
  out.set_delay_ns(x.delay.count());
  out.set_jitter_ns(x.jitter.count());
  out.set_stall_ns(x.stall.count());
  out.set_length_ns(x.length.count());
}

bool from_wire(const v1::InjectedFault& in, injected_fault& out) {
  const auto kind = std::ranges::find_if(injected_kinds, [&](injected_kind x) {
    return static_cast<std::uint32_t>(x) == in.kind();
  });
  if (kind == injected_kinds.end())
    return false;
  out.kind = *kind;
  for (const auto& peer : in.peers())
    out.peers.emplace_back(peer);
  out.ratio = in.ratio();
  out.delay = duration{in.delay_ns()};
  out.jitter = duration{in.jitter_ns()};
  out.stall = duration{in.stall_ns()};
  out.length = duration{in.length_ns()};
  return true;
}

void to_wire(const inject_command& x, v1::InjectCommand& out) {
  to_wire(x.what, *out.mutable_what());
}

bool from_wire(const v1::InjectCommand& in, inject_command& out) {
  return from_wire(in.what(), out.what);
}

void to_wire(const inject_reply& x, v1::InjectReply& out) { out.set_id(x.id.value()); }

bool from_wire(const v1::InjectReply& in, inject_reply& out) {
  out.id = injection_id{in.id()};
  return true;
}

void to_wire(const faults_query&, v1::FaultsQuery&) {}
bool from_wire(const v1::FaultsQuery&, faults_query&) { return true; }

void to_wire(const faults_reply& x, v1::FaultsReply& out) {
  for (const auto& each : x.faults) {
    auto& row = *out.add_faults();
    row.set_id(each.id.value());
    to_wire(each.what, *row.mutable_what());
    row.set_remaining_ns(each.remaining.count());
  }
}

bool from_wire(const v1::FaultsReply& in, faults_reply& out) {
  for (const auto& each : in.faults()) {
    auto& row = out.faults.emplace_back();
    row.id = injection_id{each.id()};
    row.remaining = duration{each.remaining_ns()};
    if (!from_wire(each.what(), row.what))
      return false;
  }
  return true;
}

void to_wire(const heal_command&, v1::HealCommand&) {}
bool from_wire(const v1::HealCommand&, heal_command&) { return true; }

void to_wire(const heal_reply& x, v1::HealReply& out) { out.set_ended(x.ended); }

bool from_wire(const v1::HealReply& in, heal_reply& out) {
  out.ended = in.ended();
  return true;
}

template <class T, class Wire>
void add_fault_codec(actors::message_codecs& codecs) {
  add_codec<T, Wire>(
    codecs, [](const T& x, Wire& out) { to_wire(x, out); },
    [](const Wire& in, T& out) { return from_wire(in, out); });
}

} // namespace

void register_inject_codecs(actors::message_codecs& codecs) {
  add_fault_codec<inject_command, v1::InjectCommand>(codecs);
  add_fault_codec<inject_reply, v1::InjectReply>(codecs);
  add_fault_codec<faults_query, v1::FaultsQuery>(codecs);
  add_fault_codec<faults_reply, v1::FaultsReply>(codecs);
  add_fault_codec<heal_command, v1::HealCommand>(codecs);
  add_fault_codec<heal_reply, v1::HealReply>(codecs);
}

} // namespace troupe::apps
