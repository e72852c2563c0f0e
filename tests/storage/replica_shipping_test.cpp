// How a master's log gets to its slaves, and when it is let go.

#include "tests/storage/replica_fixture.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;
using namespace std::chrono_literals;

using fixture = replica_fixture;

TEST_CASE_FIXTURE(fixture, "replica: a subscriber is told where the logs part") {
  rule();
  hear(3, 2, subscribe{7, {epoch{1}, lsn{6}}, {{epoch{1}, lsn{1}}}, 1'000'000});
  CHECK(sent<diverged>().at(0).common == position{epoch{1}, lsn{2}});
  hear(3, 2, subscribe{8, {epoch{1}, lsn{2}}, {{epoch{1}, lsn{1}}}, 1'000'000});
  CHECK(sent<ship>().at(0).prev == position{epoch{1}, lsn{2}});
  CHECK(sent<ship>().at(0).records.size() == 1);
}

// Found by the simulator, seed 1000059: the stream began anew at a position of the past,
// and asked the disk for records that all had acknowledged and that were released.
TEST_CASE_FIXTURE(fixture, "replica: a late subscription does not end a live stream") {
  rule();
  hear(3, 2, subscribe{8, {epoch{1}, lsn{2}}, {{epoch{1}, lsn{1}}}, 1'000'000});
  hear(3, 2, ship_ack{lsn{3}, lsn{0}, 1'000'000});
  hear(3, 2, subscribe{7, {epoch{1}, lsn{2}}, {{epoch{1}, lsn{1}}}, 1'000'000});
  CHECK(out.messages.empty());
  CHECK(core.state().master->peers.at(replica_id{3}).stream->id == 8);
}

TEST_CASE_FIXTURE(fixture, "replica: no more is under way than a slave gave credit for") {
  rule();
  hear(3, 2, subscribe{8, end_of(*this), {{epoch{1}, lsn{1}}, {epoch{2}, lsn{3}}}, 100});
  for (std::uint64_t i = 1; i <= 5; ++i)
    out = core.write(some_write(i), now);
  const auto& stream = *core.state().master->peers.at(replica_id{3}).stream;
  CHECK(stream.sent == lsn{4});
  hear(3, 2, ship_ack{lsn{4}, lsn{0}, 100});
  CHECK(stream.sent == end_of(*this).seq);
}

TEST_CASE_FIXTURE(
  fixture, "replica: the log is let go when all hold it and it is flushed") {
  rule();
  out = core.flushed_to(lsn{3}, now);
  CHECK(!out.release);
  hear(3, 2, ship_ack{lsn{2}, lsn{0}, 1'000'000});
  now += 100ms;
  tick();
  CHECK(out.release == lsn{2});
}
