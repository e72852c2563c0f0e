/// The applier and the flusher: what is seen and told after a batch, and when a store is
/// made durable.
#include "storage/applier_actor.hpp"
#include "storage/memory_store.hpp"
#include "tests/storage/actor_doubles.hpp"
#include "tests/storage/data_samples.hpp"
#include "tests/storage/records.hpp"
#include "tests/support/test_context.hpp"

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::storage::test {

namespace {

/// A store whose disk can fail.
class failing_store final : public store {
public:
  std::optional<row> get(slot in, std::string_view key) const override {
    return rows.get(in, key);
  }
  void scan(slot in, std::string_view from, const row_visitor& visit) const override {
    rows.scan(in, from, visit);
  }
  std::unique_ptr<row_view> snapshot() const override { return rows.snapshot(); }
  expected<applied_state> load() override { return rows.load(); }
  error apply(const apply_batch& batch) override {
    return fails ? fail(ec::system, "no space") : rows.apply(batch);
  }
  expected<position> flush() override {
    ++flush_count;
    if (fails)
      return fail(ec::system, "no space");
    return rows.flush();
  }

  memory_store rows;
  bool fails = false;
  int flush_count = 0;
};

apply_listener::behavior_type make_feed(apply_listener::pointer, std::vector<lsn>* log) {
  return {[log](const apply_job& x) { log->push_back(x.batch.last().seq); }};
}

struct applier_fixture {
  troupe::test::deterministic_system system;
  troupe::test::test_context context{system};
  std::shared_ptr<failing_store> rows = std::make_shared<failing_store>();
  std::vector<completion> told;
  std::vector<lsn> fed;
  flusher_actor flusher = system.spawn(make_flusher, &context);
  applier_actor applier = system.spawn(
    make_applier, &context, flusher,
    applier_config{.flush_bytes = 5'000, .flush_after = 30s});
  std::uint64_t last = 0;

  applier_fixture() {
    caf::anon_send(
      applier, serve_store{
                 shard_id{1}, rows, system.spawn(make_owner, &told),
                 system.spawn(make_feed, &fed)});
    system.settle();
  }

  void apply(std::size_t value_bytes) {
    auto batch = apply_batch{};
    batch.records = {make_write(1, ++last, "k", std::string(value_bytes, 'x'))};
    caf::anon_send(applier, apply_job{shard_id{1}, std::move(batch)});
    system.settle();
  }
};

} // namespace

TEST_CASE_FIXTURE(applier_fixture, "applier: a batch is seen, told and fed") {
  apply(10);
  apply(20);
  CHECK(rows->get(slot{7}, "k")->bytes.size() == 20);
  auto applied = all_of<batch_applied>(told);
  REQUIRE(applied.size() == 2);
  CHECK(applied[1].seq == lsn{2});
  CHECK(fed == std::vector{lsn{1}, lsn{2}});
  CHECK(rows->flush_count == 0);
}

TEST_CASE_FIXTURE(applier_fixture, "applier: so many bytes are flushed at once") {
  apply(4'000);
  CHECK(rows->flush_count == 0);
  apply(2'000);
  CHECK(rows->flush_count == 1);
  CHECK(all_of<store_flushed>(told).at(0).seq == lsn{2});
  apply(2'000);
  CHECK(rows->flush_count == 1);
}

TEST_CASE_FIXTURE(applier_fixture, "applier: little is flushed after a while, once") {
  apply(10);
  system.advance(29s);
  apply(10);
  CHECK(rows->flush_count == 0);
  system.advance(1s);
  CHECK(rows->flush_count == 1);
  CHECK(all_of<store_flushed>(told).at(0).seq == lsn{2});
  system.advance(100s);
  CHECK(rows->flush_count == 1);
}

TEST_CASE_FIXTURE(applier_fixture, "applier: a store that cannot apply ends it, untold") {
  auto ended = error{};
  applier->attach_functor([&](const error& why) { ended = why; });
  rows->fails = true;
  apply(10);
  CHECK(ended == ec::system);
  CHECK(told.empty());
  CHECK(fed.empty());
}

TEST_CASE_FIXTURE(
  applier_fixture, "applier: a store that cannot flush ends the flusher") {
  auto ended = error{};
  flusher->attach_functor([&](const error& why) { ended = why; });
  apply(10);
  rows->fails = true;
  system.advance(30s);
  CHECK(ended == ec::system);
  CHECK(all_of<store_flushed>(told).empty());
}

} // namespace troupe::storage::test
