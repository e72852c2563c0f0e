#include "actors/sim/disk.hpp"
#include "storage/log/shard_log.hpp"
#include "tests/storage/records.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

constexpr auto small_segments
  = shard_log_config{.segment_bytes = 4096, .spare_count_max = 2, .frame_bytes = 1024};

/// A log on a simulated disk, and the records that it should hold.
struct shard_log_fixture {
  sim::memory_disk files;
  std::unique_ptr<shard_log> log;
  std::vector<record_ptr> expected;
  std::uint64_t first_expected = 1;

  shard_log_fixture() {
    REQUIRE(!files.make_directory("log"));
    REQUIRE(!files.sync_directory(""));
    REQUIRE(!shard_log::create(files, "log", small_segments));
    reopen();
  }

  void reopen(lsn hint = {}) {
    log.reset();
    auto opened = shard_log::open(files, "log", small_segments, hint);
    REQUIRE_MESSAGE(opened, render(opened.error()));
    log = std::move(*opened);
  }

  /// Appends `count` records of `at` in one call.
  void append(std::uint64_t at, std::size_t count) {
    auto made = std::vector<record_ptr>{};
    for (std::size_t i = 0; i < count; ++i)
      made.push_back(make_write(
        at, log->end().seq.value() + 1 + i, "key", std::string(40 + i % 7, 'x')));
    REQUIRE(!log->append(made));
    expected.insert(expected.end(), made.begin(), made.end());
  }

  /// Whether the log holds exactly the expected records, from its base on.
  bool holds_expected() {
    if (log->end().seq.value() != expected.size())
      return false;
    for (auto next = log->base().seq.next(); next <= log->end().seq;) {
      auto got = log->read(next, 2'000);
      if (!got || got->empty())
        return false;
      for (const auto& x : *got) {
        if (
          *x != *expected[x->at.seq.value() - 1] || x->at.seq != next
          || log->history().epoch_at(next) != x->at.at)
          return false;
        next = next.next();
      }
    }
    return true;
  }

  std::size_t file_count(const std::string& ending) {
    auto names = files.list("log");
    return static_cast<std::size_t>(std::ranges::count_if(
      *names, [&](const std::string& name) { return name.ends_with(ending); }));
  }
};

} // namespace

TEST_CASE_FIXTURE(
  shard_log_fixture, "shard_log: what was appended is read back, over segments") {
  for (int i = 0; i < 30; ++i)
    append(1 + i / 10, 5);
  CHECK(file_count(".seg") > 3);
  CHECK(holds_expected());
  REQUIRE(!log->sync());
  reopen();
  CHECK(log->durable() == lsn{150});
  CHECK(holds_expected());
}

TEST_CASE_FIXTURE(shard_log_fixture, "shard_log: a synced record survives a power loss") {
  auto random = random_source{1};
  append(1, 3);
  REQUIRE(!log->sync());
  files.power_loss(random);
  reopen(lsn{3});
  CHECK(holds_expected());
}

TEST_CASE_FIXTURE(shard_log_fixture, "shard_log: records are durable only after a sync") {
  append(1, 3);
  CHECK(log->durable() == lsn{0});
  REQUIRE(!log->sync());
  CHECK(log->durable() == lsn{3});
}

TEST_CASE_FIXTURE(shard_log_fixture, "shard_log: a truncation may fall inside a frame") {
  append(1, 6);
  append(2, 6);
  REQUIRE(!log->truncate_after(lsn{9}));
  expected.resize(9);
  CHECK(holds_expected());
  append(4, 3);
  CHECK(holds_expected());
  REQUIRE(!log->sync());
  reopen(lsn{12});
  CHECK(holds_expected());
}

TEST_CASE_FIXTURE(
  shard_log_fixture, "shard_log: a truncation over segments is durable on return") {
  auto random = random_source{2};
  for (int i = 0; i < 40; ++i)
    append(1, 5);
  auto before = file_count(".seg");
  REQUIRE(!log->truncate_after(lsn{33}));
  files.power_loss(random);
  reopen(lsn{33});
  expected.resize(33);
  CHECK(holds_expected());
  CHECK(file_count(".seg") < before);
}

TEST_CASE_FIXTURE(
  shard_log_fixture, "shard_log: released segments are recycled, and stay gone") {
  for (int i = 0; i < 40; ++i)
    append(1, 5);
  REQUIRE(!log->sync());
  REQUIRE(!log->release(lsn{150}));
  CHECK(log->base().seq > lsn{100});
  CHECK(log->base().seq <= lsn{150});
  CHECK(file_count(".spare") == 2);
  for (int i = 0; i < 20; ++i)
    append(2, 5);
  CHECK(file_count(".spare") == 0);
  REQUIRE(!log->sync());
  reopen(lsn{300});
  CHECK(holds_expected());
}

TEST_CASE_FIXTURE(
  shard_log_fixture, "shard_log: one sync makes all appends before it durable") {
  append(1, 3);
  REQUIRE(!log->sync());
  auto before = files.sync_count();
  for (int i = 0; i < 5; ++i)
    append(1, 2);
  REQUIRE(!log->sync());
  CHECK(files.sync_count() == before + 1);
}

TEST_CASE_FIXTURE(shard_log_fixture, "shard_log: a flipped bit below a hint is damage") {
  append(1, 3);
  REQUIRE(!log->sync());
  append(1, 3); // Its hint says that 3 was durable.
  REQUIRE(!log->sync());
  files.flip_bit("log/00000000000000000001.seg", segment_header_bytes + 60, 3);
  auto opened = shard_log::open(files, "log", small_segments, lsn{0});
  REQUIRE(!opened);
  CHECK(code_of(opened.error()) == ec::corrupt);
}

TEST_CASE_FIXTURE(
  shard_log_fixture, "shard_log: a flipped bit below HARD's hint is damage") {
  append(1, 3);
  REQUIRE(!log->sync());
  files.flip_bit("log/00000000000000000001.seg", segment_header_bytes + 60, 3);
  CHECK(!shard_log::open(files, "log", small_segments, lsn{1}));
  CHECK(shard_log::open(files, "log", small_segments, lsn{0}));
}

TEST_CASE_FIXTURE(
  shard_log_fixture, "shard_log: a bad frame that was never durable ends the log") {
  append(1, 3);
  REQUIRE(!log->sync());
  append(1, 1);
  append(1, 1);
  auto second = std::uint64_t{0};
  auto opened = files.open("log/00000000000000000001.seg");
  auto bytes = byte_buffer(4096);
  REQUIRE((*opened)->read(0, bytes));
  auto scan = scan_segment(bytes, segment_number{1});
  REQUIRE(scan.frames.size() == 3);
  second = segment_header_bytes + scan.frames[0].bytes();
  files.flip_bit("log/00000000000000000001.seg", second + 60, 3);
  reopen(lsn{3});
  expected.resize(3);
  CHECK(holds_expected());
  append(2, 1); // Shorter or not, it is not followed by the old frame again.
  REQUIRE(!log->sync());
  reopen(lsn{4});
  CHECK(holds_expected());
}

TEST_CASE_FIXTURE(
  shard_log_fixture, "shard_log: a file cut short is damage when it was durable") {
  append(1, 3);
  REQUIRE(!log->sync());
  auto file = files.open("log/00000000000000000001.seg");
  REQUIRE(!(*file)->truncate(100));
  CHECK(!shard_log::open(files, "log", small_segments, lsn{3}));
}

TEST_CASE("shard_log: any crash keeps what was durable and invents nothing") {
  auto crashes = 0;
  auto losses = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    INFO("seed ", seed);
    auto random = random_source{seed};
    auto f = shard_log_fixture{};
    auto durable = std::size_t{0}; // What no crash may take.
    for (int step = 0; step < 60; ++step) {
      auto& log = *f.log;
      auto at = log.end().at.value() + random.below(2);
      auto failing = random.chance(0.1);
      if (failing)
        f.files.fail_after(random.below(12));
      auto trouble = error{};
      auto cut_to = f.expected.size();
      switch (random.below(8)) {
        case 0:
          cut_to = random.between(log.base().seq.value(), log.end().seq.value());
          durable = std::min(durable, cut_to);
          trouble = log.truncate_after(lsn{cut_to});
          if (!trouble) {
            f.expected.resize(cut_to);
            durable = cut_to;
          }
          break;
        case 1:
          trouble = log.release(lsn{random.between(0, log.durable().value())});
          break;
        case 2:
        case 3:
          trouble = log.sync();
          if (!trouble)
            durable = f.expected.size();
          break;
        default: {
          auto made = std::vector<record_ptr>{};
          for (auto n = random.between(1, 6); n > 0; --n)
            made.push_back(make_write(
              std::max<std::uint64_t>(at, 1), f.expected.size() + made.size() + 1, "key",
              std::string(random.below(300), 'y')));
          trouble = log.append(made);
          f.expected.insert(f.expected.end(), made.begin(), made.end());
        }
      }
      if (!trouble && !random.chance(0.05)) {
        f.files.recover();
        continue;
      }
      ++crashes;
      f.files.recover();
      if (random.chance(0.7))
        f.files.power_loss(random);
      f.reopen(lsn{durable});
      auto end = f.log->end().seq.value();
      losses += end < f.expected.size() ? 1 : 0;
      REQUIRE(end >= durable);
      REQUIRE(end <= f.expected.size());
      f.expected.resize(end);
      REQUIRE(f.holds_expected());
      durable = end;
    }
  }
  CHECK(crashes > 1'000);
  CHECK(losses > 100);
}
