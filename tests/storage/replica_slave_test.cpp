// What a slave takes in, acknowledges and cuts off.

#include "tests/storage/replica_fixture.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;
using namespace std::chrono_literals;

using fixture = replica_fixture;

TEST_CASE_FIXTURE(fixture, "replica: an acknowledgement waits for the disk") {
  hear(2, 2, ship{0, end_of(*this), {make_write(2, 3)}, lsn{0}});
  CHECK(sent<ship_ack>().empty());
  CHECK(out.append.size() == 1);
  sync();
  CHECK(sent<ship_ack>().at(0).acked == lsn{3});
}

TEST_CASE("replica: only what equals the master's log is acknowledged and committed") {
  auto f = fixture{5};
  f.hear(2, 2, ship{0, {epoch{1}, lsn{2}}, {make_write(1, 3)}, lsn{9}});
  CHECK(f.sent<ship_ack>().at(0).acked == lsn{3});
  CHECK(f.core.state().commit == lsn{3});
}

TEST_CASE("replica: another master's record cuts off what stands in its place") {
  auto f = fixture{5};
  f.hear(2, 3, ship{0, {epoch{1}, lsn{4}}, {make_write(3, 5)}, lsn{0}});
  CHECK(f.out.truncate_after == lsn{4});
  CHECK(f.out.cut == 1);
  CHECK(end_of(f) == position{epoch{3}, lsn{5}});
  f.out = f.core.synced_to(0, lsn{7}, f.now); // Begun before the cut.
  CHECK(f.core.state().durable == lsn{4});
  f.out = f.core.synced_to(1, lsn{5}, f.now);
  CHECK(f.core.state().durable == lsn{5});
}

TEST_CASE_FIXTURE(fixture, "replica: a gap is asked for, once in three beats") {
  auto gap = ship{0, {epoch{2}, lsn{9}}, {make_write(2, 10)}, lsn{0}};
  hear(2, 2, gap);
  CHECK(sent<subscribe>().size() == 1);
  hear(2, 2, gap);
  CHECK(sent<subscribe>().empty());
  now += 300ms;
  hear(2, 2, gap);
  CHECK(sent<subscribe>().size() == 1);
}

TEST_CASE("replica: a divergence is obeyed once, and only when it answers the asking") {
  auto f = fixture{5};
  f.hear(2, 2, beat{1, lsn{0}, lsn{0}});
  auto stream = f.sent<subscribe>().at(0).stream;
  f.hear(2, 2, diverged{stream + 1, {epoch{1}, lsn{4}}});
  CHECK(!f.out.truncate_after);
  f.hear(2, 2, diverged{stream, {epoch{1}, lsn{4}}});
  CHECK(f.out.truncate_after == lsn{4});
  CHECK(f.sent<subscribe>().size() == 1);
  f.hear(2, 2, diverged{stream, {epoch{1}, lsn{3}}});
  CHECK(!f.out.truncate_after);
}

TEST_CASE_FIXTURE(fixture, "replica: a divergence before the commit is quarantine") {
  hear(2, 2, ship{0, end_of(*this), {}, lsn{2}});
  CHECK(core.state().commit == lsn{2});
  hear(3, 3, beat{1, lsn{2}, lsn{0}});
  auto stream = sent<subscribe>().at(0).stream;
  hear(3, 3, diverged{stream, {epoch{1}, lsn{1}}});
  CHECK(core.state().quarantined);
  now += 9s;
  hear(2, 9, vote{{epoch{8}, lsn{99}}, false});
  CHECK(out.messages.empty());
}
