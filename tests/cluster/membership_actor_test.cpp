/// The membership's actor, with links that only listen.
#include "cluster/membership_actor.hpp"
#include "tests/cluster/membership_fixture.hpp"
#include "tests/support/test_context.hpp"

#include <chrono>
#include <vector>

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <doctest/doctest.h>

namespace troupe::cluster {

namespace {

using namespace std::chrono_literals;

struct links_log {
  std::vector<node_id> forgotten;
};

caf::behavior make_links_log(caf::event_based_actor*, links_log* log) {
  return {
    [](const subscribe_links&) {},
    [](const post&) {},
    [](const peer_moved&) {},
    [](const peer_died&) {},
    [](const own_health&) {},
    [log](const peer_forgotten& x) { log->forgotten.push_back(x.peer); },
    [](const contact&) -> caf::result<peer_identity> {
      return fail(ec::unreachable, "nobody is there");
    },
  };
}

membership_config reclaiming() {
  auto result = membership_config{};
  result.reclaim_after = 60s;
  return result;
}

/// Node 1, which hears from node 2.
struct membership_fixture {
  test::deterministic_system system;
  test::test_context context{system};
  links_log log;
  membership_actor actor;

  membership_fixture() {
    auto links = caf::actor_cast<links_actor>(system.spawn(make_links_log, &log));
    actor = system.spawn(
      make_membership, &context, links, membership{reclaiming(), test::claim(1), {}, 1});
    system.settle();
  }

  void hear(const member& claim) {
    auto from = peer_identity{
      test::numbered(2), node_name{"n2"}, incarnation{1}, link_role::node};
    caf::anon_send(actor, from, membership_message{gossip{{claim}}});
    system.settle();
  }
};

} // namespace

TEST_CASE_FIXTURE(
  membership_fixture, "membership_actor: wakes that hurry leave no timers behind") {
  hear(test::claim(2));
  for (auto i = 1U; i <= 50; ++i) {
    hear(test::claim(2, member_state::alive, 1, i)); // Gossiped soon.
    system.advance(250ms);
  }
  system.advance(5s); // The last of those that were overtaken.
  CHECK(system.timer_count() <= 2);
}

TEST_CASE_FIXTURE(
  membership_fixture, "membership_actor: links forget whom it lists no longer") {
  hear(test::claim(3, member_state::left));
  system.advance(59s);
  CHECK(log.forgotten.empty());
  SUBCASE("as it is gone for so long") { system.advance(11s); }
  SUBCASE("as somebody says so") { hear(tombstone(test::numbered(3))); }
  CHECK(log.forgotten == std::vector{test::numbered(3)});
}

} // namespace troupe::cluster
