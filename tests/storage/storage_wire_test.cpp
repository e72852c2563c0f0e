#include "actors/base/random.hpp"
#include "storage/storage_wire.hpp"
#include "tests/storage/records.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

shard_config some_config() {
  auto result = shard_config{};
  result.members = {
    {replica_id{1}, node_id{uuid{0, 1}}, member_role::voter},
    {replica_id{2}, node_id{uuid{0, 2}}, member_role::learner}};
  result.timing.ack = ack_mode::semi;
  result.timing.lease = duration::zero();
  return result;
}

/// One record of every kind, seqs 5 to 9 of epoch 2.
std::vector<record_ptr> one_of_each() {
  auto gone = write_record{};
  gone.request = {{node_id{uuid{9, 9}}, incarnation{1}, 2}, 3};
  gone.answered_below = 2;
  gone.effects
    = {{std::string{"a\0b", 3}, std::nullopt}, {"c", row{7, 5, 1'700'000'000'000, ""}}};
  return {
    make_record(2, 5, gone), make_record(2, 6, epoch_start_record{}),
    make_record(2, 7, some_config()),
    make_record(2, 8, slot_own_record{{{slot{0}, slot{16383}}}}),
    make_record(2, 9, dedup_trim_record{node_id{uuid{3, 4}}, incarnation{5}, 9, {2, 4}})};
}

} // namespace

TEST_CASE("storage_wire: a batch of every kind of record comes back as it was") {
  auto records = one_of_each();
  auto bytes = byte_buffer{};
  encode_batch(records, bytes);
  auto back = decode_batch(bytes, records.front()->at);
  REQUIRE(back);
  REQUIRE(back->size() == records.size());
  for (std::size_t i = 0; i < records.size(); ++i)
    CHECK(*(*back)[i] == *records[i]);
}

TEST_CASE("storage_wire: a record that stands alone keeps its position") {
  for (const auto& x : one_of_each()) {
    auto back = decode_record(encode_record(*x));
    REQUIRE(back);
    CHECK(**back == *x);
  }
}

TEST_CASE("storage_wire: small files come back as they were") {
  auto slot_written = hard_slot{{epoch{7}, replica_id{3}}, lsn{99}, 12};
  CHECK(*decode_hard_slot(encode(slot_written)) == slot_written);
  slot_written.state.voted_for.reset();
  CHECK(*decode_hard_slot(encode(slot_written)) == slot_written);
  auto who = identity{cluster_id{uuid{1, 2}}, shard_id{3}, replica_id{4}};
  CHECK(*decode_identity(encode(who)) == who);
  auto all = std::vector<replica_entry>{
    {shard_id{0}, replica_id{1}, true}, {shard_id{5}, replica_id{2}, false}};
  CHECK(*decode_replicas(encode(all)) == all);
}

TEST_CASE("storage_wire: fields out of range are refused") {
  auto no_voter = some_config();
  no_voter.members.front().role = member_role::learner;
  CHECK(!decode_record(encode_record(*make_record(1, 1, no_voter))));
  auto bad_slots = slot_own_record{{{slot{5}, slot{4}}}};
  CHECK(!decode_record(encode_record(*make_record(1, 1, bad_slots))));
  auto bad_slot = write_record{};
  bad_slot.in = slot{16384};
  CHECK(!decode_record(encode_record(*make_record(1, 1, bad_slot))));
  CHECK(!decode_identity(byte_buffer{}));
  CHECK(!decode_record(byte_buffer{}));
}

TEST_CASE("storage_wire: any bytes are refused or read, never trusted") {
  auto random = random_source{5};
  auto good = byte_buffer{};
  encode_batch(one_of_each(), good);
  auto refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = good;
    for (auto changes = random.between(1, 4); changes > 0; --changes)
      bytes[random.below(bytes.size())] = static_cast<std::byte>(random.below(256));
    bytes.resize(random.between(0, bytes.size()));
    if (!decode_batch(bytes, {epoch{2}, lsn{5}}))
      ++refused;
  }
  CHECK(refused > 1'000);
}
