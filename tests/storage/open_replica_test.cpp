#include "actors/sim/disk.hpp"
#include "storage/memory_store.hpp"
#include "storage/open_replica.hpp"
#include "tests/storage/data_samples.hpp"
#include "tests/storage/records.hpp"

#include <doctest/doctest.h>

namespace troupe::storage::test {

namespace {

/// A created replica whose log ends with LSN `end`.
struct stored_replica {
  sim::memory_disk disk;
  std::shared_ptr<memory_store> rows = std::make_shared<memory_store>();

  explicit stored_replica(std::uint64_t end = 5) {
    REQUIRE(!disk.make_directory("node"));
    REQUIRE(!create_replica(
      disk, "node", node_number(1), replica_number(1), founding_of(3), small_log));
    auto files = replica_files::open(disk, "node", replica_number(1), small_log);
    REQUIRE(files);
    for (std::uint64_t seq = 3; seq <= end; ++seq)
      REQUIRE(!(*files)->append(std::vector{make_write(1, seq)}));
    REQUIRE(!(*files)->sync());
    REQUIRE(!(*files)->note_durable());
  }

  expected<opened_replica> open() {
    return open_replica(
      disk, "node", replica_number(1), small_log,
      [this](const std::string& directory) -> expected<std::shared_ptr<store>> {
        CHECK(directory == "node/shard-1-1");
        return rows;
      });
  }
};

} // namespace

TEST_CASE("open_replica: the tail is what the store has not applied") {
  auto stored = stored_replica{};
  auto all = stored.open();
  REQUIRE(all);
  CHECK(!all->found.damage);
  CHECK(all->found.tail.size() == 5);
  CHECK(all->found.durable == lsn{5});
  CHECK(all->found.history.end() == position{epoch{1}, lsn{5}});
  CHECK(all->found.hard.at == epoch{1});

  auto batch = apply_batch{};
  batch.records.assign(all->found.tail.begin(), all->found.tail.begin() + 3);
  REQUIRE(!stored.rows->apply(batch));
  auto rest = stored.open();
  REQUIRE(rest);
  CHECK(rest->found.applied.at == position{epoch{1}, lsn{3}});
  REQUIRE(rest->found.tail.size() == 2);
  CHECK(rest->found.tail[0]->at.seq == lsn{4});
}

TEST_CASE("open_replica: a long tail is read whole") {
  auto stored = stored_replica{20'000};
  auto all = stored.open();
  REQUIRE(all);
  REQUIRE(all->found.tail.size() == 20'000);
  for (std::size_t i = 0; i < all->found.tail.size(); ++i)
    REQUIRE(all->found.tail[i]->at.seq == lsn{i + 1});
}

TEST_CASE("open_replica: damage is a result that names the thing") {
  auto stored = stored_replica{};
  stored.disk.flip_bit("node/shard-1-1/IDENT", 20, 1);
  auto opened = stored.open();
  REQUIRE(opened);
  REQUIRE(opened->found.damage);
  CHECK(opened->found.damage->find("IDENT") != std::string::npos);
  CHECK(opened->files == nullptr);
  REQUIRE(opened->rows != nullptr);
}

TEST_CASE("open_replica: a store's damage is the replica's, its trouble is not") {
  auto stored = stored_replica{};
  auto open_with = [&](error why) {
    return open_replica(
      stored.disk, "node", replica_number(1), small_log,
      [&](const std::string&) -> expected<std::shared_ptr<store>> { return why; });
  };
  auto damaged = open_with(fail(ec::corrupt, "bad block"));
  REQUIRE(damaged);
  CHECK(damaged->found.damage == "bad block");
  CHECK(open_with(fail(ec::system, "open: no memory")).error() == ec::system);
}

TEST_CASE("open_replica: what was not created here is not found") {
  auto disk = sim::memory_disk{};
  REQUIRE(!disk.make_directory("node"));
  auto opened = open_replica(
    disk, "node", replica_number(1), small_log,
    [](const std::string&) -> expected<std::shared_ptr<store>> {
      return std::make_shared<memory_store>();
    });
  REQUIRE(!opened);
  CHECK(opened.error() == ec::not_found);
}

} // namespace troupe::storage::test
