/// The log writer over simulated disks: what is in a round, and what is told when.
#include "actors/sim/disk.hpp"
#include "storage/log_writer_actor.hpp"
#include "tests/storage/actor_doubles.hpp"
#include "tests/storage/data_samples.hpp"
#include "tests/storage/records.hpp"
#include "tests/support/test_context.hpp"

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::storage::test {

namespace {

/// Counts the tasks of each run; `during` happens in the middle of the next.
class counting_pool final : public sync_pool {
public:
  error run(std::span<const task> tasks) override {
    runs.push_back(tasks.size());
    auto result = inline_sync_pool{}.run(tasks);
    if (auto now = std::exchange(during, {}))
      now();
    return result;
  }

  std::vector<std::size_t> runs;
  std::function<void()> during;
};

/// One node's writer with the logs of shards 1 and 2, which end with LSN 2.
struct writer_fixture {
  struct shard {
    sim::memory_disk disk;
    identity who;
    std::shared_ptr<replica_files> files;
    std::vector<completion> told;

    [[nodiscard]] std::shared_ptr<replica_files> open() {
      auto opened = replica_files::open(disk, "node", who, small_log);
      REQUIRE(opened);
      return std::move(*opened);
    }
  };

  troupe::test::deterministic_system system;
  troupe::test::test_context context{system};
  std::shared_ptr<counting_pool> pool = std::make_shared<counting_pool>();
  std::map<std::uint32_t, shard> shards;
  log_writer_actor writer
    = system.spawn(make_log_writer, &context, pool, log_writer_config{});

  writer_fixture() {
    for (std::uint32_t i = 1; i <= 2; ++i) {
      auto& x = shards[i];
      x.who = {cluster_id{uuid{1, 1}}, shard_id{i}, replica_id{1}};
      REQUIRE(!x.disk.make_directory("node"));
      REQUIRE(!create_replica(
        x.disk, "node", node_number(1), x.who, founding_of(3), small_log));
      x.files = x.open();
      caf::anon_send(
        writer, serve_log{shard_id{i}, x.files, system.spawn(make_owner, &x.told)});
    }
    system.settle();
  }

  static log_job append_job(std::uint32_t shard, std::uint64_t at, std::uint64_t seq) {
    auto job = log_job{};
    job.shard = shard_id{shard};
    job.append = {make_write(at, seq)};
    return job;
  }

  void give(log_job x) { caf::anon_send(writer, std::move(x)); }
};

} // namespace

TEST_CASE_FIXTURE(
  writer_fixture, "log_writer: what waits together has one sync for each log") {
  give(append_job(1, 1, 3));
  give(append_job(2, 1, 3));
  give(append_job(1, 1, 4));
  system.settle();
  CHECK(pool->runs == std::vector<std::size_t>{2});
  auto first = all_of<log_synced>(shards[1].told);
  REQUIRE(first.size() == 1);
  CHECK(first[0].seq == lsn{4});
  CHECK(all_of<log_synced>(shards[2].told).at(0).seq == lsn{3});
  CHECK(shards[1].files->log().durable() == lsn{4});
}

TEST_CASE_FIXTURE(
  writer_fixture, "log_writer: what comes while it syncs is the next round") {
  pool->during = [this] { give(append_job(1, 1, 4)); };
  give(append_job(1, 1, 3));
  system.settle();
  CHECK(pool->runs == std::vector<std::size_t>{1, 1});
  auto synced = all_of<log_synced>(shards[1].told);
  REQUIRE(synced.size() == 2);
  CHECK(synced[0].seq == lsn{3});
  CHECK(synced[1].seq == lsn{4});
}

TEST_CASE_FIXTURE(
  writer_fixture, "log_writer: hard states are durable and told before the rest") {
  auto job = append_job(1, 2, 3);
  job.save = hard_state{epoch{2}, replica_id{1}};
  auto other = append_job(2, 2, 3);
  other.save = hard_state{epoch{2}, replica_id{3}};
  give(append_job(2, 1, 3));
  give(job);
  pool->during = [this] {
    CHECK(shards[1].open()->hard() == hard_state{epoch{2}, replica_id{1}});
    CHECK(shards[1].files->log().end().seq == lsn{2});
    CHECK(shards[1].told.empty());
  };
  system.settle();
  REQUIRE(shards[1].told.size() == 2);
  CHECK(std::holds_alternative<log_saved>(shards[1].told[0]));
  CHECK(std::holds_alternative<log_synced>(shards[1].told[1]));
  CHECK(all_of<log_saved>(shards[2].told).empty());
  CHECK(pool->runs == std::vector<std::size_t>{1, 2});
}

TEST_CASE_FIXTURE(writer_fixture, "log_writer: a truncation is told with its number") {
  give(append_job(1, 1, 3));
  auto cut = append_job(1, 2, 3);
  cut.save = hard_state{epoch{2}, std::nullopt};
  cut.cut = 1;
  cut.truncate_after = lsn{2};
  system.settle();
  give(cut);
  system.settle();
  auto synced = all_of<log_synced>(shards[1].told);
  REQUIRE(synced.size() == 2);
  CHECK(synced[0].cut == 0);
  CHECK(synced[1].cut == 1);
  CHECK(synced[1].seq == lsn{3});
  CHECK(shards[1].files->log().end() == position{epoch{2}, lsn{3}});
  CHECK(shards[1].files->lost()->size() == 1);
}

TEST_CASE_FIXTURE(writer_fixture, "log_writer: reads give what the log holds") {
  auto job = log_job{};
  job.shard = shard_id{1};
  job.reads = {{replica_id{2}, 7, lsn{1}, 10'000}, {replica_id{2}, 8, lsn{9}, 10'000}};
  job.release = lsn{2};
  give(job);
  system.settle();
  auto read = all_of<log_was_read>(shards[1].told);
  REQUIRE(read.size() == 2);
  CHECK(read[0].asked.stream == 7);
  CHECK(read[0].records.size() == 2);
  CHECK(read[1].records.empty());
  // A log keeps its newest segment.
  CHECK(all_of<log_released>(shards[1].told).at(0).base == lsn{0});
  CHECK(pool->runs.empty());
}

TEST_CASE_FIXTURE(writer_fixture, "log_writer: a log that rests has its end in HARD") {
  give(append_job(1, 1, 3));
  system.settle();
  CHECK(shards[1].files->hint_is_old());
  system.advance(100ms);
  give(append_job(1, 1, 4));
  system.advance(150ms);
  CHECK(shards[1].files->hint_is_old()); // It has not rested for long.
  system.advance(100ms);
  CHECK(!shards[1].files->hint_is_old());
  auto runs = pool->runs.size();
  system.advance(10s);
  CHECK(pool->runs.size() == runs);
}

TEST_CASE_FIXTURE(writer_fixture, "log_writer: a disk that fails ends it, untold") {
  auto ended = error{};
  writer->attach_functor([&](const error& why) { ended = why; });
  shards[1].disk.fail_after(1); // The write, but not its sync.
  give(append_job(1, 1, 3));
  system.settle();
  CHECK(ended == ec::system);
  CHECK(shards[1].told.empty());
  CHECK(context.logged("a log cannot be written"));
}

} // namespace troupe::storage::test
