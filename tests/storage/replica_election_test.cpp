// Who is master: the rules of election and handover one by one. What the rules of the
// core promise together is for tests/simulation/replication_sim.cpp to break.

#include "tests/storage/replica_fixture.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;
using namespace std::chrono_literals;

using fixture = replica_fixture;

TEST_CASE_FIXTURE(fixture, "replica: a silent master is asked about before one stands") {
  now += 3s;
  tick();
  CHECK(sent<pre_vote>().size() == 2);
  CHECK(!out.hard);
  CHECK(core.state().at == epoch{1});
}

TEST_CASE_FIXTURE(fixture, "replica: epoch and own vote are durable before one stands") {
  now += 3s;
  tick();
  hear(2, 1, pre_vote_reply{epoch{2}, vote_refusal::none, {}});
  CHECK(out.hard == hard_state{epoch{2}, replica_id{1}});
  CHECK(sent<vote>().size() == 2);
}

TEST_CASE_FIXTURE(fixture, "replica: one vote in an epoch, durable before the reply") {
  now += 1s;
  hear(2, 2, vote{end_of(*this), false});
  CHECK(out.hard == hard_state{epoch{2}, replica_id{2}});
  CHECK(sent<vote_reply>().at(0).granted);
  hear(3, 2, vote{end_of(*this), false});
  CHECK(!out.hard);
  CHECK(!sent<vote_reply>().at(0).granted);
  hear(2, 2, vote{end_of(*this), false});
  CHECK(sent<vote_reply>().at(0).granted);
}

TEST_CASE("replica: no vote for an older log, the epoch counting first") {
  auto f = fixture{2};
  f.now += 1s;
  f.hear(2, 2, vote{{epoch{1}, lsn{3}}, false});
  CHECK(!f.sent<vote_reply>().at(0).granted);
  f.hear(2, 3, vote{{epoch{2}, lsn{1}}, false});
  CHECK(f.sent<vote_reply>().at(0).granted);
}

TEST_CASE_FIXTURE(fixture, "replica: a vote while sticky is not even looked at") {
  hear(2, 2, beat{1, lsn{0}, lsn{0}});
  now += 499ms;
  hear(3, 9, vote{end_of(*this), false});
  CHECK(out.messages.empty());
  CHECK(core.state().at == epoch{2});
  hear(3, 3, vote{end_of(*this), true}); // Its master asked for it.
  CHECK(sent<vote_reply>().at(0).granted);
}

TEST_CASE_FIXTURE(fixture, "replica: a new incarnation keeps the promises of the last") {
  now += 499ms;
  hear(2, 2, vote{end_of(*this), false});
  CHECK(out.messages.empty());
  now += 1ms;
  hear(2, 2, vote{end_of(*this), false});
  CHECK(sent<vote_reply>().at(0).granted);
}

TEST_CASE_FIXTURE(
  fixture, "replica: a fresher replica is asked to stand, twice at most") {
  for (int i = 0; i < 3; ++i) {
    now += 3s;
    tick();
    hear(3, 1, pre_vote_reply{epoch{2}, vote_refusal::behind, {}});
    CHECK(sent<stand_please>().size() == (i < 2 ? 1U : 0U));
  }
}

TEST_CASE_FIXTURE(fixture, "replica: an older epoch is told, once") {
  now += 1s;
  hear(2, 5, beat{1, lsn{0}, lsn{0}});
  hear(3, 4, beat{1, lsn{0}, lsn{0}});
  CHECK(sent<stale>().size() == 1);
  hear(3, 4, stale{});
  CHECK(out.messages.empty());
}

// Else it would hear nothing until its own election timer made it speak.
TEST_CASE_FIXTURE(fixture, "replica: a new incarnation makes itself known at once") {
  CHECK(sent<stale>().size() == 2);
  CHECK(out.messages.at(0).from_incarnation == core.state().self.incarnation);
}

TEST_CASE_FIXTURE(
  fixture, "replica: who speaks to an earlier incarnation is told of the new one") {
  auto late = message{
    core.state().self.who.cluster,
    shard_id{1},
    replica_id{2},
    incarnation{1},
    replica_id{1},
    incarnation{7},
    lsn{1},
    epoch{2},
    beat{}};
  out = core.received(late, now);
  CHECK(sent<stale>().size() == 1);
  CHECK(core.state().at == epoch{1});
  late.body = stale{};
  out = core.received(late, now);
  CHECK(out.messages.empty());
}

TEST_CASE_FIXTURE(fixture, "replica: messages of an earlier incarnation are dropped") {
  hear(2, 2, beat{1, lsn{0}, lsn{0}});
  auto late = message{
    core.state().self.who.cluster,
    shard_id{1},
    replica_id{2},
    incarnation{0},
    replica_id{1},
    incarnation{0},
    lsn{1},
    epoch{9},
    beat{}};
  out = core.received(late, now);
  CHECK(core.state().at == epoch{2});
}
