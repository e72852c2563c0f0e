#include "storage/storage.pb.h"
#include "storage/store_wire.hpp"

#include <limits>
#include <string>

#include <doctest/doctest.h>

namespace troupe::storage {
namespace {

constexpr auto stored_max = std::numeric_limits<std::uint64_t>::max();

shard_config stored_config() {
  auto result = shard_config{};
  result.members = {
    {replica_id{1}, node_id{uuid{0, 1}}, member_role::voter},
    {replica_id{2}, node_id{uuid{0, 2}}, member_role::learner}};
  result.timing.ack = ack_mode::async;
  return result;
}

template <class T>
bool is_corrupt(const expected<T>& x) {
  return !x && code_of(x.error()) == ec::corrupt;
}

/// "\xff" is the beginning of a tag that does not end.
constexpr auto garbage = "\xff";

} // namespace

TEST_CASE("store_wire: every own row comes back as it was") {
  auto at = position{epoch{3}, lsn{stored_max}};
  CHECK(*decode_applied(encode_applied(at)) == at);
  CHECK(*decode_config(encode_config(stored_config())) == stored_config());
  auto slots = std::vector<slot_range>{{slot{0}, slot{5}}, {slot{16'383}, slot{16'383}}};
  CHECK(*decode_slots(encode_slots(slots)) == slots);
  CHECK(decode_slots(encode_slots({}))->empty());
  for (const auto& x : {client_row{}, client_row{7, {{7, ""}, {stored_max, "+OK\r\n"}}}})
    CHECK(*decode_client(encode_client(x)) == x);
  for (const auto& x :
       {node_row{}, node_row{incarnation{stored_max}, 9, {1, stored_max}}})
    CHECK(*decode_node(encode_node(x)) == x);
}

TEST_CASE("store_wire: garbage is damage") {
  CHECK(is_corrupt(decode_applied(garbage)));
  CHECK(is_corrupt(decode_config(garbage)));
  CHECK(is_corrupt(decode_slots(garbage)));
  CHECK(is_corrupt(decode_client(garbage)));
  CHECK(is_corrupt(decode_node(garbage)));
}

TEST_CASE("store_wire: rows that nothing writes are damage") {
  CHECK(is_corrupt(decode_applied("")));
  CHECK(is_corrupt(decode_config(encode_config({}))));
  CHECK(is_corrupt(decode_slots(encode_slots({{slot{5}, slot{4}}}))));
  CHECK(is_corrupt(decode_client(encode_client({7, {{6, ""}}}))));
  auto twice = v1::DedupRow{};
  twice.add_replies()->set_request(1);
  twice.add_replies()->set_request(1);
  CHECK(is_corrupt(decode_client(twice.SerializeAsString())));
}

TEST_CASE("store_wire: a store of a later format is refused by name") {
  auto later = v1::Applied{};
  later.set_format(2);
  auto found = decode_applied(later.SerializeAsString());
  REQUIRE(!found);
  CHECK(code_of(found.error()) == ec::version_mismatch);
  CHECK(sentence_of(found.error()).find("format 2") != std::string::npos);
}

} // namespace troupe::storage
