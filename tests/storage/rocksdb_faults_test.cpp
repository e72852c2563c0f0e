#include "actors/base/random.hpp"
#include "storage/memory_store.hpp"
#include "storage/rocksdb_failure.hpp"
#include "tests/storage/rocksdb_world.hpp"
#include "tests/storage/store_contract.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::test {
namespace {

constexpr auto some_slots = std::array{slot{0}, slot{7}, slot{16'383}};

using rows_of_slot = std::vector<std::pair<std::string, row>>;

rows_of_slot all_rows(const row_view& rows, slot in) {
  auto result = rows_of_slot{};
  rows.scan(in, {}, [&](std::string_view key, const row& value) {
    result.emplace_back(key, value);
    return true;
  });
  return result;
}

/// Random records, and what they must have led to.
class random_log {
public:
  explicit random_log(std::uint64_t seed) : random_{seed} {}

  [[nodiscard]] random_source& random() { return random_; }

  void grow() {
    auto kind = random_.below(20);
    auto incarnation = troupe::incarnation{1 + log_.size() / 200};
    if (kind == 0)
      add(some_config());
    else if (kind == 1)
      add(slot_own_record{{{some_slot(), slot{16'383}}}});
    else if (kind == 2)
      add(dedup_trim_record{some_node(), incarnation, random_.below(6), {2}});
    else if (kind == 3)
      add(epoch_start_record{});
    else
      add(some_write(incarnation));
  }

  /// The records behind `last`, up to `count_max`.
  [[nodiscard]] apply_batch
  next(lsn last, std::size_t count_max, dedup_table& dedup) const {
    auto result = apply_batch{};
    for (auto i = last.value(); i < log_.size() && result.records.size() < count_max;
         ++i) {
      result.records.push_back(log_[i]);
      dedup.apply(*log_[i], result.dedup);
    }
    return result;
  }

  /// Checks that `rows` is what the records up to its position make.
  void check(storage::rocksdb_store& rows) const {
    auto found = rows.load();
    REQUIRE(found);
    auto model = memory_store{};
    auto dedup = dedup_table{};
    if (found->at.seq > lsn{0})
      REQUIRE(!model.apply(next(lsn{0}, found->at.seq.value(), dedup)));
    auto expected = model.load();
    REQUIRE(expected);
    CHECK(found->at == expected->at);
    CHECK(found->config == expected->config);
    CHECK(found->slots == expected->slots);
    CHECK(found->dedup == expected->dedup);
    for (auto in : some_slots)
      CHECK(all_rows(rows, in) == all_rows(model, in));
  }

  [[nodiscard]] lsn end() const { return lsn{log_.size()}; }

private:
  void add(record_payload payload) {
    log_.push_back(
      make_record(1 + log_.size() / 100, log_.size() + 1, std::move(payload)));
  }

  slot some_slot() { return some_slots.at(random_.below(some_slots.size())); }
  node_id some_node() { return node_id{uuid{1, 1 + random_.below(3)}}; }

  shard_config some_config() {
    auto result = shard_config{};
    result.members
      = {{replica_id{1 + random_.below(9)}, some_node(), member_role::voter}};
    return result;
  }

  write_record some_write(troupe::incarnation incarnation) {
    auto result = write_of(some_slot(), {});
    result.request = {{some_node(), incarnation, 1 + random_.below(5)}, log_.size() + 1};
    result.answered_below = random_.below(log_.size() + 1);
    for (auto i = random_.below(5); i > 0; --i) {
      auto key = std::string(random_.below(3), static_cast<char>(random_.below(256)));
      if (random_.below(4) == 0)
        result.effects.push_back({key, std::nullopt});
      else
        result.effects.push_back({key, some_row()});
    }
    return result;
  }

  row some_row() {
    // Most are small, and a few fill RocksDB's buffers, so that it flushes by itself.
    auto size = random_.below(8) == 0 ? random_.below(200'000) : random_.below(100);
    return {
      static_cast<std::uint8_t>(random_.below(256)), log_.size() + 1, random_.below(3),
      std::string(size, static_cast<char>(random_.below(256)))};
  }

  random_source random_;
  std::vector<record_ptr> log_;
};

struct crash_counts {
  int crashes = 0;
  int in_changes = 0;   ///< Of them, in the middle of what RocksDB wrote.
  int behind_flush = 0; ///< Found later than the last flush: RocksDB had flushed itself.
  int lost = 0;         ///< Found earlier than the last batch.
};

/// One replica's store through many lives.
class lives {
public:
  explicit lives(std::uint64_t seed) : log_{seed} {}

  void run(crash_counts& counts) {
    while (log_.end() < lsn{2'000}) {
      if (!live()) {
        crash(counts);
        log_.check(t_.rows());
      }
    }
  }

private:
  /// Does something; false when the process ends of it.
  bool live() {
    auto& random = log_.random();
    switch (random.below(120)) {
      case 0:
        return false;
      case 1:
      case 2:
        t_.files->fail_after(random.below(60), rocksdb::IOStatus::IOError("ordered"));
        return true;
      case 3:
        return flush();
      default:
        for (auto i = random.below(6); i > 0; --i)
          log_.grow();
        return apply();
    }
  }

  bool apply() {
    auto batch = log_.next(applied_, 1 + log_.random().below(9), dedup_);
    if (batch.records.empty())
      return true;
    if (t_.rows().apply(batch))
      return false;
    applied_ = batch.last().seq;
    return true;
  }

  bool flush() {
    auto at = t_.rows().flush();
    if (!at)
      return false;
    CHECK(at->seq == applied_);
    flushed_ = at->seq;
    return true;
  }

  void crash(crash_counts& counts) {
    ++counts.crashes;
    t_.world.end();
    counts.in_changes += t_.files->has_failed() ? 1 : 0;
    t_.files->mend();
    if (log_.random().below(2) == 0)
      t_.files->lose_unsynced();
    t_.world.start();
    auto found = t_.rows().load();
    REQUIRE(found);
    CHECK(found->at.seq >= flushed_);
    counts.behind_flush += found->at.seq > flushed_ ? 1 : 0;
    counts.lost += found->at.seq < applied_ ? 1 : 0;
    applied_ = flushed_ = found->at.seq;
    dedup_ = std::move(found->dedup);
  }

  random_log log_;
  faulty_world t_;
  lsn applied_;
  lsn flushed_;
  dedup_table dedup_;
};

} // namespace

TEST_CASE("rocksdb_store: any crash leaves what a prefix of the log makes") {
  auto counts = crash_counts{};
  for (auto seed = std::uint64_t{1}; seed <= 8; ++seed) {
    CAPTURE(seed);
    lives{seed}.run(counts);
  }
  MESSAGE(
    counts.crashes, " crashes, ", counts.in_changes, " in the middle of writing, ",
    counts.behind_flush, " found later than the last flush, ", counts.lost,
    " earlier than the last batch");
  // What the test is about must have happened.
  CHECK(counts.crashes > 30);
  CHECK(counts.in_changes > 3);
  CHECK(counts.behind_flush > 3);
  CHECK(counts.lost > 20);
}

TEST_CASE("rocksdb_store: a flush that failed is never said to have worked later") {
  auto how = rocksdb::IOStatus{};
  SUBCASE("after an error of the disk") { how = rocksdb::IOStatus::IOError("ordered"); }
  SUBCASE("after the disk was full") { how = rocksdb::IOStatus::NoSpace("ordered"); }
  auto t = faulty_world{};
  auto log = applied_log{};
  log.add(write_of(here, {put("a", "1")}));
  log.apply_rest(t.rows());
  REQUIRE(t.rows().flush());
  log.add(write_of(here, {put("a", "2")}));
  log.apply_rest(t.rows());
  t.files->fail_after(0, how);
  auto first = t.rows().flush();
  REQUIRE(!first);
  CHECK(code_of(first.error()) == ec::system);
  t.files->mend();
  for (auto i = 0; i < 3; ++i) {
    auto again = t.rows().flush();
    REQUIRE(!again);
    CHECK(render(again.error()) == render(first.error()));
    CHECK(render(t.rows().apply({{make_write(1, 3)}, {}})) == render(first.error()));
  }
  t.world.end();
  t.files->lose_unsynced();
  t.world.start();
  log.resume(t.rows());
  CHECK(scanned(t.rows(), here) == "a=1 ");
}

TEST_CASE("rocksdb_store: a failure of RocksDB's own threads stays, though they go on") {
  auto directory = temporary_directory{};
  auto failure = storage::rocksdb_failure{directory.path()};
  CHECK(!failure.note(rocksdb::Status::OK(), "writing"));
  auto status = rocksdb::Status{rocksdb::Status::NoSpace()};
  failure.OnBackgroundError(rocksdb::BackgroundErrorReason::kCompaction, &status);
  CHECK(code_of(failure.first()) == ec::system);
  auto recovers = true;
  failure.OnErrorRecoveryBegin(
    rocksdb::BackgroundErrorReason::kCompaction, status, &recovers);
  CHECK(!recovers);
  auto later = failure.note(rocksdb::Status::Corruption("later"), "reading");
  CHECK(render(later) == render(failure.first()));
  CHECK(render(failure.note(rocksdb::Status::OK(), "writing")) == render(later));
}

TEST_CASE("rocksdb_store: what failed in the background is told by a later batch") {
  auto t = faulty_world{};
  t.files->fail_after(0, rocksdb::IOStatus::IOError("ordered"));
  auto trouble = error{};
  for (auto seq = std::uint64_t{1}; !trouble && seq < 1'000; ++seq)
    trouble = t.rows().apply({{make_write(1, seq, "k", std::string(100'000, 'x'))}, {}});
  REQUIRE(trouble);
  CHECK(code_of(trouble) == ec::system);
}

} // namespace troupe::test
