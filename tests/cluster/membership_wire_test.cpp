#include "cluster/membership_wire.hpp"
#include "cluster/messages.hpp"

#include <chrono>
#include <string>
#include <variant>

#include <doctest/doctest.h>

namespace troupe::cluster {

namespace {

const auto id1 = node_id{uuid{1, 2}};
const auto id2 = node_id{uuid{3, 4}};

member make_member(const node_id& id, member_state state = member_state::alive) {
  return {
    .node = {id, node_name{"n1"}, incarnation{3}},
    .endpoints = {"a:7400", "a:6400", "a:8400"},
    .protocols = {1, 2},
    .meta = std::string{"m\0x", 3},
    .refutation = refutation{5},
    .state = state,
    .accuser = state == member_state::suspect ? id2 : node_id{},
    .gone_for = std::chrono::seconds{present(state) ? 0 : 86'399}};
}

std::vector<member> all_states() {
  auto result = std::vector<member>{};
  for (auto state :
       {member_state::alive, member_state::suspect, member_state::dead,
        member_state::left, member_state::forgotten})
    result.push_back(make_member(id1, state));
  result.push_back(tombstone(id2));
  return result;
}

std::vector<membership_message> samples() {
  return {
    ping{probe_seq{7}, id2, all_states()},
    ping_req{probe_seq{8}, id2, {}},
    ack{probe_seq{9}, {make_member(id1)}},
    nack{probe_seq{10}},
    gossip{all_states()},
    gossip{},
    push_pull{push_pull::kind::request, all_states()},
    push_pull{push_pull::kind::reply, {}}};
}

void check_malformed(const membership_message& x) {
  auto result = decode_membership(encode(x));
  REQUIRE_FALSE(result);
  CHECK(result.error() == ec::malformed);
}

} // namespace

TEST_CASE("membership_wire: every kind of message survives the wire") {
  for (const auto& x : samples()) {
    auto result = decode_membership(encode(x));
    REQUIRE(result);
    CHECK(*result == x);
  }
}

TEST_CASE("membership_wire: names that are not UTF-8 cross unchanged") {
  auto odd = make_member(id1);
  odd.node.name = node_name{"\xff\xfe"};
  odd.endpoints.link = "\xff:1";
  auto message = membership_message{gossip{{odd}}};
  auto result = decode_membership(encode(message));
  REQUIRE(result);
  CHECK(*result == message);
}

TEST_CASE("membership_wire: a claim with an unknown state is malformed") {
  check_malformed(gossip{{make_member(id1, static_cast<member_state>(0))}});
  check_malformed(gossip{{make_member(id1, static_cast<member_state>(6))}});
}

TEST_CASE("membership_wire: a claim about nobody is malformed") {
  check_malformed(gossip{{make_member(node_id{})}});
}

TEST_CASE("membership_wire: a claim with too large a meta is malformed") {
  auto large = make_member(id1);
  large.meta = std::string(meta_bytes_max, 'x');
  CHECK(decode_membership(encode(gossip{{large}})));
  large.meta += 'x';
  check_malformed(gossip{{large}});
}

TEST_CASE("membership_wire: a probe of nobody is malformed") {
  check_malformed(ping{probe_seq{1}, node_id{}, {}});
  check_malformed(ping_req{probe_seq{1}, node_id{}, {}});
}

TEST_CASE("membership_wire: an exchange of no known kind is malformed") {
  check_malformed(push_pull{static_cast<push_pull::kind>(0), {}});
  check_malformed(push_pull{static_cast<push_pull::kind>(3), {}});
}

TEST_CASE("membership_wire: nothing and garbage are malformed") {
  for (const auto* bytes : {"", "\xff\xff\xff", "hello"}) {
    auto result = decode_membership(bytes);
    REQUIRE_FALSE(result);
    CHECK(result.error() == ec::malformed);
  }
}

TEST_CASE("membership_wire: cut bytes never decode to more than they are") {
  for (const auto& x : samples()) {
    auto whole = encode(x);
    for (auto size = std::size_t{0}; size < whole.size(); ++size)
      if (auto result = decode_membership(std::string_view{whole}.substr(0, size)))
        CHECK(encode(*result).size() <= size);
  }
}

TEST_CASE("membership_wire: both kinds of message cross links on the control lane") {
  auto codecs = actors::message_codecs{};
  register_codecs(codecs);
  auto membership
    = codecs.encode(caf::make_message(membership_message{nack{probe_seq{1}}}));
  REQUIRE(membership);
  CHECK(membership->type == "troupe.cluster.membership");
  CHECK(membership->lane == actors::lane::control);
  CHECK(codecs.decode(membership->type, membership->payload));
  auto founding
    = codecs.encode(caf::make_message(founding_message{node_name{"n1"}, {}, {}}));
  REQUIRE(founding);
  CHECK(founding->type == "troupe.cluster.founding");
  CHECK(founding->lane == actors::lane::control);
  CHECK(codecs.decode(founding->type, founding->payload));
}

} // namespace troupe::cluster
