/// One replica's actor between stand-ins: in which order it performs, whom it believes,
/// and what it holds at most. Whole shards are in shard_actor_test.cpp.
#include "actors/messages.hpp"
#include "actors/remote.hpp"
#include "actors/sim/disk.hpp"
#include "storage/codecs_wire.hpp"
#include "storage/data_wire.hpp"
#include "storage/memory_store.hpp"
#include "storage/replica_actor.hpp"
#include "tests/storage/actor_doubles.hpp"
#include "tests/storage/data_samples.hpp"
#include "tests/support/test_context.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::storage::test {

namespace {

struct lone_replica {
  troupe::test::deterministic_system system;
  troupe::test::test_context context{system};
  word_evaluator commands;
  sim::memory_disk disk;
  std::vector<log_job> jobs;
  std::vector<apply_job> applies;
  std::vector<cluster::post> posts;
  replica_actor replica;

  explicit lone_replica(const replica_limits& limits = {}) {
    REQUIRE(!disk.make_directory("node"));
    REQUIRE(!create_replica(
      disk, "node", node_number(1), replica_number(1), founding_of(3), small_log));
    auto opened = open_replica(
      disk, "node", replica_number(1), small_log,
      [](const std::string&) -> expected<std::shared_ptr<store>> {
        return std::make_shared<memory_store>();
      });
    REQUIRE(opened);
    auto environment = replica_environment{};
    environment.context = &context;
    environment.commands = &commands;
    environment.links = system.spawn(make_post_log, &posts);
    environment.log_writer = system.spawn(make_idle_log_writer, &jobs);
    environment.applier = system.spawn(make_idle_applier, &applies);
    auto config = replica_config{};
    config.who = replica_number(1);
    replica = system.spawn(make_replica, environment, limits, config, std::move(*opened));
    system.settle();
  }

  /// Replica `from` says something, as node `node` in incarnation 1.
  void
  hear(std::uint64_t from, std::uint64_t at, message_body body, std::uint64_t node = 0) {
    auto identity = cluster::peer_identity{
      node_number(node == 0 ? from : node), node_name{"n"}, incarnation{1}};
    auto who = replica_number(from);
    caf::anon_send(
      replica, identity,
      message{
        who.cluster, who.shard, who.replica, incarnation{1}, replica_id{1},
        incarnation{1}, lsn{1}, epoch{at}, std::move(body)});
    system.settle();
  }

  template <class T>
  void complete(T x) {
    caf::anon_send(replica, std::move(x));
    system.settle();
  }

  /// So many messages of one kind were posted, alone or as shipments.
  template <class Body>
  [[nodiscard]] std::ptrdiff_t posted() const {
    return std::ranges::count_if(posts, [](const cluster::post& x) {
      const auto& what = x.content.match_elements<shipment>()
                           ? x.content.get_as<shipment>(0).what
                           : x.content.get_as<message>(0);
      return std::holds_alternative<Body>(what.body);
    });
  }

  replica_status status() {
    auto answer = system.self()->request(replica, caf::infinite, atom::status_v);
    system.settle();
    auto result = replica_status{};
    answer.receive(
      [&](const replica_status& x) { result = x; },
      [](const error& why) { FAIL(render(why)); });
    return result;
  }

  /// Asks the voters, and has one in favour: it stands, and HARD is on its way.
  void stand() {
    system.advance(2s);
    REQUIRE(posted<pre_vote>() >= 2);
    hear(2, 1, pre_vote_reply{epoch{2}, vote_refusal::none, {}});
  }

  /// Wins; its first record is on its way to the disk.
  void win() {
    stand();
    complete(log_saved{});
    hear(2, 2, vote_reply{true});
    REQUIRE(status().role == replica_role::master);
  }

  /// Wins, and commits and applies its first record.
  void rule() {
    win();
    hear(2, 2, subscribe{5, {epoch{1}, lsn{2}}, {{epoch{1}, lsn{1}}}, 1'000'000});
    complete(log_synced{0, lsn{3}});
    hear(2, 2, ship_ack{lsn{3}, lsn{0}, 1'000'000});
    hear(2, 2, beat_ack{1, lsn{3}, lsn{0}});
    complete(batch_applied{applies.back().batch.last().seq});
    REQUIRE(status().announced);
  }

  std::shared_ptr<test_sink> ask(std::vector<data_request> what) {
    auto sink = std::make_shared<test_sink>();
    caf::anon_send(replica, local_requests{std::move(what), sink});
    system.settle();
    return sink;
  }
};

/// A link that takes nothing unless it is told how much.
class test_carrier final : public actors::remote_carrier {
public:
  std::size_t room = 0;
  std::size_t most = 1U << 20;
  std::vector<std::string> carried;
  std::vector<std::size_t> claimed; ///< By what was carried.
  caf::strong_actor_ptr waiter;

  void carry(actors::outgoing x) override {
    claimed.push_back(x.claimed_bytes);
    carried.push_back(std::move(x.content.payload));
  }
  void watch(const actors::remote_target&, caf::strong_actor_ptr) override {}

  actors::claim claim_room(std::size_t bytes, const caf::strong_actor_ptr& who) override {
    if (bytes > most)
      return actors::claim::never;
    if (bytes > room) {
      waiter = who;
      return actors::claim::refused;
    }
    room -= bytes;
    return actors::claim::granted;
  }
};

/// A replica that rules, and an asker of another node.
struct asked_from_afar : lone_replica {
  actors::message_codecs codecs;
  std::shared_ptr<test_carrier> carrier = std::make_shared<test_carrier>();
  caf::strong_actor_ptr asker;

  asked_from_afar() {
    register_codecs(codecs);
    asker
      = actors::make_reference(system.engine(), carrier, codecs, std::string{"asker"});
    rule();
  }

  void ask_from_afar(std::vector<data_request> what) {
    caf::actor_cast<caf::strong_actor_ptr>(replica)->enqueue(
      asker, caf::make_message_id(),
      caf::make_message(remote_requests{shard_id{1}, std::move(what)}), nullptr);
    system.settle();
  }
};

} // namespace

TEST_CASE("replica_actor: answers to another node wait for room, and go when it came") {
  auto it = asked_from_afar{};
  it.ask_from_afar({read_of(1, {"k"}), read_of(2, {"k"})});
  CHECK(it.carrier->claimed.empty());
  REQUIRE(it.carrier->waiter == caf::actor_cast<caf::strong_actor_ptr>(it.replica));
  it.ask_from_afar({read_of(3, {"k"})}); // Does not ask for room again.
  it.carrier->room = 10'000;
  it.complete(actors::room_came{});
  REQUIRE(it.carrier->claimed.size() == 1);
  CHECK(it.carrier->claimed[0] == 10'000 - it.carrier->room);
  it.ask_from_afar({read_of(4, {"k"})});
  CHECK(it.carrier->claimed.size() == 2);
}

TEST_CASE("replica_actor: answers for which no room comes are given up in time") {
  auto it = asked_from_afar{};
  it.ask_from_afar({read_of(1, {"k"})});
  it.system.advance(waiting_answers_config{}.patience);
  it.carrier->room = 10'000;
  it.complete(actors::room_came{});
  CHECK(it.carrier->claimed.empty());
  it.ask_from_afar({read_of(2, {"k"})});
  CHECK(it.carrier->claimed.size() == 1);
}

TEST_CASE("replica_actor: who asks for more than a message may hold is told so") {
  auto it = asked_from_afar{};
  it.carrier->room = 10'000;
  it.carrier->most = 300;
  it.ask_from_afar({read_of(1, std::vector<std::string>(100, "k")), read_of(2, {"k"})});
  auto told = std::map<std::uint64_t, answer_status>{};
  for (const auto& bytes : it.carrier->carried) {
    auto message = decode_answers(bytes);
    REQUIRE(message);
    for (const auto& x : message->answers)
      told[x.id] = x.status;
  }
  CHECK(told.at(1) == answer_status::too_large);
  CHECK(told.at(2) == answer_status::ok);
}

TEST_CASE("replica_actor: nothing is said before a hard state is durable") {
  auto it = lone_replica{};
  it.stand();
  REQUIRE(it.jobs.size() == 1);
  CHECK(it.jobs[0].save == hard_state{epoch{2}, replica_id{1}});
  CHECK(it.posted<vote>() == 0);
  it.hear(3, 1, pre_vote{epoch{2}, {epoch{1}, lsn{2}}}); // Answered behind the votes.
  CHECK(it.posted<pre_vote_reply>() == 0);
  it.complete(log_saved{});
  CHECK(it.posted<vote>() == 2);
  CHECK(it.posted<pre_vote_reply>() == 1);
}

TEST_CASE("replica_actor: who a replica is, the config says") {
  auto it = lone_replica{};
  it.hear(2, 1, beat{1, lsn{0}, lsn{0}}, 3);
  CHECK(it.posted<beat_ack>() == 0);
  CHECK(!it.status().master);
  it.hear(2, 1, beat{1, lsn{0}, lsn{0}});
  CHECK(it.posted<beat_ack>() == 1);
  CHECK(it.status().master == replica_id{2});
}

TEST_CASE("replica_actor: what it holds behind a hard state is bounded") {
  auto limits = replica_limits{};
  limits.held_max = 3;
  auto it = lone_replica{limits};
  it.stand();
  for (auto i = 0; i < 10; ++i)
    it.hear(3, 1, pre_vote{epoch{2}, {epoch{1}, lsn{2}}});
  auto sink = it.ask({write_of(1, "put k v")});
  REQUIRE(sink->find(1) != nullptr);
  CHECK(sink->find(1)->status == answer_status::busy);
  it.complete(log_saved{});
  CHECK(it.posted<pre_vote_reply>() == 3);
  sink = it.ask({write_of(2, "put k v")});
  CHECK(sink->find(2)->status == answer_status::not_master);
}

TEST_CASE("replica_actor: it takes so many requests and no more") {
  auto limits = replica_limits{};
  limits.clients_max = 2;
  auto it = lone_replica{limits};
  it.rule();
  auto sink
    = it.ask({write_of(1, "put k v"), write_of(2, "put k w"), write_of(3, "put k x")});
  REQUIRE(sink->all.size() == 1);
  CHECK(sink->find(3)->status == answer_status::busy);
  it.complete(log_synced{0, lsn{5}});
  it.hear(2, 2, ship_ack{lsn{5}, lsn{0}, 1'000'000});
  CHECK(sink->batches == std::vector<std::size_t>{1, 2});
  CHECK(sink->find(2)->reply == "w");
}

TEST_CASE("replica_actor: what comes together is one job, one shipment, one answer") {
  auto it = lone_replica{};
  it.rule();
  it.jobs.clear();
  it.posts.clear();
  (void)it.ask({write_of(1, "put k v"), write_of(2, "put k w")});
  REQUIRE(it.jobs.size() == 1);
  CHECK(it.jobs[0].append.size() == 2);
  REQUIRE(it.posts.size() == 1);
  CHECK(it.posts[0].peer == node_number(2));
  CHECK(it.posts[0].name == "shard/1");
  REQUIRE(it.posts[0].content.match_elements<shipment>());
}

TEST_CASE("replica_actor: a request waits no longer than it says, or than allowed") {
  auto limits = replica_limits{};
  limits.deadline_max = 300ms;
  auto it = lone_replica{limits};
  it.rule();
  auto shorter = write_of(1, "put k v");
  shorter.time_left = 100ms;
  auto longer = write_of(2, "put k w");
  longer.time_left = 1h;
  auto sink = it.ask({shorter, longer});
  it.system.advance(100ms);
  REQUIRE(sink->find(1) != nullptr);
  CHECK(sink->find(1)->status == answer_status::unknown);
  CHECK(sink->find(2) == nullptr);
  it.system.advance(200ms);
  CHECK(sink->find(2) != nullptr);
}

} // namespace troupe::storage::test
