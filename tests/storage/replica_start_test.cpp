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
