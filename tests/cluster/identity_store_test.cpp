#include "actors/sim/disk.hpp"
#include "cluster/identity_store.hpp"

#include <string>

#include <doctest/doctest.h>

namespace troupe::cluster {

namespace {

const auto own_name = node_name{"n1"};
const auto stored_charter
  = charter{cluster_id{uuid{7, 7}}, {node_id{uuid{0, 1}}, node_id{uuid{0, 2}}}, "how"};

struct fixture {
  expected<stored_identity>
  begin(const node_name& name = own_name, const std::string& cluster = "mall") {
    return begin_incarnation(disk, name, cluster, random);
  }

  std::uint64_t bytes_of(const std::string& path) {
    auto file = disk.open(path);
    REQUIRE(file);
    return *(*file)->size();
  }

  sim::memory_disk disk;
  random_source random{1};
};

} // namespace

TEST_CASE_FIXTURE(
  fixture, "identity_store: an empty disk gets an id and its first incarnation") {
  auto first = begin();
  REQUIRE(first);
  CHECK_FALSE(first->id.value().nil());
  CHECK(first->name == own_name);
  CHECK(first->incarnation == incarnation{1});
  CHECK_FALSE(first->agreed);
}

TEST_CASE_FIXTURE(
  fixture, "identity_store: each start has the same id and the next incarnation") {
  auto first = begin();
  REQUIRE(first);
  for (auto incarnation = std::uint64_t{2}; incarnation < 5; ++incarnation) {
    disk.power_loss(random);
    auto next = begin();
    REQUIRE(next);
    CHECK(next->id == first->id);
    CHECK(next->incarnation == troupe::incarnation{incarnation});
  }
}

TEST_CASE_FIXTURE(fixture, "identity_store: two new disks get two ids") {
  auto first = begin();
  disk.wipe();
  auto second = begin();
  REQUIRE((first && second));
  CHECK(first->id != second->id);
}

TEST_CASE_FIXTURE(
  fixture, "identity_store: a charter survives and comes with the next incarnation") {
  REQUIRE(begin());
  CHECK_FALSE(store_charter(disk, stored_charter));
  disk.power_loss(random);
  auto next = begin();
  REQUIRE(next);
  CHECK(next->agreed == stored_charter);
}

TEST_CASE_FIXTURE(
  fixture, "identity_store: the same charter may be stored again, another may not") {
  REQUIRE(begin());
  CHECK_FALSE(store_charter(disk, stored_charter));
  CHECK_FALSE(store_charter(disk, stored_charter));
  auto why
    = store_charter(disk, charter{cluster_id{uuid{8, 8}}, stored_charter.founders});
  CHECK(why == ec::foreign_cluster);
  CHECK(render(why).find(to_string(stored_charter.cluster)) != std::string::npos);
  CHECK(begin()->agreed == stored_charter);
}

TEST_CASE_FIXTURE(
  fixture, "identity_store: a disk of another cluster name is refused with both names") {
  REQUIRE(begin());
  auto other = begin(own_name, "fair");
  REQUIRE_FALSE(other);
  CHECK(other.error() == ec::foreign_cluster);
  CHECK(render(other.error()).find("'mall', not 'fair'") != std::string::npos);
  CHECK(begin()->incarnation == incarnation{2});
}

TEST_CASE_FIXTURE(
  fixture, "identity_store: a disk of another node is refused with both names") {
  REQUIRE(begin());
  auto other = begin(node_name{"n2"});
  REQUIRE_FALSE(other);
  CHECK(other.error() == ec::already_exists);
  CHECK(render(other.error()).find("'n1', not 'n2'") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "identity_store: any flipped bit is found") {
  REQUIRE(begin());
  REQUIRE_FALSE(store_charter(disk, stored_charter));
  for (const auto* path : {"NODE", "CHARTER"})
    for (auto at = std::uint64_t{0}; at < bytes_of(path); ++at) {
      auto bit = static_cast<unsigned>(at % 8);
      disk.flip_bit(path, at, bit);
      auto result = begin();
      REQUIRE_FALSE(result);
      CHECK(result.error() == ec::corrupt);
      CHECK(render(result.error()).find(path) != std::string::npos);
      disk.flip_bit(path, at, bit);
    }
  CHECK(begin()->incarnation == incarnation{2});
}

TEST_CASE_FIXTURE(
  fixture, "identity_store: a damaged charter is not replaced by another") {
  REQUIRE(begin());
  REQUIRE_FALSE(store_charter(disk, stored_charter));
  disk.flip_bit("CHARTER", 9, 3);
  CHECK(store_charter(disk, stored_charter) == ec::corrupt);
}

TEST_CASE_FIXTURE(fixture, "identity_store: a truncated or overlong file is damaged") {
  REQUIRE(begin());
  for (auto size :
       {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{5}, std::uint64_t{70'000}}) {
    REQUIRE_FALSE((*disk.open("NODE"))->truncate(size));
    auto result = begin();
    REQUIRE_FALSE(result);
    CHECK(result.error() == ec::corrupt);
  }
}

TEST_CASE_FIXTURE(
  fixture, "identity_store: a charter without a node is damage, not a new node") {
  REQUIRE(begin());
  REQUIRE_FALSE(store_charter(disk, stored_charter));
  REQUIRE_FALSE(disk.remove("NODE"));
  auto result = begin();
  REQUIRE_FALSE(result);
  CHECK(result.error() == ec::corrupt);
}

TEST_CASE("identity_store: a crash at any step of a start leaves a disk that starts") {
  for (auto seed = std::uint64_t{1}; seed <= 20; ++seed)
    for (auto changes = std::uint64_t{0}; changes < 12; ++changes) {
      CAPTURE(seed);
      CAPTURE(changes);
      auto x = fixture{.disk = {}, .random = random_source{seed}};
      auto before = x.begin();
      REQUIRE(before);
      x.disk.fail_after(changes);
      auto during = x.begin();
      x.disk.recover();
      x.disk.power_loss(x.random);
      auto after = x.begin();
      REQUIRE(after);
      CHECK(after->id == before->id);
      CHECK(after->incarnation > before->incarnation);
      if (during)
        CHECK(after->incarnation > during->incarnation);
      else
        CHECK(during.error() == ec::system);
    }
}

TEST_CASE("identity_store: a crash at any step of the very first start leaves a disk "
          "that starts") {
  for (auto seed = std::uint64_t{1}; seed <= 20; ++seed)
    for (auto changes = std::uint64_t{0}; changes < 12; ++changes) {
      CAPTURE(seed);
      CAPTURE(changes);
      auto x = fixture{.disk = {}, .random = random_source{seed}};
      x.disk.fail_after(changes);
      auto during = x.begin();
      x.disk.recover();
      x.disk.power_loss(x.random);
      auto after = x.begin();
      REQUIRE(after);
      if (!during)
        continue;
      CHECK(after->id == during->id);
      CHECK(after->incarnation > during->incarnation);
    }
}

TEST_CASE("identity_store: a crash while a charter is stored leaves it whole or absent") {
  for (auto seed = std::uint64_t{1}; seed <= 20; ++seed)
    for (auto changes = std::uint64_t{0}; changes < 12; ++changes) {
      CAPTURE(seed);
      CAPTURE(changes);
      auto x = fixture{.disk = {}, .random = random_source{seed}};
      REQUIRE(x.begin());
      x.disk.fail_after(changes);
      auto why = store_charter(x.disk, stored_charter);
      x.disk.recover();
      x.disk.power_loss(x.random);
      auto after = x.begin();
      REQUIRE(after);
      if (!why)
        CHECK(after->agreed == stored_charter);
      else if (after->agreed)
        CHECK(after->agreed == stored_charter);
    }
}

} // namespace troupe::cluster
