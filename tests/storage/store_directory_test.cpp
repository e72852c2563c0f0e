#include "actors/sim/disk.hpp"
#include "storage/store_directory.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

namespace troupe::storage {
namespace {

struct store_directory_fixture {
  sim::memory_disk files;

  store_directory_fixture() {
    REQUIRE(!files.make_directory("r"));
    REQUIRE(!files.sync_directory(""));
  }

  bool exists(const std::string& name) {
    auto names = files.list("r");
    REQUIRE(names);
    return std::ranges::count(*names, name) > 0;
  }
  /// The store's name, "none", or the error's code.
  std::string current() {
    auto found = current_store(files, "r");
    if (!found)
      return std::string{to_string(code_of(found.error()))};
    return *found ? **found : "none";
  }
  void found_first() {
    auto name = make_first_store(files, "r");
    REQUIRE(name);
    CHECK(*name == "db-1");
    REQUIRE(!switch_store(files, "r", *name));
  }
  void lose_power() {
    auto random = random_source{1};
    files.power_loss(random);
  }
};

} // namespace

TEST_CASE_FIXTURE(
  store_directory_fixture, "store_directory: a new replica has no store") {
  CHECK(current() == "none");
}

TEST_CASE_FIXTURE(
  store_directory_fixture, "store_directory: the first store counts once it is named") {
  REQUIRE(make_first_store(files, "r"));
  CHECK(exists("db-1"));
  CHECK(current() == "none");
  REQUIRE(!switch_store(files, "r", "db-1"));
  CHECK(current() == "db-1");
  lose_power();
  CHECK(current() == "db-1");
}

TEST_CASE_FIXTURE(
  store_directory_fixture,
  "store_directory: a first store that was not named is remade") {
  REQUIRE(make_first_store(files, "r"));
  REQUIRE(files.create("r/db-1/half"));
  REQUIRE(make_first_store(files, "r"));
  auto names = files.list("r/db-1");
  REQUIRE(names);
  CHECK(names->empty());
}

TEST_CASE_FIXTURE(
  store_directory_fixture, "store_directory: a switch leaves the old store or the new") {
  found_first();
  REQUIRE(!files.make_directory("r/db-2"));
  REQUIRE(!files.sync_directory("r"));
  for (auto changes = std::uint64_t{0}; current() != "db-2"; ++changes) {
    REQUIRE(changes < 99);
    CHECK(current() == "db-1");
    files.fail_after(changes);
    // That it fails is the point, and when it does not the loop ends.
    static_cast<void>(switch_store(files, "r", "db-2"));
    files.recover();
    lose_power();
  }
}

TEST_CASE_FIXTURE(
  store_directory_fixture, "store_directory: only stores that do not count are removed") {
  found_first();
  for (const auto* name : {"r/db-2", "r/db-2.tmp", "r/log"})
    REQUIRE(!files.make_directory(name));
  REQUIRE(files.create("r/IDENT"));
  REQUIRE(!remove_other_stores(files, "r", "db-1"));
  CHECK(exists("db-1"));
  CHECK(exists("log"));
  CHECK(exists("IDENT"));
  CHECK(!exists("db-2"));
  CHECK(!exists("db-2.tmp"));
}

TEST_CASE_FIXTURE(
  store_directory_fixture, "store_directory: a store that is gone is damage") {
  found_first();
  REQUIRE(!files.remove("r/db-1"));
  CHECK(current() == "corrupt");
}

TEST_CASE_FIXTURE(
  store_directory_fixture, "store_directory: a CURRENT_DB that rotted is damage") {
  found_first();
  files.flip_bit("r/CURRENT_DB", 9, 3);
  CHECK(current() == "corrupt");
}

TEST_CASE_FIXTURE(
  store_directory_fixture,
  "store_directory: a CURRENT_DB that names no store is damage") {
  REQUIRE(!switch_store(files, "r", "r"));
  CHECK(current() == "corrupt");
}

TEST_CASE_FIXTURE(
  store_directory_fixture, "store_directory: a note of damage outlives the machine") {
  found_first();
  REQUIRE(!mark_damaged(files, "r", "a block does not verify"));
  lose_power();
  auto found = current_store(files, "r");
  REQUIRE(!found);
  CHECK(code_of(found.error()) == ec::corrupt);
  auto sentence = sentence_of(found.error());
  CHECK(sentence.find("a block does not verify") != std::string::npos);
  REQUIRE(!mark_damaged(files, "r", "another"));
  CHECK(sentence_of(current_store(files, "r").error()) == sentence);
  REQUIRE(!files.remove("r/DAMAGED"));
  CHECK(current() == "db-1");
}

} // namespace troupe::storage
