#include "storage/catalog/catalog_feed_actor.hpp"
#include "storage/catalog/catalog_rows.hpp"
#include "storage/memory_store.hpp"
#include "storage/placement.hpp"
#include "tests/storage/records.hpp"
#include "tests/support/test_context.hpp"

#include <string>
#include <utility>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <doctest/doctest.h>

namespace troupe::storage {

namespace {

using namespace std::chrono_literals;

/// What stands for the registry: keeps what it was told, and fails when it is told to.
struct registry_log {
  std::vector<registry::catalog_state> states;
  std::vector<registry::catalog_delta> changes;
  error next; ///< Answer of the next message.

  caf::result<caf::ok_atom> answer() {
    if (auto why = std::exchange(next, {}))
      return why;
    return caf::ok_atom_v;
  }
};

caf::behavior make_registry_log(caf::event_based_actor*, registry_log* log) {
  return {
    [log](const registry::catalog_state& x) {
      log->states.push_back(x);
      return log->answer();
    },
    [log](const registry::catalog_delta& x) {
      log->changes.push_back(x);
      return log->answer();
    },
  };
}

record_ptr put(std::uint64_t seq, const std::string& key) {
  auto x = write_record{};
  x.in = catalog_slot;
  x.effects = {{entry_row(key), row{0, seq, 0, "v"}}};
  return test::make_record(1, seq, std::move(x));
}

struct catalog_feed_fixture {
  troupe::test::deterministic_system system;
  troupe::test::test_context context{system};
  registry_log log;
  memory_store store;
  catalog_feed_actor feed;

  catalog_feed_fixture() {
    auto batch = apply_batch{};
    batch.records = {put(1, "a")};
    REQUIRE(!store.apply(batch));
    auto registry
      = caf::actor_cast<registry::registry_actor>(system.spawn(make_registry_log, &log));
    feed = system.spawn(
      make_catalog_feed, &context, registry,
      catalog_feed{position{epoch{1}, lsn{1}}, store});
  }

  void apply(std::uint64_t seq, const std::string& key, shard_id shard = catalog_shard) {
    auto batch = apply_batch{};
    batch.records = {put(seq, key)};
    caf::anon_send(apply_listener{feed}, apply_job{shard, batch});
    system.settle();
  }
};

} // namespace

TEST_CASE_FIXTURE(
  catalog_feed_fixture, "catalog_feed_actor: the state first, then what is applied") {
  system.settle();
  REQUIRE(log.states.size() == 1);
  CHECK(log.states[0].at == registry::version{1, 1});
  CHECK(log.states[0].entries.size() == 1);
  apply(2, "b");
  REQUIRE(log.changes.size() == 1);
  CHECK(log.changes[0].from == registry::version{1, 1});
  CHECK(log.changes[0].to == registry::version{1, 2});
  apply(3, "c");
  CHECK(log.changes.size() == 2);
}

TEST_CASE_FIXTURE(
  catalog_feed_fixture, "catalog_feed_actor: another shard's records are not told") {
  system.settle();
  apply(2, "b", shard_id{1});
  CHECK(log.changes.empty());
}

TEST_CASE_FIXTURE(
  catalog_feed_fixture, "catalog_feed_actor: a registry with a gap gets the state") {
  system.settle();
  log.next = fail(ec::wrong_state, "a gap");
  apply(2, "b");
  REQUIRE(log.states.size() == 2);
  CHECK(log.states[1].entries.size() == 2);
  CHECK(!context.logged("does not take"));
}

TEST_CASE_FIXTURE(
  catalog_feed_fixture, "catalog_feed_actor: a registry that is full is asked again") {
  log.next = fail(ec::busy, "no room");
  system.settle();
  CHECK(log.states.size() == 1);
  CHECK(context.logged("no room"));
  system.advance(199ms);
  CHECK(log.states.size() == 1);
  system.advance(1ms);
  CHECK(log.states.size() == 2);
}

} // namespace troupe::storage
