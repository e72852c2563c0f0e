// What a read sees, and what it waits for.

#include "tests/storage/data_samples.hpp"
#include "tests/storage/replica_fixture.hpp"

#include <algorithm>

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
  CHECK(out.reads_taken);
  out = core.confirm_reads(now);
  auto round = sent<beat>().at(0).round;
  CHECK(out.answers.empty());
  hear(2, 2, beat_ack{round - 1, lsn{3}, lsn{3}});
  CHECK(out.answers.empty());
  hear(3, 2, beat_ack{round, lsn{3}, lsn{3}});
  CHECK(out.answers.at(0).status == answer_status::ok);
  CHECK(out.answers.at(0).reply == "none");
}

TEST_CASE_FIXTURE(fixture, "replica: a lease read needs no round") {
  rule();
  out = core.read(some_read(read_level::lease), now);
  CHECK(out.answers.empty());
  out = core.confirm_reads(now);
  CHECK(out.answers.at(0).status == answer_status::ok);
}

TEST_CASE_FIXTURE(fixture, "replica: a lease that ran out while reading is no lease") {
  rule();
  out = core.read(some_read(read_level::lease), now);
  now += 450ms; // L, less the drift.
  out = core.confirm_reads(now);
  CHECK(out.answers.empty());
  CHECK(sent<beat>().size() == 2);
}

TEST_CASE_FIXTURE(fixture, "replica: a read waits until what it shows is committed") {
  rule();
  out = core.write(some_write(1), now);
  auto other = some_read(read_level::lease);
  other.from = ticket{98};
  other.keys = {"another"};
  other.what = {"get another"};
  out = core.ask({some_read(read_level::lease), other}, now);
  out = core.confirm_reads(now);
  REQUIRE(out.answers.size() == 1);
  CHECK(out.answers.at(0).to == ticket{98});
  sync();
  hear(2, 2, ship_ack{lsn{4}, lsn{3}, 1'000'000});
  REQUIRE(out.answers.size() == 2);
  CHECK(out.answers.at(0).to == ticket{99});
  CHECK(out.answers.at(0).reply == "v");
}

TEST_CASE_FIXTURE(fixture, "replica: a read sees the writes before it and none behind") {
  rule();
  auto before = some_write(1);
  auto behind = some_write(2);
  std::get<conditional_write>(behind.what).effects[0].value->bytes = "late";
  out = core.ask({before, some_read(read_level::lease), behind}, now);
  CHECK(out.append.size() == 2);
  out = core.confirm_reads(now);
  sync();
  hear(2, 2, ship_ack{lsn{5}, lsn{3}, 1'000'000});
  auto read = std::ranges::find(out.answers, ticket{99}, &answer::to);
  REQUIRE(read != out.answers.end());
  CHECK(read->reply == "v");
}

TEST_CASE_FIXTURE(fixture, "replica: requests wait in their order for a complete store") {
  win();
  auto write = some_write(1);
  out = core.ask({some_read(read_level::lease), write}, now);
  CHECK(out.append.empty());
  CHECK(!out.reads_taken);
  sync();
  hear(2, 2, ship_ack{lsn{3}, lsn{0}, 1'000'000});
  REQUIRE(!store.apply(*out.apply));
  out = core.applied_to(lsn{3}, now);
  CHECK(out.append.size() == 1);
  CHECK(out.reads_taken);
  hear(2, 2, beat_ack{1, lsn{3}, lsn{3}});
  out = core.confirm_reads(now);
  REQUIRE(out.answers.size() == 1);
  CHECK(out.answers.at(0).reply == "none");
}

TEST_CASE_FIXTURE(fixture, "replica: a read of an expired row deletes it, then answers") {
  rule();
  auto write = some_write(1);
  std::get<conditional_write>(write.what).effects[0].value->expire_at_ms = 1;
  out = core.write(write, now);
  auto read = some_read(read_level::lease);
  read.wall_ms = 2;
  out = core.read(read, now);
  CHECK(!out.reads_taken);
  REQUIRE(out.append.size() == 1);
  const auto& deletion = std::get<write_record>(out.append.at(0)->payload);
  REQUIRE(deletion.effects.size() == 1);
  CHECK(!deletion.effects.at(0).value);
  CHECK(deletion.request.client.node == node_id{uuid{0, 1}});
  sync();
  hear(2, 2, ship_ack{lsn{5}, lsn{3}, 1'000'000});
  REQUIRE(out.answers.size() == 2);
  CHECK(out.answers.at(1).to == ticket{99});
  CHECK(out.answers.at(1).reply == "none");
}

TEST_CASE_FIXTURE(fixture, "replica: a read whose deadline passes has had no quorum") {
  rule();
  auto read = some_read(read_level::master);
  read.deadline = now + 20ms;
  out = core.read(read, now);
  out = core.confirm_reads(now);
  CHECK(out.wake_at <= now + 20ms);
  now += 20ms;
  tick();
  CHECK(out.answers.at(0).status == answer_status::no_quorum);
}

TEST_CASE_FIXTURE(fixture, "replica: requests that come together are shipped together") {
  rule();
  hear(
    2, 2,
    subscribe{77, end_of(*this), {{epoch{1}, lsn{1}}, {epoch{2}, lsn{3}}}, 1'000'000});
  out = core.ask({some_write(1), some_write(2), some_write(3)}, now);
  REQUIRE(sent<ship>().size() == 1);
  CHECK(sent<ship>().at(0).records.size() == 3);
}

TEST_CASE("replica: reads whose replies cost too much at one time are told busy") {
  auto self = replica_fixture::self();
  self.reading_bytes_max = 1;
  auto f = replica_fixture{0, self};
  f.rule();
  f.out = f.core.read(f.some_read(read_level::master), f.now);
  CHECK(f.out.answers.empty()); // A single one may exceed it.
  f.out = f.core.read(f.some_read(read_level::master), f.now);
  CHECK(f.out.answers.at(0).status == answer_status::busy);
  f.out = f.core.confirm_reads(f.now);
  f.hear(2, 2, beat_ack{f.sent<beat>().at(0).round, lsn{3}, lsn{3}});
  CHECK(f.out.answers.at(0).status == answer_status::ok); // It makes room.
  f.out = f.core.read(f.some_read(read_level::master), f.now);
  CHECK(f.out.answers.empty());
}
