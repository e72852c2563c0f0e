// What a power loss leaves on the simulated disk. What it shares with a real one is for
// tests/storage/disk_contract_test.cpp.

#include "actors/sim/disk.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

using namespace troupe;

namespace {

constexpr auto sector = sim::sector_bytes;

byte_buffer of(char c, std::size_t length) {
  return byte_buffer(length, static_cast<std::byte>(c));
}

std::string file_text(disk& files, const std::string& path) {
  auto all = read_file(files, path, 10'000);
  REQUIRE(all);
  return {reinterpret_cast<const char*>(all->data()), all->size()};
}

/// A file of two durable sectors of 'a', its name durable, too.
void make_durable(sim::memory_disk& files) {
  auto file = files.create("f");
  REQUIRE(file);
  REQUIRE(!(*file)->write(0, of('a', 2 * sector)));
  REQUIRE(!(*file)->sync());
  REQUIRE(!files.sync_directory(""));
}

/// Runs `change` and a power loss under many seeds, and returns what each left of the
/// file.
template <class Change>
std::set<std::string> outcomes(Change change) {
  auto result = std::set<std::string>{};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    auto files = sim::memory_disk{};
    auto random = random_source{seed};
    make_durable(files);
    change(files);
    files.power_loss(random);
    result.insert(file_text(files, "f"));
  }
  return result;
}

} // namespace

TEST_CASE("sim_disk: what was synced is kept") {
  auto left = outcomes([](disk& files) {
    auto file = files.open("f");
    REQUIRE(!(*file)->write(sector, of('b', 2 * sector)));
    REQUIRE(!(*file)->sync());
  });
  auto all = std::string(sector, 'a') + std::string(2 * sector, 'b');
  CHECK(left == std::set{all});
}

TEST_CASE("sim_disk: each sector that was not synced is kept, lost or torn by itself") {
  auto left = outcomes([](disk& files) {
    auto file = files.open("f");
    REQUIRE(!(*file)->write(0, of('b', 2 * sector)));
  });
  auto a = std::string(sector, 'a');
  auto b = std::string(sector, 'b');
  CHECK(left.contains(a + a));
  CHECK(left.contains(a + b));
  CHECK(left.contains(b + a));
  CHECK(left.contains(b + b));
  auto torn = std::size_t{0};
  for (const auto& x : left) {
    auto changes = std::size_t{0};
    for (std::size_t i = 1; i < x.size(); ++i)
      changes += x[i] != x[i - 1] && i % sector != 0;
    torn += changes > 0;
    CHECK(changes <= 2); // A new head before an old tail, in each.
    CHECK(x.size() == 2 * sector);
  }
  CHECK(torn > 0);
}

TEST_CASE("sim_disk: a length that was not synced may be the old one") {
  auto left = outcomes([](disk& files) {
    auto file = files.open("f");
    REQUIRE(!(*file)->truncate(0));
  });
  CHECK(left.contains(std::string{}));
  CHECK(left.contains(std::string(2 * sector, 'a')));
}

TEST_CASE("sim_disk: of the names that were not synced a prefix is kept") {
  auto left = std::set<std::string>{};
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    auto files = sim::memory_disk{};
    auto random = random_source{seed};
    make_durable(files);
    REQUIRE(files.create("g"));
    REQUIRE(!files.rename("f", "h"));
    files.power_loss(random);
    auto names = std::string{};
    auto listed = files.list("");
    REQUIRE(listed);
    for (const auto& name : *listed)
      names += name;
    left.insert(names);
  }
  CHECK(left == std::set<std::string>{"f", "fg", "gh"});
}

TEST_CASE("sim_disk: changes fail from the ordered one on, until it is mended") {
  auto files = sim::memory_disk{};
  files.fail_after(1);
  auto file = files.create("f");
  REQUIRE(file);
  CHECK_FALSE(files.has_failed());
  CHECK(code_of((*file)->write(0, of('a', 1))) == ec::system);
  CHECK(code_of((*file)->sync()) == ec::system);
  CHECK(file_text(files, "f").empty());
  CHECK(files.has_failed());
  files.recover();
  CHECK_FALSE(files.has_failed());
  CHECK(!(*file)->write(0, of('a', 1)));
}
