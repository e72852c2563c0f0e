/// A node's bundler between its links and a replica.
#include "storage/beat_bundler_actor.hpp"
#include "tests/storage/data_samples.hpp"
#include "tests/support/test_context.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <doctest/doctest.h>

namespace troupe::storage {

namespace {

using namespace std::chrono_literals;
using test::node_number;

caf::behavior make_post_office(caf::event_based_actor*, std::vector<cluster::post>* log) {
  return {[log](const cluster::post& x) { log->push_back(x); }};
}

caf::behavior make_listener(caf::event_based_actor*, std::vector<message>* log) {
  return {[log](const cluster::peer_identity&, const message& x) { log->push_back(x); }};
}

message some_beat(std::uint32_t shard) {
  auto result = message{};
  result.shard = shard_id{shard};
  result.body = beat{1, lsn{1}, lsn{1}};
  return result;
}

struct beat_bundler_fixture {
  troupe::test::deterministic_system system;
  troupe::test::test_context context{system};
  std::vector<cluster::post> posts;
  std::vector<message> heard;
  cluster::peer_identity peer{node_number(2), node_name{"n2"}, incarnation{1}};
  beat_bundler_actor bundler;

  beat_bundler_fixture() {
    auto links = caf::actor_cast<note_sender>(system.spawn(make_post_office, &posts));
    bundler = system.spawn(make_beat_bundler, &context, links);
    auto replica = caf::actor_cast<replica_actor>(system.spawn(make_listener, &heard));
    tell(replica_opened{shard_id{1}, replica});
  }

  template <class... Content>
  void tell(Content... x) {
    caf::anon_send(bundler, std::move(x)...);
    system.settle();
  }

  /// Two shards' Beats for the peer, with some time between them.
  void beat_twice() {
    tell(node_beat{peer.id, some_beat(1)});
    system.advance(1ms);
    tell(node_beat{peer.id, some_beat(2)});
    system.advance(10ms);
  }
};

} // namespace

TEST_CASE_FIXTURE(
  beat_bundler_fixture, "beat_bundler: a peer that bundles gets one message of all") {
  tell(peer, beat_bundle{});
  REQUIRE(posts.size() == 1); // It is told that this node bundles, too.
  CHECK(posts[0].content.get_as<beat_bundle>(0).messages.empty());
  beat_twice();
  REQUIRE(posts.size() == 2);
  CHECK(posts[1].peer == peer.id);
  CHECK(posts[1].name == beat_bundler_name);
  CHECK(
    posts[1].content.get_as<beat_bundle>(0) == beat_bundle{{some_beat(1), some_beat(2)}});
  beat_twice();
  CHECK(posts.size() == 3);
}

TEST_CASE_FIXTURE(
  beat_bundler_fixture, "beat_bundler: other peers get each message at once, where it "
                        "belongs") {
  tell(node_beat{peer.id, some_beat(1)});
  REQUIRE(posts.size() == 2);
  CHECK(posts[0].content.get_as<beat_bundle>(0).messages.empty());
  CHECK(posts[1].name == "shard/1");
  CHECK(posts[1].content.get_as<message>(0) == some_beat(1));
  tell(peer, beat_bundle{});
  beat_twice();
  CHECK(posts.back().content.match_elements<beat_bundle>());
  auto up = cluster::link_news{};
  up.peer = peer;
  up.peer.incarnation = incarnation{2};
  tell(up);
  tell(node_beat{peer.id, some_beat(2)});
  CHECK(posts.back().name == "shard/2");
}

TEST_CASE_FIXTURE(
  beat_bundler_fixture, "beat_bundler: each replica gets what is for it") {
  tell(peer, beat_bundle{{some_beat(1), some_beat(2), some_beat(1)}});
  CHECK(heard == std::vector{some_beat(1), some_beat(1)});
}

} // namespace troupe::storage
