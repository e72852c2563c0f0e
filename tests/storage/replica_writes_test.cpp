// When a write is executed, and when it is answered.

#include "tests/storage/replica_fixture.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;
using namespace std::chrono_literals;

using fixture = replica_fixture;

TEST_CASE_FIXTURE(fixture, "replica: a slave refuses writes and names the master") {
  hear(2, 2, beat{1, lsn{0}, lsn{0}});
  out = core.write(some_write(1), now);
  CHECK(out.answers.at(0).status == answer_status::not_master);
  CHECK(out.answers.at(0).hint == replica_id{2});
}

TEST_CASE_FIXTURE(
  fixture, "replica: writes wait until a new master's store is complete") {
  win();
  out = core.write(some_write(1), now);
  CHECK(out.append.empty());
  CHECK(out.answers.empty());
  sync();
  hear(2, 2, ship_ack{lsn{3}, lsn{0}, 1'000'000});
  REQUIRE(!store.apply(*out.apply));
  out = core.applied_to(lsn{3}, now);
  CHECK(out.append.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "replica: each mode is answered when its promise is kept") {
  rule();
  auto number = std::uint64_t{0};
  for (auto mode : {ack_mode::async, ack_mode::semi, ack_mode::quorum}) {
    auto request = some_write(++number);
    request.mode = mode;
    out = core.write(request, now);
    CHECK(out.answers.empty());
  }
  sync();
  CHECK(out.answers.size() == 1);
  CHECK(out.answers.at(0).to == ticket{1});
  hear(2, 2, ship_ack{lsn{6}, lsn{3}, 1'000'000});
  CHECK(out.answers.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "replica: a retry waits with the first, or finds the reply") {
  rule();
  out = core.write(some_write(1), now);
  auto again = some_write(1);
  again.from = ticket{11};
  out = core.write(again, now);
  CHECK(out.append.empty());
  sync();
  hear(2, 2, ship_ack{lsn{4}, lsn{3}, 1'000'000});
  CHECK(out.answers.size() == 2);
  again.from = ticket{12};
  out = core.write(again, now);
  CHECK(out.append.empty());
  CHECK(out.answers.at(0).reply == "done");
}

TEST_CASE_FIXTURE(fixture, "replica: a write whose deadline passes has an unknown fate") {
  rule();
  auto request = some_write(1);
  request.deadline = now + 20ms;
  out = core.write(request, now);
  CHECK(out.wake_at <= now + 20ms);
  now += 20ms;
  tick();
  CHECK(out.answers.at(0).status == answer_status::unknown);
  CHECK(out.answers.at(0).at == position{epoch{2}, lsn{4}});
}
