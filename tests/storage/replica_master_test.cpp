// A mastership: its first record, its end, its handover.

#include "tests/storage/replica_fixture.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;
using namespace std::chrono_literals;

using fixture = replica_fixture;

TEST_CASE_FIXTURE(fixture, "replica: a master's first record commits what came before") {
  win();
  CHECK(kind_of(*out.append.at(0)) == "epoch_start");
  CHECK(core.state().commit == lsn{0});
  hear(2, 2, ship_ack{lsn{2}, lsn{0}, 1'000'000});
  sync();
  CHECK(core.state().commit == lsn{0}); // A majority has 2, which is of epoch 1.
  hear(2, 2, ship_ack{lsn{3}, lsn{0}, 1'000'000});
  CHECK(core.state().commit == lsn{3});
}

TEST_CASE_FIXTURE(fixture, "replica: a master counts itself only when its disk has it") {
  win();
  hear(2, 2, ship_ack{lsn{3}, lsn{0}, 1'000'000});
  CHECK(core.state().commit == lsn{0});
  sync();
  CHECK(core.state().commit == lsn{3});
}

TEST_CASE_FIXTURE(fixture, "replica: a master without a majority for T steps down") {
  rule();
  out = core.write(some_write(1), now);
  now = core.state().master->since + 1s;
  tick();
  CHECK(!core.state().master);
  CHECK(out.answers.at(0).status == answer_status::unknown);
}

TEST_CASE_FIXTURE(fixture, "replica: a master whose disk stalls hands over") {
  rule();
  out = core.write(some_write(1), now);
  auto began = now;
  while (core.state().master && now < began + 3s) {
    now += 50ms;
    tick();
    if (core.state().master)
      hear(2, 2, beat_ack{core.state().master->round, lsn{3}, lsn{3}});
  }
  CHECK(now - began == 2s);
  CHECK(sent<transfer_now>().size() == 1);
}

TEST_CASE_FIXTURE(fixture, "replica: when a successor fails, the next best may have it") {
  rule();
  hear(3, 2, ship_ack{lsn{3}, lsn{3}, 1'000'000});
  hear(3, 2, beat_ack{1, lsn{3}, lsn{3}});
  const auto successor_of = [this] {
    REQUIRE(out.messages.size() == 1);
    REQUIRE(sent<transfer_now>().size() == 1);
    return out.messages.at(0).to;
  };
  const auto wait = [this](std::initializer_list<std::uint64_t> heard) {
    const auto& of = *core.state().master;
    const auto end = of.handover->deadline;
    while (now + 50ms < end) {
      now += 50ms;
      tick();
      for (const auto from : heard)
        hear(from, 2, beat_ack{of.round, lsn{3}, lsn{3}});
    }
    now = end;
    tick();
    std::erase_if(out.messages, [](const message& x) {
      return !std::holds_alternative<transfer_now>(x.body);
    });
  };
  SUBCASE("unless a certain one was asked for") {
    out = core.transfer_to(replica_id{2}, now);
    CHECK(successor_of() == replica_id{2});
    wait({2, 3});
    CHECK(sent<transfer_now>().empty());
    CHECK(!core.state().master->handover);
  }
  SUBCASE("each once") {
    out = core.transfer_to(std::nullopt, now);
    const auto first = successor_of();
    wait({2, 3});
    CHECK(successor_of() != first);
    CHECK(core.write(some_write(1), now).answers.at(0).status == answer_status::busy);
    wait({2, 3});
    CHECK(sent<transfer_now>().empty());
    CHECK(core.write(some_write(2), now).answers.empty());
  }
  SUBCASE("but none that is not there") {
    out = core.transfer_to(std::nullopt, now);
    const auto first = successor_of();
    wait({first.value()});
    CHECK(sent<transfer_now>().empty());
    CHECK(!core.state().master->handover);
  }
}

TEST_CASE_FIXTURE(fixture, "replica: a successor gets the whole log before it stands") {
  rule();
  out = core.write(some_write(1), now);
  out = core.transfer_to(replica_id{2}, now);
  CHECK(sent<transfer_now>().empty());
  out = core.write(some_write(2), now);
  CHECK(out.answers.at(0).status == answer_status::busy);
  hear(2, 2, ship_ack{lsn{4}, lsn{3}, 1'000'000});
  CHECK(sent<transfer_now>().size() == 1);
  CHECK(!holds_lease(core, now));
}
