#include "storage/replica_wire.hpp"

#include "storage/record_wire.hpp"
#include "storage/replica.pb.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace troupe::storage {

namespace {

/// No promise lasts longer; keeps sums with it within their type.
constexpr auto sticky_max = duration{std::chrono::hours{24}};

/// As many records as nobody ever writes; keeps LSNs behind it within their type.
constexpr auto lsn_max = lsn{std::numeric_limits<std::uint64_t>::max() >> 1};

// To protobuf.

/// The records of one epoch at the beginning of `records`.
std::span<const record_ptr> first_run(std::span<const record_ptr> records) {
  auto other = [e = records.front()->at.at](const auto& x) { return x->at.at != e; };
  auto end = std::ranges::find_if(records, other);
  return {records.begin(), end};
}

struct body_writer {
  v1::ReplicaMessage& message;

  void operator()(const pre_vote& x) const {
    auto& out = *message.mutable_pre_vote();
    out.set_next(x.next.value());
    put(x.end, *out.mutable_end());
  }
  void operator()(const pre_vote_reply& x) const {
    auto& out = *message.mutable_pre_vote_reply();
    out.set_next(x.next.value());
    out.set_why(static_cast<v1::PreVoteReply::Why>(x.why));
    out.set_sticky_for_ns(x.sticky_for.count());
  }
  void operator()(const vote& x) const {
    auto& out = *message.mutable_vote();
    put(x.end, *out.mutable_end());
    out.set_transfer(x.transfer);
  }
  void operator()(const vote_reply& x) const {
    message.mutable_vote_reply()->set_granted(x.granted);
  }
  void operator()(const beat& x) const {
    auto& out = *message.mutable_beat();
    out.set_round(x.round);
    out.set_commit(x.commit.value());
    out.set_keep_from(x.keep_from.value());
    out.set_for_read(x.for_read);
  }
  void operator()(const beat_ack& x) const {
    auto& out = *message.mutable_beat_ack();
    out.set_round(x.round);
    out.set_durable(x.durable.value());
    out.set_applied(x.applied.value());
    out.set_for_read(x.for_read);
  }
  void operator()(const subscribe& x) const {
    auto& out = *message.mutable_subscribe();
    out.set_stream(x.stream);
    put(x.end, *out.mutable_end());
    for (const auto& from : x.history) {
      auto& to = *out.add_history();
      to.set_epoch(from.at.value());
      to.set_first(from.first.value());
    }
    out.set_credit_bytes(x.credit_bytes);
  }
  void operator()(const ship& x) const {
    auto& out = *message.mutable_ship();
    out.set_stream(x.stream);
    put(x.prev, *out.mutable_prev());
    auto rest = std::span{x.records};
    while (!rest.empty()) {
      auto run = first_run(rest);
      auto& to = *out.add_runs();
      to.set_epoch(run.front()->at.at.value());
      put(run, *to.mutable_batch());
      rest = rest.subspan(run.size());
    }
    out.set_commit(x.commit.value());
  }
  void operator()(const ship_ack& x) const {
    auto& out = *message.mutable_ship_ack();
    out.set_acked(x.acked.value());
    out.set_applied(x.applied.value());
    out.set_credit_bytes(x.credit_bytes);
  }
  void operator()(const diverged& x) const {
    auto& out = *message.mutable_diverged();
    out.set_stream(x.stream);
    put(x.common, *out.mutable_common());
  }
  void operator()(const stand_please&) const { message.mutable_stand_please(); }
  void operator()(const transfer_now&) const { message.mutable_transfer_now(); }
  void operator()(const stale&) const { message.mutable_stale(); }
};

// From protobuf; nothing on what no replica says. `at` is the sender's epoch: nothing in
// a message is of a later one.

std::optional<lsn> read_lsn(std::uint64_t x) {
  if (lsn{x} > lsn_max)
    return std::nullopt;
  return lsn{x};
}

/// The beginning of all logs is in no epoch; a record is in one.
std::optional<position> read(const v1::Position& in, epoch at) {
  auto result = storage::get(in);
  if (
    result.at > at || result.seq > lsn_max
    || (result.at == epoch{0}) != (result.seq == lsn{0}))
    return std::nullopt;
  return result;
}

std::optional<message_body> read(const v1::PreVote& in, epoch at) {
  auto end = read(in.end(), at);
  if (!end)
    return std::nullopt;
  return pre_vote{epoch{in.next()}, *end};
}

std::optional<message_body> read(const v1::PreVoteReply& in) {
  auto sticky_for = duration{in.sticky_for_ns()};
  if (
    in.why() < v1::PreVoteReply::NONE || in.why() > v1::PreVoteReply::BEHIND
    || sticky_for < duration::zero() || sticky_for > sticky_max)
    return std::nullopt;
  return pre_vote_reply{
    epoch{in.next()}, static_cast<vote_refusal>(in.why()), sticky_for};
}

std::optional<message_body> read(const v1::Vote& in, epoch at) {
  auto end = read(in.end(), at);
  if (!end)
    return std::nullopt;
  return vote{*end, in.transfer()};
}

std::optional<message_body> read(const v1::Beat& in) {
  auto commit = read_lsn(in.commit());
  auto keep_from = read_lsn(in.keep_from());
  if (!commit || !keep_from)
    return std::nullopt;
  return beat{in.round(), *commit, *keep_from, in.for_read()};
}

std::optional<message_body> read(const v1::BeatAck& in) {
  auto durable = read_lsn(in.durable());
  auto applied = read_lsn(in.applied());
  if (!durable || !applied)
    return std::nullopt;
  return beat_ack{in.round(), *durable, *applied, in.for_read()};
}

/// A history ascends, and its last epoch is that of the log's end. Only an empty log has
/// none.
bool fits(const std::vector<epoch_start>& history, const position& end) {
  auto not_ascending = [](const epoch_start& a, const epoch_start& b) {
    return a.at >= b.at || a.first >= b.first;
  };
  if (history.empty())
    return end == position{};
  return history.front().at > epoch{0} && history.front().first > lsn{0}
         && std::ranges::adjacent_find(history, not_ascending) == history.end()
         && history.back().at == end.at && history.back().first <= end.seq;
}

std::optional<message_body> read(const v1::Subscribe& in, epoch at) {
  auto end = read(in.end(), at);
  if (!end)
    return std::nullopt;
  auto result = subscribe{in.stream(), *end, {}, in.credit_bytes()};
  for (const auto& x : in.history())
    result.history.push_back({epoch{x.epoch()}, lsn{x.first()}});
  if (!fits(result.history, *end))
    return std::nullopt;
  return result;
}

std::optional<message_body> read(v1::Ship& in, epoch at) {
  auto prev = read(in.prev(), at);
  auto commit = read_lsn(in.commit());
  if (!prev || !commit)
    return std::nullopt;
  auto result = ship{in.stream(), *prev, {}, *commit};
  auto next = position{prev->at, prev->seq.next()};
  for (auto& run : *in.mutable_runs()) {
    auto e = epoch{run.epoch()};
    // Two runs of one epoch would be one.
    auto later = result.records.empty() ? e >= next.at && e > epoch{0} : e > next.at;
    next.at = e;
    if (
      !later || e > at || run.batch().records().empty()
      || !get(std::move(*run.mutable_batch()), next, result.records))
      return std::nullopt;
  }
  return result;
}

std::optional<message_body> read(const v1::ShipAck& in) {
  auto acked = read_lsn(in.acked());
  auto applied = read_lsn(in.applied());
  if (!acked || !applied)
    return std::nullopt;
  return ship_ack{*acked, *applied, in.credit_bytes()};
}

std::optional<message_body> read(const v1::Diverged& in, epoch at) {
  auto common = read(in.common(), at);
  if (!common)
    return std::nullopt;
  return diverged{in.stream(), *common};
}

std::optional<message_body> read_body(v1::ReplicaMessage& in) {
  auto at = epoch{in.epoch()};
  switch (in.body_case()) {
    case v1::ReplicaMessage::kPreVote:
      return read(in.pre_vote(), at);
    case v1::ReplicaMessage::kPreVoteReply:
      return read(in.pre_vote_reply());
    case v1::ReplicaMessage::kVote:
      return read(in.vote(), at);
    case v1::ReplicaMessage::kVoteReply:
      return vote_reply{in.vote_reply().granted()};
    case v1::ReplicaMessage::kBeat:
      return read(in.beat());
    case v1::ReplicaMessage::kBeatAck:
      return read(in.beat_ack());
    case v1::ReplicaMessage::kSubscribe:
      return read(in.subscribe(), at);
    case v1::ReplicaMessage::kShip:
      return read(*in.mutable_ship(), at);
    case v1::ReplicaMessage::kShipAck:
      return read(in.ship_ack());
    case v1::ReplicaMessage::kDiverged:
      return read(in.diverged(), at);
    case v1::ReplicaMessage::kStandPlease:
      return stand_please{};
    case v1::ReplicaMessage::kTransferNow:
      return transfer_now{};
    case v1::ReplicaMessage::kStale:
      return stale{};
    case v1::ReplicaMessage::BODY_NOT_SET:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<message> read(v1::ReplicaMessage& in) {
  auto cluster = uuid{};
  auto config = read_lsn(in.config());
  if (
    !storage::get(in.cluster(), cluster) || cluster.nil() || in.from() == 0
    || in.to() == 0 || in.from_incarnation() == 0 || !config)
    return std::nullopt;
  auto body = read_body(in);
  if (!body)
    return std::nullopt;
  return message{
    cluster_id{cluster},
    shard_id{in.shard()},
    replica_id{in.from()},
    incarnation{in.from_incarnation()},
    replica_id{in.to()},
    incarnation{in.to_incarnation()},
    *config,
    epoch{in.epoch()},
    std::move(*body)};
}

} // namespace

namespace {

void put(const message& x, v1::ReplicaMessage& out) {
  out.set_cluster(to_bytes(x.cluster.value()));
  out.set_shard(x.shard.value());
  out.set_from(x.from.value());
  out.set_from_incarnation(x.from_incarnation.value());
  out.set_to(x.to.value());
  out.set_to_incarnation(x.to_incarnation.value());
  out.set_config(x.config.value());
  out.set_epoch(x.at.value());
  std::visit(body_writer{out}, x.body);
}

} // namespace

std::string encode(const message& x) {
  auto out = v1::ReplicaMessage{};
  put(x, out);
  return out.SerializeAsString();
}

expected<message> decode_message(std::string_view bytes) {
  auto in = v1::ReplicaMessage{};
  if (parse(as_bytes(bytes), in))
    if (auto result = read(in))
      return std::move(*result);
  return fail(ec::malformed, "not a message of a replica, or one that none says");
}

std::string encode(const beat_bundle& x) {
  auto out = v1::BeatBundle{};
  for (const auto& each : x.messages)
    put(each, *out.add_messages());
  return out.SerializeAsString();
}

expected<beat_bundle> decode_beat_bundle(std::string_view bytes) {
  auto in = v1::BeatBundle{};
  auto malformed = fail(ec::malformed, "not a bundle of Beats");
  if (!parse(as_bytes(bytes), in))
    return malformed;
  auto result = beat_bundle{};
  for (auto& each : *in.mutable_messages()) {
    auto one = read(each);
    if (!one || !is_beat(*one))
      return malformed;
    result.messages.push_back(std::move(*one));
  }
  return result;
}

} // namespace troupe::storage
