/// A shard of three nodes, as its clients and its operators see it.
#include "tests/storage/shard_fixture.hpp"

#include <optional>
#include <utility>

namespace troupe::storage::test {

namespace {

std::uint64_t other_than(std::uint64_t a, std::uint64_t b = 0) {
  for (std::uint64_t i = 1; i <= 3; ++i) {
    if (i != a && i != b)
      return i;
  }
  return 0;
}

/// Asks a replica to hand its mastership over; what it answers without any time passing.
error hand_over(
  shard_fixture& shard, std::uint64_t from, std::optional<replica_id> to = std::nullopt) {
  auto answer = shard.system.self()->request(
    shard.nodes.at(from).replica, caf::infinite, transfer_mastership{to});
  shard.system.settle();
  auto result = error{};
  answer.receive([](caf::ok_atom) {}, [&](error& why) { result = std::move(why); });
  return result;
}

} // namespace

TEST_CASE("shard: one of three is elected, tells it, and serves") {
  auto shard = shard_fixture{};
  auto master = shard.elect();
  auto written = shard.answer_to(master, write_of(1, "put k v"));
  CHECK(written.status == answer_status::ok);
  CHECK(written.reply == "v");
  auto read = shard.answer_to(master, read_of(2, {"k", "other"}));
  CHECK(read.status == answer_status::ok);
  CHECK(read.reply == "v none");

  const auto& told = shard.nodes.at(master).news;
  REQUIRE(!told.empty());
  CHECK(told.front().role == replica_role::slave);
  CHECK(told.back().announced);
  CHECK(told.back().at == shard.status(master).at);
}

TEST_CASE("shard: each replica tells whom it follows, once, and when it does no more") {
  auto shard = shard_fixture{};
  auto first = shard.elect();
  shard.system.advance(1s);
  auto slave = other_than(first);
  const auto& told = shard.nodes.at(slave).news;
  REQUIRE(told.back().follows);
  CHECK(told.back().follows->node == node_number(first));
  CHECK(told.back().follows->at == shard.status(first).at);
  CHECK(told.back().follows->incarnation == shard.nodes.at(first).incarnation);
  CHECK(shard.nodes.at(first).news.back().follows == told.back().follows);
  auto count = told.size();
  shard.system.advance(5s);
  CHECK(told.size() == count);

  REQUIRE_FALSE(hand_over(shard, first, replica_id{slave}));
  auto left = shard.nodes.at(first).news.back().follows;
  CHECK((!left || left->node == node_number(slave)));
  shard.system.advance(1s);
  REQUIRE(shard.nodes.at(first).news.back().follows);
  CHECK(shard.nodes.at(first).news.back().follows->node == node_number(slave));
}

TEST_CASE("shard: an asker of another node gets its answers, together") {
  auto shard = shard_fixture{};
  auto master = shard.elect();
  auto request
    = remote_requests{shard_id{1}, {write_of(1, "put k v"), write_of(2, "append k w")}};
  shard.system.self()->send(shard.nodes.at(master).replica, request);
  shard.system.settle();
  auto count = 0;
  shard.system.self()->receive([&](const remote_answers& x) {
    ++count;
    CHECK(x.shard == shard_id{1});
    REQUIRE(x.answers.size() == 2);
    CHECK(x.answers[0].reply == "v");
    CHECK(x.answers[1].reply == "vw");
  });
  CHECK(count == 1);
}

TEST_CASE("shard: requests of one batch see those before them") {
  auto shard = shard_fixture{};
  auto master = shard.elect();
  auto sink = shard.ask(
    master, {read_of(1, {"k"}), write_of(2, "put k a"), read_of(3, {"k"}),
             write_of(4, "put k b"), read_of(5, {"k"})});
  REQUIRE(sink->all.size() == 5);
  CHECK(sink->find(1)->reply == "none");
  CHECK(sink->find(3)->reply == "a");
  CHECK(sink->find(5)->reply == "b");
}

TEST_CASE("shard: a slave names the master's node and does nothing") {
  auto shard = shard_fixture{};
  auto master = shard.elect();
  auto answer = shard.answer_to(other_than(master), write_of(1, "put k v"));
  CHECK(answer.status == answer_status::not_master);
  CHECK(answer.master == node_number(master));
  CHECK(shard.answer_to(master, read_of(2, {"k"})).reply == "none");
}

TEST_CASE("shard: what was acknowledged survives the master, and is executed once") {
  auto shard = shard_fixture{};
  auto first = shard.elect();
  REQUIRE(shard.answer_to(first, write_of(1, "append k a")).status == answer_status::ok);
  shard.kill(first);
  auto second = shard.elect();
  CHECK(second != first);
  CHECK(shard.answer_to(second, write_of(1, "append k a")).reply == "a");
  CHECK(shard.answer_to(second, write_of(2, "append k b")).reply == "ab");

  shard.start(first);
  shard.system.advance(3s); // Nobody knows its new incarnation until it asks for votes.
  auto back = shard.status(first);
  CHECK(back.role == replica_role::slave);
  CHECK(back.applied == shard.status(second).applied);
  CHECK(shard.nodes.at(first).rows->digest() == shard.nodes.at(second).rows->digest());
}

TEST_CASE("shard: what a cut-off master has not committed is lost and kept aside") {
  auto shard = shard_fixture{};
  auto first = shard.elect();
  auto rest = std::vector{other_than(first), other_than(first, other_than(first))};
  for (auto other : rest)
    shard.cut.insert({{first, other}, {other, first}});
  auto sink = shard.ask(first, {write_of(1, "put k lost")});
  CHECK(sink->all.empty());
  shard.system.advance(4s);
  REQUIRE(sink->find(1) != nullptr);
  CHECK(sink->find(1)->status == answer_status::unknown);
  shard.cut.clear();
  auto second = shard.elect();
  CHECK(second != first);
  REQUIRE(shard.answer_to(second, write_of(2, "put k v")).status == answer_status::ok);
  shard.system.advance(1s);
  CHECK(shard.status(first).applied == shard.status(second).applied);
  CHECK(shard.context.logged("see lost+found"));
  CHECK(
    shard.nodes.at(first)
      .disk.list("node/shard-1-" + std::to_string(first) + "/lost+found")
      ->size()
    == 1);
}

TEST_CASE("shard: a handover moves the mastership and loses no write") {
  auto shard = shard_fixture{};
  auto first = shard.elect();
  REQUIRE(shard.answer_to(first, write_of(1, "put k v")).status == answer_status::ok);
  auto second = other_than(first);
  shard.system.advance(300ms);
  CHECK_FALSE(hand_over(shard, first, replica_id{second}));
  CHECK(shard.status(second).announced);
  CHECK(shard.answer_to(second, read_of(2, {"k"})).reply == "v");
}

TEST_CASE("shard: a master that nobody can follow says so at once, and goes on") {
  auto alone = shard_fixture{1};
  auto master = alone.elect();
  CHECK(hand_over(alone, master) == ec::unreachable);
  CHECK(alone.answer_to(master, write_of(1, "put k v")).status == answer_status::ok);

  auto shard = shard_fixture{};
  auto first = shard.elect();
  shard.system.advance(300ms);
  CHECK_FALSE(hand_over(shard, first));
  CHECK(shard.elect() != first);
  // It holds none any more.
  CHECK_FALSE(hand_over(shard, first));
}

TEST_CASE("shard: a hint that the master's node is gone brings an election forward") {
  auto shard = shard_fixture{};
  auto first = shard.elect();
  shard.system.advance(1s);
  shard.kill(first);
  for (const auto& [number, x] : shard.nodes) {
    if (x.replica)
      caf::anon_send(x.replica, node_suspected{node_number(first)});
  }
  shard.system.advance(900ms); // Less than an election's time-out.
  CHECK(shard.status(other_than(first)).master.has_value());
  CHECK(
    (shard.status(other_than(first)).announced
     || shard.status(other_than(first, other_than(first))).announced));
}

TEST_CASE("shard: a read that finds an expired row deletes it on all replicas") {
  auto shard = shard_fixture{};
  auto master = shard.elect();
  REQUIRE(shard.answer_to(master, write_of(1, "expire k v")).status == answer_status::ok);
  auto answer = shard.answer_to(master, read_of(2, {"k"}));
  CHECK(answer.status == answer_status::ok);
  CHECK(answer.reply == "none");
  shard.system.advance(300ms);
  for (const auto& [number, x] : shard.nodes)
    CHECK(!x.rows->get(slot{7}, "k"));
}

TEST_CASE("shard: a wait ends when enough slaves hold the record, or with its time") {
  auto shard = shard_fixture{};
  auto master = shard.elect();
  auto written = shard.answer_to(master, write_of(1, "put k v"));
  auto both = data_request{2, slot{7}, data_wait{written.at, 2, 5s}, 9s};
  CHECK(shard.answer_to(master, both).reply == "2");

  auto slave = other_than(master);
  shard.cut.insert({master, slave});
  written = shard.answer_to(master, write_of(3, "put k w"));
  auto sink = shard.ask(
    master, {data_request{4, slot{7}, data_wait{written.at, 2, 500ms}, 9s},
             data_request{5, slot{7}, data_wait{written.at, 1, 500ms}, 9s}});
  CHECK(sink->find(4) == nullptr);
  REQUIRE(sink->find(5) != nullptr);
  CHECK(sink->find(5)->reply == "1");
  shard.system.advance(500ms);
  REQUIRE(sink->find(4) != nullptr);
  CHECK(sink->find(4)->status == answer_status::ok);
  CHECK(sink->find(4)->reply == "1");
}

TEST_CASE("shard: a closed connection's late request is refused") {
  auto shard = shard_fixture{};
  auto master = shard.elect();
  REQUIRE(shard.answer_to(master, write_of(1, "put k v")).status == answer_status::ok);
  auto closed = dedup_trim_record{node_number(7), incarnation{1}, 2, {}};
  auto said = shard.answer_to(master, {2, slot{0}, closed, 5s});
  CHECK(said.status == answer_status::ok);
  CHECK(
    shard.answer_to(master, write_of(3, "put k w")).status
    == answer_status::session_expired);
  CHECK(
    shard.answer_to(other_than(master), {4, slot{0}, closed, 5s}).status
    == answer_status::not_master);
}

TEST_CASE("shard: a replica with damaged files is quarantined, the others serve") {
  auto shard = shard_fixture{};
  auto master = shard.elect();
  auto slave = other_than(master);
  shard.kill(slave);
  auto directory = "node/shard-1-" + std::to_string(slave);
  shard.nodes.at(slave).disk.flip_bit(directory + "/IDENT", 20, 1);
  shard.start(slave);
  shard.system.advance(1s);
  CHECK(shard.status(slave).quarantined);
  CHECK(shard.context.logged("replica is quarantined"));
  CHECK(shard.answer_to(master, write_of(1, "put k v")).status == answer_status::ok);
  CHECK(
    shard.answer_to(slave, write_of(2, "put k v")).status == answer_status::not_master);
}

TEST_CASE("shard: a replica whose shards were wiped neither votes nor acknowledges") {
  auto shard = shard_fixture{};
  auto master = shard.elect();
  auto wiped = other_than(master);
  auto third = other_than(master, wiped);
  shard.kill(wiped);
  auto& disk = shard.nodes.at(wiped).disk;
  REQUIRE(!disk.remove("node"));
  REQUIRE(!disk.make_directory("node"));
  // Placement asks again at every start.
  CHECK(
    create_replica(
      disk, "node", node_number(wiped), replica_number(wiped), founding_of(3), small_log)
    == ec::corrupt);
  shard.start(wiped);
  shard.system.advance(1s);
  CHECK(shard.status(wiped).quarantined);
  CHECK(shard.context.logged("its files are gone"));
  CHECK(shard.answer_to(master, write_of(1, "put k v")).status == answer_status::ok);

  // With its vote, or its acknowledgement, there would be a majority.
  shard.kill(master);
  shard.system.advance(30s);
  CHECK_FALSE(shard.status(third).announced);
  CHECK(shard.status(third).role != replica_role::master);
}

TEST_CASE("shard: a disk that fails ends the node's log writer") {
  auto shard = shard_fixture{};
  auto master = shard.elect();
  shard.nodes.at(master).disk.fail_after(0);
  (void)shard.ask(master, {write_of(1, "put k v")});
  CHECK(shard.nodes.at(master).ended == ec::system);
}

} // namespace troupe::storage::test
