#include "storage/posix_disk.hpp"
#include "storage/storage.pb.h"
#include "storage/store_directory.hpp"
#include "storage/store_rows.hpp"
#include "tests/storage/rocksdb_world.hpp"
#include "tests/storage/store_contract.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <rocksdb/db.h>

TYPE_TO_STRING_AS("rocksdb", troupe::test::rocksdb_world);

namespace troupe::test {
namespace {

TROUPE_TEST_STORE(rocksdb_world);

using contract = store_contract<rocksdb_world>;

/// The one file of the store that holds rows.
std::filesystem::path file_of_rows(const std::string& directory) {
  auto result = std::filesystem::path{};
  for (const auto& x : std::filesystem::directory_iterator{directory + "/db-1"}) {
    if (x.path().extension() == ".sst") {
      REQUIRE(result.empty());
      result = x.path();
    }
  }
  REQUIRE(!result.empty());
  return result;
}

void flip_a_bit(const std::filesystem::path& path, std::streamoff offset) {
  auto file = std::fstream{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekg(offset);
  auto byte = static_cast<char>(file.get() ^ 1);
  file.seekp(offset);
  file.put(byte);
  REQUIRE(file.good());
}

ec code_of_open(rocksdb_world& world) {
  auto opened = world.open();
  REQUIRE(!opened);
  return code_of(opened.error());
}

/// A flushed store that is not open. Its rows fill several blocks, the first of which has
/// "a" and none of the store's own.
struct flushed_store : contract {
  flushed_store() {
    write(here, {put("a", "1"), put("b", std::string(9'000, 'x'))});
    REQUIRE(rows().flush());
    world.end();
  }
};

} // namespace

TEST_CASE("rocksdb_store: equal logs make equal digests, however they were applied") {
  auto at_once = contract{};
  auto in_parts = contract{};
  CHECK(at_once.rows().digest() == in_parts.rows().digest());
  for (auto i = 0; i < 20; ++i) {
    auto key = std::string(1, static_cast<char>('a' + i % 7));
    auto write = write_of(here, {i % 5 == 4 ? remove(key) : put(key, std::to_string(i))});
    at_once.log.add(write);
    in_parts.log.add(write);
    in_parts.log.apply_rest(in_parts.rows());
    if (i % 6 == 5)
      REQUIRE(in_parts.rows().flush());
  }
  CHECK(at_once.rows().digest() != in_parts.rows().digest());
  at_once.log.apply_rest(at_once.rows());
  CHECK(at_once.rows().digest() == in_parts.rows().digest());
  in_parts.crash();
  in_parts.log.apply_rest(in_parts.rows());
  CHECK(at_once.rows().digest() == in_parts.rows().digest());
}

TEST_CASE("rocksdb_store: nothing is written that was not flushed") {
  auto t = contract{};
  t.write(here, {put("a", "1")});
  REQUIRE(t.rows().flush());
  t.write(here, {put("a", "2")});
  t.crash();
  CHECK(scanned(t.rows(), here) == "a=1 ");
}

TEST_CASE("rocksdb_store: flushes and reads go on beside applying") {
  auto t = contract{};
  auto& rows = t.rows();
  auto done = std::atomic<bool>{false};
  auto flushed = std::atomic<lsn>{};
  auto in_order = std::atomic<bool>{true};
  auto flusher = std::thread{[&] {
    while (!done && in_order) {
      auto at = rows.flush();
      in_order = at && at->seq >= flushed.load();
      if (in_order)
        flushed = at->seq;
    }
  }};
  auto torn_count = 0;
  auto reader = std::thread{[&] {
    while (!done) {
      auto now = rows.snapshot();
      torn_count += now->get(here, "a") == now->get(here, "b") ? 0 : 1;
    }
  }};
  for (auto i = 0; i < 2'000 || (in_order && flushed.load() == lsn{0}); ++i)
    t.write(here, {put("a", std::to_string(i)), put("b", std::to_string(i))});
  done = true;
  flusher.join();
  reader.join();
  CHECK(torn_count == 0);
  CHECK(in_order);
  CHECK(flushed.load() <= t.log.end().seq);
  t.crash();
  CHECK(t.rows().load()->at.seq >= flushed.load());
}

TEST_CASE("rocksdb_engine: many stores open at once and share its memory") {
  auto engine = storage::rocksdb_engine{small_stores()};
  auto root = temporary_directory{};
  auto stores = std::vector<std::shared_ptr<store>>(6);
  auto threads = std::vector<std::thread>{};
  for (std::size_t i = 0; i < stores.size(); ++i) {
    auto directory = root.path() + "/" + std::to_string(i);
    std::filesystem::create_directory(directory);
    threads.emplace_back([&, i, directory] {
      if (auto opened = engine.open_store(directory))
        stores[i] = std::move(*opened);
    });
  }
  for (auto& x : threads)
    x.join();
  for (auto& x : stores) {
    REQUIRE(x != nullptr);
    auto log = applied_log{};
    log.add(write_of(here, {put("a", "1")}));
    log.apply_rest(*x);
    CHECK(x->flush());
  }
}

TEST_CASE("rocksdb_store: a block that rotted is never read as rows") {
  auto t = flushed_store{};
  flip_a_bit(file_of_rows(t.world.directory()), 5);
  t.world.start();
  SUBCASE("by key") {
    CHECK_THROWS_AS(static_cast<void>(t.rows().get(here, "a")), unreadable_row);
  }
  SUBCASE("by a scan") { CHECK_THROWS_AS(scanned(t.rows(), here), unreadable_row); }
  SUBCASE("by a snapshot") {
    CHECK_THROWS_AS(
      static_cast<void>(t.rows().snapshot()->get(here, "a")), unreadable_row);
  }
  // Nothing goes on, and the next start is told.
  CHECK(code_of(t.rows().apply({{make_write(1, 2)}, {}})) == ec::corrupt);
  auto flushed = t.rows().flush();
  REQUIRE(!flushed);
  CHECK(code_of(flushed.error()) == ec::corrupt);
  t.world.end();
  flip_a_bit(file_of_rows(t.world.directory()), 5); // Whole again, but who knows.
  CHECK(code_of_open(t.world) == ec::corrupt);
}

TEST_CASE("rocksdb_engine: a store that lost a file is damaged") {
  auto t = flushed_store{};
  auto directory = std::filesystem::path{t.world.directory()};
  SUBCASE("with rows") { std::filesystem::remove(file_of_rows(directory)); }
  SUBCASE("with its list of files") {
    std::filesystem::remove(directory / "db-1/CURRENT");
  }
  SUBCASE("all of them") { std::filesystem::remove_all(directory / "db-1"); }
  SUBCASE("cut short") {
    auto file = file_of_rows(directory);
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  }
  CHECK(code_of_open(t.world) == ec::corrupt);
}

TEST_CASE("rocksdb_engine: a directory that cannot be read is no damage") {
  auto engine = storage::rocksdb_engine{small_stores()};
  auto root = temporary_directory{};
  auto opened = engine.open_store(root.path() + "/none");
  REQUIRE(!opened);
  CHECK(code_of(opened.error()) != ec::corrupt);
}

TEST_CASE("rocksdb_engine: a store of a later version is refused by name") {
  auto t = flushed_store{};
  rocksdb::DB* opened = nullptr;
  REQUIRE(rocksdb::DB::Open({}, t.world.directory() + "/db-1", &opened).ok());
  auto rows = std::unique_ptr<rocksdb::DB>{opened};
  auto later = v1::Applied{};
  later.set_format(2);
  REQUIRE(rows->Put({}, own_key(own_row::applied), later.SerializeAsString()).ok());
  rows.reset();
  CHECK(code_of_open(t.world) == ec::version_mismatch);
}

TEST_CASE("rocksdb_engine: what CURRENT_DB does not name is removed") {
  auto t = flushed_store{};
  auto directory = std::filesystem::path{t.world.directory()};
  std::filesystem::create_directory(directory / "db-2.tmp");
  SUBCASE("beside a store") {
    t.world.start();
    CHECK(scanned(t.rows(), here, {}, 1) == "a=1 ");
  }
  SUBCASE("though it was a store") {
    std::filesystem::remove(directory / "CURRENT_DB");
    t.world.start();
    CHECK(scanned(t.rows(), here).empty());
  }
  CHECK(!std::filesystem::exists(directory / "db-2.tmp"));
  CHECK(std::filesystem::exists(directory / "db-1"));
}

TEST_CASE("rocksdb_engine: another store is switched to by its name alone") {
  auto t = flushed_store{};
  auto directory = std::filesystem::path{t.world.directory()};
  std::filesystem::copy(directory / "db-1", directory / "db-2");
  auto files = posix_disk{directory};
  REQUIRE(!switch_store(files, {}, "db-2"));
  t.world.start();
  CHECK(scanned(t.rows(), here, {}, 1) == "a=1 ");
  CHECK(!std::filesystem::exists(directory / "db-1"));
}

} // namespace troupe::test
