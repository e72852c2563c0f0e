#include "storage/data_wire.hpp"

#include "storage/data.pb.h"
#include "storage/record_wire.hpp"

#include <optional>
#include <set>
#include <utility>

namespace troupe::storage {

namespace {

// To protobuf.

void put(const precondition& x, v1::Precondition& out) {
  out.set_key(x.key);
  if (const auto* version = std::get_if<has_version>(&x.what))
    out.set_version(version->version);
  else if (const auto* bytes = std::get_if<has_bytes>(&x.what))
    out.set_bytes(bytes->bytes);
  else
    out.set_absent(true);
}

void put(const conditional_write& x, v1::ConditionalWrite& out) {
  for (const auto& from : x.when)
    put(from, *out.add_when());
  for (const auto& from : x.effects)
    storage::put(from, *out.add_effects());
  out.set_reply(x.reply);
  out.set_refusal(x.refusal);
}

struct request_writer {
  v1::DataRequest& request;

  void operator()(const data_write& x) const {
    auto& out = *request.mutable_write();
    storage::put(x.request.client, *out.mutable_client());
    out.set_request(x.request.number);
    out.set_answered_below(x.answered_below);
    if (x.mode)
      out.set_mode(static_cast<v1::Config::Ack>(*x.mode));
    if (const auto* plain = std::get_if<conditional_write>(&x.what))
      put(*plain, *out.mutable_conditional());
    else
      out.set_command(std::get<command>(x.what).bytes);
  }
  void operator()(const data_read& x) const {
    auto& out = *request.mutable_read();
    out.set_level(static_cast<v1::DataRead::Level>(x.level));
    for (const auto& key : x.keys)
      out.add_keys(key);
    out.set_command(x.what.bytes);
  }
  void operator()(const data_wait& x) const {
    auto& out = *request.mutable_wait();
    storage::put(x.at, *out.mutable_at());
    out.set_replica_count(x.replica_count);
    out.set_patience_ns(x.patience.count());
  }
  void operator()(const dedup_trim_record& x) const {
    storage::put(x, *request.mutable_closed());
  }
};

// From protobuf; false on what nobody says.

bool get(v1::Precondition& in, precondition& out) {
  out.key = std::move(*in.mutable_key());
  switch (in.what_case()) {
    case v1::Precondition::kAbsent:
      out.what = is_absent{};
      return in.absent();
    case v1::Precondition::kVersion:
      out.what = has_version{in.version()};
      return true;
    case v1::Precondition::kBytes:
      out.what = has_bytes{std::move(*in.mutable_bytes())};
      return true;
    case v1::Precondition::WHAT_NOT_SET:
      return false;
  }
  return false;
}

bool get(v1::ConditionalWrite& in, conditional_write& out) {
  for (auto& from : *in.mutable_when())
    if (!get(from, out.when.emplace_back()))
      return false;
  for (auto& from : *in.mutable_effects())
    if (!storage::get(std::move(from), out.effects.emplace_back()))
      return false;
  auto keys = std::set<std::string_view>{};
  for (const auto& x : out.effects)
    if (!keys.insert(x.key).second)
      return false;
  out.reply = std::move(*in.mutable_reply());
  out.refusal = std::move(*in.mutable_refusal());
  return true;
}

bool get(v1::DataWrite& in, data_write& out) {
  if (
    !storage::get(in.client(), out.request.client) || in.request() == 0
    || in.mode() < v1::Config::ACK_UNSPECIFIED || in.mode() > v1::Config::QUORUM)
    return false;
  out.request.number = in.request();
  out.answered_below = in.answered_below();
  if (in.mode() != v1::Config::ACK_UNSPECIFIED)
    out.mode = static_cast<ack_mode>(in.mode());
  switch (in.what_case()) {
    case v1::DataWrite::kCommand:
      out.what = command{std::move(*in.mutable_command())};
      return true;
    case v1::DataWrite::kConditional:
      return get(*in.mutable_conditional(), out.what.emplace<conditional_write>());
    case v1::DataWrite::WHAT_NOT_SET:
      return false;
  }
  return false;
}

bool get(v1::DataRead& in, data_read& out) {
  if (in.level() < v1::DataRead::MASTER || in.level() > v1::DataRead::LEASE)
    return false;
  out.level = static_cast<read_level>(in.level());
  for (auto& key : *in.mutable_keys())
    out.keys.push_back(std::move(key));
  out.what.bytes = std::move(*in.mutable_command());
  return true;
}

bool get(v1::DataRequest& in, data_request& out) {
  if (in.slot() >= slot_count)
    return false;
  out.id = in.id();
  out.in = slot{static_cast<std::uint16_t>(in.slot())};
  out.time_left = duration{in.time_left_ns()};
  switch (in.what_case()) {
    case v1::DataRequest::kWrite:
      return get(*in.mutable_write(), out.what.emplace<data_write>());
    case v1::DataRequest::kRead:
      return get(*in.mutable_read(), out.what.emplace<data_read>());
    case v1::DataRequest::kWait:
      out.what = data_wait{
        storage::get(in.wait().at()), in.wait().replica_count(),
        duration{in.wait().patience_ns()}};
      return true;
    case v1::DataRequest::kClosed:
      return storage::get(in.closed(), out.what.emplace<dedup_trim_record>());
    case v1::DataRequest::WHAT_NOT_SET:
      return false;
  }
  return false;
}

bool get(v1::DataAnswer& in, data_answer& out) {
  if (in.status() < v1::DataAnswer::OK || in.status() > v1::DataAnswer::TOO_LARGE)
    return false;
  out.id = in.id();
  out.status = static_cast<answer_status>(in.status());
  out.reply = std::move(*in.mutable_reply());
  out.at = storage::get(in.at());
  return in.master().empty() || storage::get(in.master(), out.master.emplace());
}

} // namespace

std::string encode(const remote_requests& x) {
  auto out = v1::DataRequests{};
  out.set_shard(x.shard.value());
  for (const auto& from : x.requests) {
    auto& to = *out.add_requests();
    to.set_id(from.id);
    to.set_slot(from.in.value());
    to.set_time_left_ns(from.time_left.count());
    std::visit(request_writer{to}, from.what);
  }
  return out.SerializeAsString();
}

std::string encode(const remote_answers& x) {
  auto out = v1::DataAnswers{};
  out.set_shard(x.shard.value());
  for (const auto& from : x.answers) {
    auto& to = *out.add_answers();
    to.set_id(from.id);
    to.set_status(static_cast<v1::DataAnswer::Status>(from.status));
    to.set_reply(from.reply);
    storage::put(from.at, *to.mutable_at());
    if (from.master)
      to.set_master(to_bytes(from.master->value()));
  }
  return out.SerializeAsString();
}

expected<remote_requests> decode_requests(std::string_view bytes) {
  auto malformed = [] { return fail(ec::malformed, "not requests of clients"); };
  auto in = v1::DataRequests{};
  if (!parse(as_bytes(bytes), in))
    return malformed();
  auto result = remote_requests{shard_id{in.shard()}, {}};
  for (auto& from : *in.mutable_requests())
    if (!get(from, result.requests.emplace_back()))
      return malformed();
  return result;
}

expected<remote_answers> decode_answers(std::string_view bytes) {
  auto malformed = [] { return fail(ec::malformed, "not answers to clients"); };
  auto in = v1::DataAnswers{};
  if (!parse(as_bytes(bytes), in))
    return malformed();
  auto result = remote_answers{shard_id{in.shard()}, {}};
  for (auto& from : *in.mutable_answers())
    if (!get(from, result.answers.emplace_back()))
      return malformed();
  return result;
}

} // namespace troupe::storage
