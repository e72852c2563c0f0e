// What a start finds on disk.

#include "tests/storage/replica_fixture.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;
using namespace std::chrono_literals;

TEST_CASE("replica: what cannot be its state puts a replica in quarantine") {
  auto store = memory_store{};
  auto core = replica{{}, store, nullptr};
  auto found = recovered{};
  found.hard.at = epoch{1};
  SUBCASE("damage that the disk side has found") { found.damage = "rot"; }
  SUBCASE("applied behind the log's end") { found.applied.at = {epoch{1}, lsn{5}}; }
  SUBCASE("no config") {}
  auto out = core.start(found, time_point{1h});
  CHECK(core.state().quarantined);
  CHECK(std::holds_alternative<was_quarantined>(out.told.at(0)));
  CHECK(out.wake_at == time_point::max());
}

TEST_CASE("replica: in a group just made the first member stands before the others") {
  auto first = replica_fixture{};
  auto timing = first.core.state().timing();
  CHECK(first.out.wake_at >= first.now + timing.stick());
  CHECK(first.out.wake_at <= first.now + timing.stick() + timing.beat);
  // Whatever was elected once is left to chance, as are the other members.
  auto store = memory_store{};
  auto start = [&](std::uint64_t replica, hard_state hard) {
    auto self = replica_fixture::self();
    self.who.replica = replica_id{replica};
    auto core = storage::replica{self, store, nullptr};
    auto found = recovered{};
    found.tail = {make_record(1, 1, first.core.state().config())};
    found.history.append(found.tail.back()->at);
    found.durable = lsn{1};
    found.hard = hard;
    return core.start(std::move(found), first.now).wake_at - first.now;
  };
  CHECK(start(1, {epoch{1}, std::nullopt}) < timing.election_timeout);
  CHECK(start(2, {epoch{1}, std::nullopt}) >= timing.election_timeout);
  CHECK(start(1, {epoch{2}, std::nullopt}) >= timing.election_timeout);
  CHECK(start(1, {epoch{1}, replica_id{2}}) >= timing.election_timeout);
}
