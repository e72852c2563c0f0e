/// A placer beside a catalog that is one evaluator over one store.
#include "storage/catalog/catalog_evaluator.hpp"
#include "storage/catalog/catalog_rows.hpp"
#include "storage/catalog/catalog_wire.hpp"
#include "storage/catalog/placement_wire.hpp"
#include "storage/catalog/placer_actor.hpp"
#include "storage/memory_store.hpp"
#include "tests/storage/records.hpp"
#include "tests/support/test_context.hpp"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <doctest/doctest.h>

namespace troupe::storage {

namespace {

using namespace std::chrono_literals;

/// What stands for the replica of shard 0: takes requests, and answers as it is told to.
struct catalog {
  catalog_evaluator commands;
  memory_store store;
  std::uint64_t last = 0;
  answer_status status
    = answer_status::ok; ///< Of all answers; nothing is done but at ok.
  bool silent = false;
  std::size_t batch_count = 0;
  std::set<request_id> requests;
  std::shared_ptr<answer_sink> sink; ///< Of the latest batch.

  void take(const local_requests& x) {
    ++batch_count;
    sink = x.to;
    auto answers = std::vector<data_answer>{};
    for (const auto& each : x.requests)
      answers.push_back(answer(each));
    if (!silent)
      x.to->take(catalog_shard, std::move(answers));
  }

  data_answer answer(const data_request& x) {
    CHECK(x.in == catalog_slot);
    auto result = data_answer{};
    result.id = x.id;
    result.status = status;
    if (status != answer_status::ok)
      return result;
    if (const auto* read = std::get_if<data_read>(&x.what)) {
      result.reply = *commands.query(read->what, catalog_slot, store, 0);
      return result;
    }
    const auto& write = std::get<data_write>(x.what);
    CHECK(requests.insert(write.request).second);
    auto made = commands.evaluate(std::get<command>(write.what), catalog_slot, store, 0);
    auto record = write_record{};
    record.in = catalog_slot;
    record.effects = std::move(made.effects);
    auto batch = apply_batch{};
    batch.records = {test::make_record(1, ++last, std::move(record))};
    REQUIRE(!store.apply(batch));
    result.reply = made.reply;
    return result;
  }

  [[nodiscard]] std::optional<std::string> value(const std::string& key) const {
    auto found = store.get(catalog_slot, entry_row(key));
    return found ? std::optional{found->bytes} : std::nullopt;
  }
};

caf::behavior make_catalog(caf::event_based_actor*, catalog* x) {
  return {[x](const local_requests& requests) { x->take(requests); }};
}

caf::behavior
make_membership(caf::event_based_actor*, cluster::member_listener* listener) {
  return {[listener](const cluster::subscribe_members& x) { *listener = x.listener; }};
}

data_answer done(std::uint64_t id) {
  auto result = data_answer{};
  result.id = id;
  result.reply = encode(catalog_reply{});
  return result;
}

struct placer_fixture {
  troupe::test::deterministic_system system;
  troupe::test::test_context context{system};
  catalog there;
  cluster::member_listener listener;
  placer_actor placing;

  placer_fixture() {
    auto membership = caf::actor_cast<cluster::membership_actor>(
      system.spawn(make_membership, &listener));
    auto replica = caf::actor_cast<replica_actor>(system.spawn(make_catalog, &there));
    placing = system.spawn(
      make_placer, &context, placer_identity{node_id{uuid{1, 1}}, incarnation{4}},
      membership, replica, placer{storage_genesis{2, 2, {}}, {}});
    system.settle();
    REQUIRE(listener);
  }

  ~placer_fixture() {
    there.sink.reset();
    listener = cluster::member_listener{};
    placing = placer_actor{};
  }

  void member(std::uint64_t n, cluster::member_state state) {
    auto news = cluster::member_news{};
    news.about.node
      = {node_id{uuid{1, n}}, node_name{"n" + std::to_string(n)}, incarnation{1}};
    news.about.state = state;
    caf::anon_send(listener, news);
    system.settle();
  }

  void join(std::uint64_t n) { member(n, cluster::member_state::alive); }

  void mastership(bool announced, shard_id shard = catalog_shard) {
    auto status = replica_status{};
    status.shard = shard;
    status.role = announced ? replica_role::master : replica_role::slave;
    status.announced = announced;
    caf::anon_send(placing, replica_news{status});
    system.settle();
  }

  std::string status() {
    auto answer = system.self()->request(placing, caf::infinite, atom::placing_v);
    system.settle();
    auto result = std::string{};
    answer.receive(
      [&](const std::string& x) { result = x; },
      [](const error& why) { FAIL(render(why)); });
    return result;
  }
};

} // namespace

TEST_CASE_FIXTURE(
  placer_fixture, "placer_actor: the catalog's master places shards and slots") {
  join(1);
  join(2);
  CHECK(there.batch_count == 0);
  mastership(true);
  for (auto shard : {shard_id{1}, shard_id{2}}) {
    auto value = there.value(placement_key(shard));
    REQUIRE(value);
    auto placed = decode_placement(as_bytes(*value));
    REQUIRE(placed);
    CHECK(placed->shard == shard);
    CHECK(placed->with.config.members.size() == 2);
  }
  auto map = there.value(slot_map_key);
  REQUIRE(map);
  CHECK(*decode_slot_map(as_bytes(*map)) == initial_slots(2));
  // Each of the requests was a new one, by a client that no door has.
  REQUIRE(there.requests.size() == 3);
  CHECK(there.requests.begin()->client.incarnation == incarnation{4});
  CHECK(there.requests.begin()->client.connection == std::uint64_t{1} << 63);
  auto batches = there.batch_count;
  mastership(true);
  join(3);
  system.advance(1min);
  CHECK(there.batch_count == batches);
}

TEST_CASE_FIXTURE(
  placer_fixture, "placer_actor: a slave, and other shards' masters, do nothing") {
  join(1);
  join(2);
  mastership(false);
  mastership(true, shard_id{1});
  system.advance(1min);
  CHECK(there.batch_count == 0);
}

TEST_CASE_FIXTURE(
  placer_fixture, "placer_actor: it says why shards wait, until they need not") {
  join(1);
  CHECK(status().empty());
  mastership(true);
  CHECK(status().starts_with("shards wait: 2 replicas asked for, 1 node is alive"));
  CHECK(context.logged("shards wait: 2 replicas asked for"));
  member(2, cluster::member_state::suspect);
  CHECK(!there.value(slot_map_key));
  join(2);
  CHECK(status().empty());
  CHECK(there.value(slot_map_key));
}

TEST_CASE_FIXTURE(
  placer_fixture, "placer_actor: what the catalog does not take is tried again") {
  join(1);
  join(2);
  for (auto status :
       {answer_status::busy, answer_status::no_quorum, answer_status::unknown,
        answer_status::not_master}) {
    there.status = status;
    mastership(false);
    mastership(true);
    auto batches = there.batch_count;
    system.advance(99ms);
    CHECK(there.batch_count == batches);
    system.advance(1ms);
    CHECK(there.batch_count == batches + 1);
  }
  there.status = answer_status::ok;
  system.advance(10s);
  CHECK(there.value(slot_map_key));
}

TEST_CASE_FIXTURE(placer_fixture, "placer_actor: answers that are late mean nothing") {
  join(1);
  join(2);
  there.silent = true;
  mastership(true);
  auto sink = there.sink;
  auto late = std::vector{done(1), done(2)};
  system.advance(10'100ms);
  CHECK(there.batch_count == 2);
  sink->take(catalog_shard, late);
  system.settle();
  CHECK(there.batch_count == 2);
  there.silent = false;
  system.advance(11s);
  CHECK(there.value(slot_map_key));
}

TEST_CASE_FIXTURE(placer_fixture, "placer_actor: what another has put stays") {
  auto put = data_request{};
  put.in = catalog_slot;
  put.what = write_of(catalog_put{"placement/1", "theirs", {}}, {{}, 1}, 0);
  (void)there.answer(put);
  join(1);
  join(2);
  mastership(true);
  CHECK(there.value("placement/1") == "theirs");
  CHECK(there.value("placement/2"));
  CHECK(there.value(slot_map_key));
}

TEST_CASE_FIXTURE(placer_fixture, "placer_actor: an answer after its end harms nobody") {
  there.silent = true;
  mastership(true);
  auto sink = there.sink;
  REQUIRE(sink);
  caf::anon_send_exit(placing, caf::exit_reason::user_shutdown);
  system.settle();
  placing = placer_actor{};
  sink->take(catalog_shard, {done(1)});
  system.settle();
}

} // namespace troupe::storage
