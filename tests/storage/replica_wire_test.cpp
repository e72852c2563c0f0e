#include "actors/base/random.hpp"
#include "storage/replica.pb.h"
#include "storage/replica_wire.hpp"
#include "tests/storage/records.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::storage {
namespace {

using test::make_record;
using test::make_write;

constexpr auto wire_max = std::numeric_limits<std::uint64_t>::max();
constexpr auto lsn_max = lsn{wire_max / 2};

position at(std::uint64_t e, std::uint64_t seq) { return {epoch{e}, lsn{seq}}; }

message from_one_to_two(message_body body) {
  return {cluster_id{uuid{1, 2}}, shard_id{3},    replica_id{1}, incarnation{4},
          replica_id{2},          incarnation{5}, lsn{1},        epoch{7},
          std::move(body)};
}

/// Records of two epochs behind 5/9: every kind, and a write with every field.
ship some_ship() {
  auto write = write_record{};
  write.request = {{node_id{uuid{9, 9}}, incarnation{wire_max}, wire_max}, wire_max};
  write.answered_below = 2;
  write.in = slot{16383};
  write.effects = {
    {std::string{"a\0b", 3}, std::nullopt}, {"c", row{255, wire_max, wire_max, "\xff"}}};
  write.reply = "+OK\r\n";
  auto config = shard_config{};
  config.members = {
    {replica_id{1}, node_id{uuid{0, 1}}, member_role::voter},
    {replica_id{2}, node_id{uuid{0, 2}}, member_role::learner}};
  auto trim = dedup_trim_record{node_id{uuid{3, 4}}, incarnation{5}, 9, {2, 4}};
  return {
    wire_max,
    at(5, 9),
    {make_record(5, 10, write), make_record(7, 11, epoch_start_record{}),
     make_record(7, 12, config),
     make_record(7, 13, slot_own_record{{{slot{0}, slot{16383}}}}),
     make_record(7, 14, trim)},
    lsn{9}};
}

/// Every kind of message, with empty and with extreme values.
std::vector<message> samples() {
  auto result = std::vector<message>{};
  for (auto body : std::vector<message_body>{
         pre_vote{epoch{8}, at(7, 9)},
         pre_vote{epoch{8}, {}},
         pre_vote_reply{epoch{8}, vote_refusal::none, {}},
         pre_vote_reply{epoch{8}, vote_refusal::stale, {}},
         pre_vote_reply{epoch{8}, vote_refusal::sticky, std::chrono::hours{24}},
         pre_vote_reply{epoch{wire_max}, vote_refusal::behind, {}},
         vote{at(7, 9), true},
         vote{{}, false},
         vote_reply{true},
         vote_reply{false},
         beat{wire_max, lsn_max, lsn{8}},
         beat{1, lsn{2}, lsn{1}, true},
         beat{},
         beat_ack{wire_max, lsn_max, lsn{8}},
         beat_ack{1, lsn{2}, lsn{1}, true},
         beat_ack{},
         subscribe{
           wire_max, at(7, 9), {{epoch{1}, lsn{1}}, {epoch{7}, lsn{9}}}, wire_max},
         subscribe{},
         some_ship(),
         ship{1, {}, {make_write(1, 1)}, {}},
         ship{1, at(7, 9), {}, lsn_max},
         ship_ack{lsn_max, lsn{8}, wire_max},
         ship_ack{},
         diverged{wire_max, at(7, 9)},
         diverged{},
         stand_please{},
         transfer_now{},
         stale{}})
    result.push_back(from_one_to_two(std::move(body)));
  auto stranger = from_one_to_two(stale{});
  stranger.to_incarnation = incarnation{0};
  stranger.config = lsn{0};
  stranger.shard = shard_id{0};
  result.push_back(stranger);
  return result;
}

/// What decodes, encoded again; nothing for what is malformed.
std::string again_or_malformed(std::string_view bytes) {
  auto decoded = decode_message(bytes);
  if (decoded)
    return encode(*decoded);
  CHECK(code_of(decoded.error()) == ec::malformed);
  return {};
}

void check_malformed(const message& x) {
  auto decoded = decode_message(encode(x));
  REQUIRE_FALSE(decoded);
  CHECK(code_of(decoded.error()) == ec::malformed);
}

void check_malformed(message_body x) { check_malformed(from_one_to_two(std::move(x))); }

/// Whether a message is refused once `change` was made to its wire form.
bool is_malformed_with(
  const message_body& x, const std::function<void(v1::ReplicaMessage&)>& change) {
  auto wire = v1::ReplicaMessage{};
  REQUIRE(wire.ParseFromString(encode(from_one_to_two(x))));
  change(wire);
  auto decoded = decode_message(wire.SerializeAsString());
  return !decoded && code_of(decoded.error()) == ec::malformed;
}

void flip_bit(char& in, std::uint64_t bit) {
  in = static_cast<char>(static_cast<unsigned char>(in) ^ (1U << bit));
}

std::string hex(std::string_view bytes) {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  auto result = std::string{};
  for (auto c : bytes) {
    result += digits[static_cast<unsigned char>(c) >> 4];
    result += digits[static_cast<unsigned char>(c) & 15];
  }
  return result;
}

TEST_CASE("replica_wire: every kind of message comes back as it was") {
  auto kinds = std::vector<bool>(std::variant_size_v<message_body>);
  for (const auto& x : samples()) {
    CAPTURE(std::string{name_of(x.body)});
    kinds[x.body.index()] = true;
    auto back = decode_message(encode(x));
    REQUIRE(back);
    CHECK(*back == x);
  }
  CHECK(std::ranges::count(kinds, false) == 0);
}

TEST_CASE("replica_wire: every truncation decodes to no more than it is or is refused") {
  for (const auto& x : samples()) {
    auto bytes = encode(x);
    for (auto size = std::size_t{0}; size < bytes.size(); ++size)
      CHECK(again_or_malformed(std::string_view{bytes}.substr(0, size)).size() <= size);
  }
}

TEST_CASE("replica_wire: flipped bits decode or are refused, never trusted") {
  auto random = random_source{21};
  auto decoded = 0;
  for (const auto& x : samples()) {
    auto whole = encode(x);
    for (auto run = 0; run < 1'000; ++run) {
      auto bytes = whole;
      for (auto flips = random.between(1, 4); flips > 0; --flips)
        flip_bit(bytes[random.below(bytes.size())], random.below(8));
      decoded += again_or_malformed(bytes).empty() ? 0 : 1;
    }
  }
  CHECK(decoded > 1'000);
}

TEST_CASE("replica_wire: a bundle of Beats comes back, and holds nothing else") {
  auto beats = beat_bundle{
    {from_one_to_two(beat{1, lsn{2}, lsn{1}}),
     from_one_to_two(beat_ack{wire_max, lsn{9}, lsn{8}})}};
  for (const auto& x : {beats, beat_bundle{}}) {
    auto back = decode_beat_bundle(encode(x));
    REQUIRE(back);
    CHECK(*back == x);
  }
  beats.messages.push_back(from_one_to_two(vote{at(7, 9), false}));
  CHECK(decode_beat_bundle(encode(beats)).error() == ec::malformed);
  beats.messages.back() = from_one_to_two(beat{1, lsn{2}, lsn{1}});
  beats.messages.back().from = replica_id{0};
  CHECK(decode_beat_bundle(encode(beats)).error() == ec::malformed);
}

TEST_CASE("replica_wire: fields of a later version are passed over") {
  auto bytes = encode(from_one_to_two(stale{}));
  bytes += std::string{"\xf8\x07\x01", 3}; // Field 127, a varint.
  auto decoded = decode_message(bytes);
  REQUIRE(decoded);
  CHECK(*decoded == from_one_to_two(stale{}));
}

TEST_CASE("replica_wire: a body of a later version is refused") {
  CHECK(is_malformed_with(stale{}, [](auto& x) { x.clear_body(); }));
}

TEST_CASE("replica_wire: what names no sender or receiver is refused") {
  using wire = v1::ReplicaMessage;
  CHECK_FALSE(is_malformed_with(stale{}, [](wire&) {}));
  CHECK(is_malformed_with(stale{}, [](wire& x) { x.clear_cluster(); }));
  CHECK(is_malformed_with(stale{}, [](wire& x) { x.set_cluster("short"); }));
  CHECK(
    is_malformed_with(stale{}, [](wire& x) { x.set_cluster(std::string(16, '\0')); }));
  CHECK(is_malformed_with(stale{}, [](wire& x) { x.clear_from(); }));
  CHECK(is_malformed_with(stale{}, [](wire& x) { x.clear_from_incarnation(); }));
  CHECK(is_malformed_with(stale{}, [](wire& x) { x.clear_to(); }));
  CHECK(is_malformed_with(stale{}, [](wire& x) { x.set_config(wire_max); }));
}

TEST_CASE("replica_wire: positions that no log has are refused") {
  for (auto bad : {at(0, 1), at(1, 0), at(7, wire_max), at(8, 9)}) {
    CAPTURE(bad);
    check_malformed(pre_vote{epoch{8}, bad});
    check_malformed(vote{bad, false});
    check_malformed(subscribe{1, bad, {{bad.at, bad.seq}}, 0});
    check_malformed(ship{1, bad, {}, {}});
    check_malformed(diverged{1, bad});
  }
}

TEST_CASE("replica_wire: sequence numbers that nobody reaches are refused") {
  auto over = lsn_max.next();
  check_malformed(beat{1, over, {}});
  check_malformed(beat{1, {}, over});
  check_malformed(beat_ack{1, over, {}});
  check_malformed(beat_ack{1, {}, over});
  check_malformed(ship{1, {}, {}, over});
  check_malformed(ship_ack{over, {}, 0});
  check_malformed(ship_ack{{}, over, 0});
}

TEST_CASE("replica_wire: a refusal of an unknown kind, or for ever, is refused") {
  auto with = [](int why, duration sticky_for) {
    return pre_vote_reply{epoch{8}, static_cast<vote_refusal>(why), sticky_for};
  };
  check_malformed(with(0, {}));
  check_malformed(with(5, {}));
  check_malformed(with(3, duration{-1}));
  check_malformed(with(3, std::chrono::hours{24} + duration{1}));
}

TEST_CASE("replica_wire: a history that does not ascend to the log's end is refused") {
  auto with = [](std::vector<epoch_start> history) {
    return subscribe{1, at(7, 9), std::move(history), 0};
  };
  auto good = with({{epoch{1}, lsn{1}}, {epoch{7}, lsn{9}}});
  CHECK(decode_message(encode(from_one_to_two(good))));
  check_malformed(with({}));
  check_malformed(with({{epoch{0}, lsn{1}}, {epoch{7}, lsn{9}}}));
  check_malformed(with({{epoch{1}, lsn{0}}, {epoch{7}, lsn{9}}}));
  check_malformed(with({{epoch{7}, lsn{1}}, {epoch{7}, lsn{9}}}));
  check_malformed(with({{epoch{1}, lsn{9}}, {epoch{7}, lsn{9}}}));
  check_malformed(with({{epoch{6}, lsn{9}}}));
  check_malformed(with({{epoch{7}, lsn{10}}}));
}

TEST_CASE("replica_wire: records whose epochs do not ascend are refused") {
  auto with = [](position prev, const std::vector<std::uint64_t>& epochs) {
    auto result = ship{1, prev, {}, {}};
    for (auto e : epochs)
      result.records.push_back(
        make_write(e, prev.seq.value() + result.records.size() + 1));
    return result;
  };
  auto good = with(at(5, 9), {5, 5, 6, 7});
  CHECK(decode_message(encode(from_one_to_two(good))));
  check_malformed(with(at(5, 9), {4}));
  check_malformed(with(at(5, 9), {6, 5}));
  check_malformed(with(at(5, 9), {8})); // The sender is in epoch 7.
  check_malformed(with({}, {0}));
}

TEST_CASE("replica_wire: runs that no encoder writes are refused") {
  auto good = ship{1, at(5, 9), {make_write(5, 10), make_write(6, 11)}, {}};
  using wire = v1::ReplicaMessage;
  CHECK_FALSE(is_malformed_with(good, [](wire&) {}));
  CHECK(is_malformed_with(
    good, [](wire& x) { x.mutable_ship()->mutable_runs(0)->clear_batch(); }));
  CHECK(is_malformed_with(
    good, [](wire& x) { x.mutable_ship()->mutable_runs(1)->set_epoch(5); }));
  CHECK(is_malformed_with(good, [](wire& x) {
    x.mutable_ship()->mutable_runs(1)->mutable_batch()->mutable_records(0)->Clear();
  }));
}

TEST_CASE("replica_wire: a Ship of 256 KiB costs its rows and little more") {
  auto much = ship{1, at(7, 1), {}, {}};
  for (auto seq = std::uint64_t{2}; much.records.size() < 64; ++seq)
    much.records.push_back(make_write(7, seq, "k", std::string(4'096, 'x')));
  auto bytes = encode(from_one_to_two(much));
  CHECK(bytes.size() > 64 * 4'096);
  CHECK(bytes.size() < 64 * (4'096 + 80));
}

// The bytes on the wire, so that a change of them is seen: it would part two versions.
TEST_CASE("replica_wire: every kind of message has its bytes") {
  // The cluster, shard 3, from 1 in incarnation 4, to 2 in incarnation 5, config 1,
  // epoch 7.
  const auto head = std::string{"0a1000000000000000010000000000000002"}
                    + "1003180120042802300538014007";
  struct golden {
    message_body body;
    std::string bytes;
  };
  const auto rows = std::vector<golden>{
    {pre_vote{epoch{8}, at(7, 9)}, "8201080808120408071009"},
    {pre_vote_reply{epoch{8}, vote_refusal::sticky, duration{300}},
     "8a01070808100318ac02"},
    {vote{at(7, 9), true}, "9201080a04080710091001"},
    {vote_reply{true}, "9a01020801"},
    {beat{3, lsn{9}, lsn{8}}, "a20106080310091808"},
    {beat_ack{3, lsn{9}, lsn{8}}, "aa0106080310091808"},
    {subscribe{6, at(7, 9), {{epoch{5}, lsn{1}}, {epoch{7}, lsn{9}}}, 64},
     "b2011608061204080710091a04080510011a04080710092040"},
    {ship{
       6,
       at(5, 9),
       {make_write(5, 10), make_record(7, 11, epoch_start_record{})},
       lsn{8}},
     "ba014f08061204080510091a39080512350a3312310a160a1000000000"
     "00000001000000000000000210031804100a20072a0c0a016b1207080110"
     "0a22017632052b4f4b0d0a1a08080712040a021a002008"},
    {ship_ack{lsn{9}, lsn{8}, 64}, "c20106080910081840"},
    {diverged{6, at(5, 9)}, "ca01080806120408051009"},
    {stand_please{}, "d20100"},
    {transfer_now{}, "da0100"},
    {stale{}, "e20100"}};
  for (const auto& x : rows) {
    CAPTURE(std::string{name_of(x.body)});
    CHECK(hex(encode(from_one_to_two(x.body))) == head + x.bytes);
  }
}

} // namespace
} // namespace troupe::storage
