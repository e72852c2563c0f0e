// What a read waits for.

#include "tests/storage/replica_fixture.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;
using namespace std::chrono_literals;

using fixture = replica_fixture;

TEST_CASE_FIXTURE(
  fixture, "replica: a master read waits for a round begun after it came") {
  rule();
  out = core.read(some_read(read_level::master), now);
  auto round = sent<beat>().at(0).round;
  CHECK(out.lookups.empty());
  hear(2, 2, beat_ack{round - 1, lsn{3}, lsn{3}});
  CHECK(out.lookups.empty());
  hear(3, 2, beat_ack{round, lsn{3}, lsn{3}});
  CHECK(out.lookups == std::vector{ticket{99}});
  out = core.looked_up(ticket{99}, now);
  CHECK(out.answers.at(0).status == answer_status::ok);
}

TEST_CASE_FIXTURE(fixture, "replica: a lease read needs no round") {
  rule();
  out = core.read(some_read(read_level::lease), now);
  CHECK(out.lookups == std::vector{ticket{99}});
  out = core.looked_up(ticket{99}, now);
  CHECK(out.answers.at(0).status == answer_status::ok);
}

TEST_CASE_FIXTURE(fixture, "replica: a lease that ran out while reading is no lease") {
  rule();
  out = core.read(some_read(read_level::lease), now);
  now += 450ms; // L, less the drift.
  out = core.looked_up(ticket{99}, now);
  CHECK(out.answers.empty());
  CHECK(sent<beat>().size() == 2);
}

TEST_CASE_FIXTURE(fixture, "replica: a read waits for pending writes of its key") {
  rule();
  out = core.write(some_write(1), now);
  out = core.read(some_read(read_level::lease), now);
  CHECK(out.lookups.empty());
  auto other = some_read(read_level::lease);
  other.from = ticket{98};
  other.keys = {"another"};
  out = core.read(other, now);
  CHECK(out.lookups.size() == 1);
}
