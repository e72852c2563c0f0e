// The rules of the replication core one by one; what they promise together is for
// tests/simulation/replication_sim.cpp to break.

#include "storage/memory_store.hpp"
#include "storage/replica/replica.hpp"
#include "tests/storage/records.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;
using namespace std::chrono_literals;

namespace {

const auto cluster = cluster_id{uuid{1, 1}};
const auto t0 = time_point{1h};

/// Replica 1 of three, with a log of CONFIG, slots and, in epoch 1, some writes.
struct fixture {
  memory_store store;
  replica core{self(), store, nullptr};
  replica_output out;
  time_point now = t0;

  static replica_config self() {
    auto result = replica_config{};
    result.who = {cluster, shard_id{1}, replica_id{1}};
    result.seed = 1;
    return result;
  }

  explicit fixture(std::uint64_t writes = 0) {
    auto found = recovered{};
    auto config = shard_config{};
    for (std::uint64_t i = 1; i <= 3; ++i)
      config.members.push_back({replica_id{i}, node_id{uuid{0, i}}, member_role::voter});
    found.tail = {
      make_record(1, 1, config),
      make_record(1, 2, slot_own_record{{{slot{0}, slot{16383}}}})};
    for (std::uint64_t i = 0; i < writes; ++i)
      found.tail.push_back(make_write(1, 3 + i));
    found.history.append(found.tail.back()->at);
    found.durable = found.tail.back()->at.seq;
    found.hard.at = epoch{1};
    out = core.start(std::move(found), now);
  }

  void hear(std::uint64_t from, std::uint64_t at, message_body body) {
    out = core.received(
      {cluster, shard_id{1}, replica_id{from}, incarnation{1}, replica_id{1},
       incarnation{0}, lsn{1}, epoch{at}, std::move(body)},
      now);
    CHECK(!check_invariants(core.state()));
  }

  void tick() { out = core.tick(now); }

  /// The messages of one kind in the last output.
  template <class Body>
  std::vector<Body> sent() const {
    auto result = std::vector<Body>{};
    for (const auto& m : out.messages) {
      if (const auto* body = std::get_if<Body>(&m.body))
        result.push_back(*body);
    }
    return result;
  }

  /// Wins epoch 2 with replica 2's vote; the disk is as fast as it gets.
  void win() {
    now += 3s;
    tick();
    hear(2, 1, pre_vote_reply{epoch{2}, vote_refusal::none, {}});
    hear(2, 2, vote_reply{true});
    REQUIRE(core.state().master);
  }

  void sync() { out = core.synced_to(out.cut, core.state().log.end().seq, now); }

  /// Wins, and commits and applies everything.
  void rule() {
    win();
    auto end = core.state().log.end().seq;
    sync();
    hear(2, 2, ship_ack{end, lsn{0}, 1'000'000});
    REQUIRE(out.apply);
    REQUIRE(!store.apply(*out.apply));
    out = core.applied_to(end, now);
    hear(2, 2, beat_ack{1, end, end});
  }

  write_request some_write(std::uint64_t number) {
    auto result = write_request{};
    result.from = ticket{number};
    result.request = {{node_id{uuid{0, 7}}, incarnation{1}, 1}, number};
    result.what = conditional_write{{}, {{"k", row{1, 0, 0, "v"}}}, "done", "refused"};
    result.deadline = now + 5s;
    return result;
  }

  read_request some_read(read_level level) {
    return {ticket{99}, level, slot{0}, {"k"}, now + 5s};
  }
};

position end_of(const fixture& f) { return f.core.state().log.end(); }

} // namespace

// Election.

TEST_CASE_FIXTURE(fixture, "replica: a silent master is asked about before one stands") {
  now += 3s;
  tick();
  CHECK(sent<pre_vote>().size() == 2);
  CHECK(!out.hard);
  CHECK(core.state().at == epoch{1});
}

TEST_CASE_FIXTURE(fixture, "replica: epoch and own vote are durable before one stands") {
  now += 3s;
  tick();
  hear(2, 1, pre_vote_reply{epoch{2}, vote_refusal::none, {}});
  CHECK(out.hard == hard_state{epoch{2}, replica_id{1}});
  CHECK(sent<vote>().size() == 2);
}

TEST_CASE_FIXTURE(fixture, "replica: one vote in an epoch, durable before the reply") {
  now += 1s;
  hear(2, 2, vote{end_of(*this), false});
  CHECK(out.hard == hard_state{epoch{2}, replica_id{2}});
  CHECK(sent<vote_reply>().at(0).granted);
  hear(3, 2, vote{end_of(*this), false});
  CHECK(!out.hard);
  CHECK(!sent<vote_reply>().at(0).granted);
  hear(2, 2, vote{end_of(*this), false});
  CHECK(sent<vote_reply>().at(0).granted);
}

TEST_CASE("replica: no vote for an older log, the epoch counting first") {
  auto f = fixture{2};
  f.now += 1s;
  f.hear(2, 2, vote{{epoch{1}, lsn{3}}, false});
  CHECK(!f.sent<vote_reply>().at(0).granted);
  f.hear(2, 3, vote{{epoch{2}, lsn{1}}, false});
  CHECK(f.sent<vote_reply>().at(0).granted);
}

TEST_CASE_FIXTURE(fixture, "replica: a vote while sticky is not even looked at") {
  hear(2, 2, beat{1, lsn{0}, lsn{0}});
  now += 499ms;
  hear(3, 9, vote{end_of(*this), false});
  CHECK(out.messages.empty());
  CHECK(core.state().at == epoch{2});
  hear(3, 3, vote{end_of(*this), true}); // Its master asked for it.
  CHECK(sent<vote_reply>().at(0).granted);
}

TEST_CASE_FIXTURE(fixture, "replica: a new life keeps the promises of the last") {
  now += 499ms;
  hear(2, 2, vote{end_of(*this), false});
  CHECK(out.messages.empty());
  now += 1ms;
  hear(2, 2, vote{end_of(*this), false});
  CHECK(sent<vote_reply>().at(0).granted);
}

TEST_CASE_FIXTURE(
  fixture, "replica: a fresher replica is asked to stand, twice at most") {
  for (int i = 0; i < 3; ++i) {
    now += 3s;
    tick();
    hear(3, 1, pre_vote_reply{epoch{2}, vote_refusal::behind, {}});
    CHECK(sent<stand_please>().size() == (i < 2 ? 1U : 0U));
  }
}

TEST_CASE_FIXTURE(fixture, "replica: an older epoch is told, once") {
  now += 1s;
  hear(2, 5, beat{1, lsn{0}, lsn{0}});
  hear(3, 4, beat{1, lsn{0}, lsn{0}});
  CHECK(sent<stale>().size() == 1);
  hear(3, 4, stale{});
  CHECK(out.messages.empty());
}

TEST_CASE_FIXTURE(fixture, "replica: messages of an earlier life are dropped") {
  hear(2, 2, beat{1, lsn{0}, lsn{0}});
  auto late
    = message{cluster,        shard_id{1}, replica_id{2}, incarnation{0}, replica_id{1},
              incarnation{0}, lsn{1},      epoch{9},      beat{}};
  out = core.received(late, now);
  CHECK(core.state().at == epoch{2});
}

// Master.

TEST_CASE_FIXTURE(fixture, "replica: a master's first record commits what came before") {
  win();
  CHECK(kind_of(*out.append.at(0)) == "epoch_start");
  CHECK(core.state().commit == lsn{0});
  hear(2, 2, ship_ack{lsn{2}, lsn{0}, 1'000'000});
  sync();
  CHECK(core.state().commit == lsn{0}); // A majority has 2, which is of epoch 1.
  hear(2, 2, ship_ack{lsn{3}, lsn{0}, 1'000'000});
  CHECK(core.state().commit == lsn{3});
}

TEST_CASE_FIXTURE(fixture, "replica: a master counts itself only when its disk has it") {
  win();
  hear(2, 2, ship_ack{lsn{3}, lsn{0}, 1'000'000});
  CHECK(core.state().commit == lsn{0});
  sync();
  CHECK(core.state().commit == lsn{3});
}

TEST_CASE_FIXTURE(fixture, "replica: a master without a majority for T steps down") {
  rule();
  out = core.write(some_write(1), now);
  now = core.state().master->since + 1s;
  tick();
  CHECK(!core.state().master);
  CHECK(out.answers.at(0).status == answer_status::unknown);
}

TEST_CASE_FIXTURE(fixture, "replica: a master whose disk stalls hands over") {
  rule();
  out = core.write(some_write(1), now);
  auto began = now;
  while (core.state().master && now < began + 3s) {
    now += 50ms;
    tick();
    if (core.state().master)
      hear(2, 2, beat_ack{core.state().master->round, lsn{3}, lsn{3}});
  }
  CHECK(now - began == 2s);
  CHECK(sent<transfer_now>().size() == 1);
}

TEST_CASE_FIXTURE(fixture, "replica: a successor gets the whole log before it stands") {
  rule();
  out = core.write(some_write(1), now);
  out = core.transfer_to(replica_id{2}, now);
  CHECK(sent<transfer_now>().empty());
  out = core.write(some_write(2), now);
  CHECK(out.answers.at(0).status == answer_status::busy);
  hear(2, 2, ship_ack{lsn{4}, lsn{3}, 1'000'000});
  CHECK(sent<transfer_now>().size() == 1);
  CHECK(!holds_lease(core, now));
}

// Slave.

TEST_CASE_FIXTURE(fixture, "replica: an acknowledgement waits for the disk") {
  hear(2, 2, ship{0, end_of(*this), {make_write(2, 3)}, lsn{0}});
  CHECK(sent<ship_ack>().empty());
  CHECK(out.append.size() == 1);
  sync();
  CHECK(sent<ship_ack>().at(0).acked == lsn{3});
}

TEST_CASE("replica: only what equals the master's log is acknowledged and committed") {
  auto f = fixture{5};
  f.hear(2, 2, ship{0, {epoch{1}, lsn{2}}, {make_write(1, 3)}, lsn{9}});
  CHECK(f.sent<ship_ack>().at(0).acked == lsn{3});
  CHECK(f.core.state().commit == lsn{3});
}

TEST_CASE("replica: another master's record cuts off what stands in its place") {
  auto f = fixture{5};
  f.hear(2, 3, ship{0, {epoch{1}, lsn{4}}, {make_write(3, 5)}, lsn{0}});
  CHECK(f.out.truncate_after == lsn{4});
  CHECK(f.out.cut == 1);
  CHECK(end_of(f) == position{epoch{3}, lsn{5}});
  f.out = f.core.synced_to(0, lsn{7}, f.now); // Begun before the cut.
  CHECK(f.core.state().durable == lsn{4});
  f.out = f.core.synced_to(1, lsn{5}, f.now);
  CHECK(f.core.state().durable == lsn{5});
}

TEST_CASE_FIXTURE(fixture, "replica: a gap is asked for, once in three beats") {
  auto gap = ship{0, {epoch{2}, lsn{9}}, {make_write(2, 10)}, lsn{0}};
  hear(2, 2, gap);
  CHECK(sent<subscribe>().size() == 1);
  hear(2, 2, gap);
  CHECK(sent<subscribe>().empty());
  now += 300ms;
  hear(2, 2, gap);
  CHECK(sent<subscribe>().size() == 1);
}

TEST_CASE("replica: a divergence is obeyed once, and only when it answers the asking") {
  auto f = fixture{5};
  f.hear(2, 2, beat{1, lsn{0}, lsn{0}});
  auto stream = f.sent<subscribe>().at(0).stream;
  f.hear(2, 2, diverged{stream + 1, {epoch{1}, lsn{4}}});
  CHECK(!f.out.truncate_after);
  f.hear(2, 2, diverged{stream, {epoch{1}, lsn{4}}});
  CHECK(f.out.truncate_after == lsn{4});
  CHECK(f.sent<subscribe>().size() == 1);
  f.hear(2, 2, diverged{stream, {epoch{1}, lsn{3}}});
  CHECK(!f.out.truncate_after);
}

TEST_CASE_FIXTURE(fixture, "replica: a divergence before the commit is quarantine") {
  hear(2, 2, ship{0, end_of(*this), {}, lsn{2}});
  CHECK(core.state().commit == lsn{2});
  hear(3, 3, beat{1, lsn{2}, lsn{0}});
  auto stream = sent<subscribe>().at(0).stream;
  hear(3, 3, diverged{stream, {epoch{1}, lsn{1}}});
  CHECK(core.state().quarantined);
  now += 9s;
  hear(2, 9, vote{{epoch{8}, lsn{99}}, false});
  CHECK(out.messages.empty());
}

TEST_CASE_FIXTURE(fixture, "replica: a subscriber is told where the logs part") {
  rule();
  hear(3, 2, subscribe{7, {epoch{1}, lsn{6}}, {{epoch{1}, lsn{1}}}, 1'000'000});
  CHECK(sent<diverged>().at(0).common == position{epoch{1}, lsn{2}});
  hear(3, 2, subscribe{8, {epoch{1}, lsn{2}}, {{epoch{1}, lsn{1}}}, 1'000'000});
  CHECK(sent<ship>().at(0).prev == position{epoch{1}, lsn{2}});
  CHECK(sent<ship>().at(0).records.size() == 1);
}

// Found by the simulator, seed 1000059: the stream began anew at a position of the past, and
// asked the disk for records that all had acknowledged and that were released.
TEST_CASE_FIXTURE(fixture, "replica: a late subscription does not end a live stream") {
  rule();
  hear(3, 2, subscribe{8, {epoch{1}, lsn{2}}, {{epoch{1}, lsn{1}}}, 1'000'000});
  hear(3, 2, ship_ack{lsn{3}, lsn{0}, 1'000'000});
  hear(3, 2, subscribe{7, {epoch{1}, lsn{2}}, {{epoch{1}, lsn{1}}}, 1'000'000});
  CHECK(out.messages.empty());
  CHECK(core.state().master->peers.at(replica_id{3}).stream->id == 8);
}

TEST_CASE_FIXTURE(fixture, "replica: no more is under way than a slave gave credit for") {
  rule();
  hear(3, 2, subscribe{8, end_of(*this), {{epoch{1}, lsn{1}}, {epoch{2}, lsn{3}}}, 100});
  for (std::uint64_t i = 1; i <= 5; ++i)
    out = core.write(some_write(i), now);
  const auto& stream = *core.state().master->peers.at(replica_id{3}).stream;
  CHECK(stream.sent == lsn{4});
  hear(3, 2, ship_ack{lsn{4}, lsn{0}, 100});
  CHECK(stream.sent == end_of(*this).seq);
}

// Writes.

TEST_CASE_FIXTURE(fixture, "replica: a slave refuses writes and names the master") {
  hear(2, 2, beat{1, lsn{0}, lsn{0}});
  out = core.write(some_write(1), now);
  CHECK(out.answers.at(0).status == answer_status::not_master);
  CHECK(out.answers.at(0).hint == replica_id{2});
}

TEST_CASE_FIXTURE(
  fixture, "replica: writes wait until a new master's store is complete") {
  win();
  out = core.write(some_write(1), now);
  CHECK(out.append.empty());
  CHECK(out.answers.empty());
  sync();
  hear(2, 2, ship_ack{lsn{3}, lsn{0}, 1'000'000});
  REQUIRE(!store.apply(*out.apply));
  out = core.applied_to(lsn{3}, now);
  CHECK(out.append.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "replica: each mode is answered when its promise is kept") {
  rule();
  auto number = std::uint64_t{0};
  for (auto mode : {ack_mode::async, ack_mode::semi, ack_mode::quorum}) {
    auto request = some_write(++number);
    request.mode = mode;
    out = core.write(request, now);
    CHECK(out.answers.empty());
  }
  sync();
  CHECK(out.answers.size() == 1);
  CHECK(out.answers.at(0).to == ticket{1});
  hear(2, 2, ship_ack{lsn{6}, lsn{3}, 1'000'000});
  CHECK(out.answers.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "replica: a retry waits with the first, or finds the reply") {
  rule();
  out = core.write(some_write(1), now);
  auto again = some_write(1);
  again.from = ticket{11};
  out = core.write(again, now);
  CHECK(out.append.empty());
  sync();
  hear(2, 2, ship_ack{lsn{4}, lsn{3}, 1'000'000});
  CHECK(out.answers.size() == 2);
  again.from = ticket{12};
  out = core.write(again, now);
  CHECK(out.append.empty());
  CHECK(out.answers.at(0).reply == "done");
}

TEST_CASE_FIXTURE(fixture, "replica: a write whose deadline passes has an unknown fate") {
  rule();
  auto request = some_write(1);
  request.deadline = now + 20ms;
  out = core.write(request, now);
  CHECK(out.wake_at <= now + 20ms);
  now += 20ms;
  tick();
  CHECK(out.answers.at(0).status == answer_status::unknown);
  CHECK(out.answers.at(0).at == position{epoch{2}, lsn{4}});
}

// Reads.

TEST_CASE_FIXTURE(
  fixture, "replica: a master read waits for a round begun after it came") {
  rule();
  out = core.read(some_read(read_level::master), now);
  auto round = sent<beat>().at(0).round;
  CHECK(out.lookups.empty());
  hear(2, 2, beat_ack{round - 1, lsn{3}, lsn{3}});
  CHECK(out.lookups.empty());
  hear(3, 2, beat_ack{round, lsn{3}, lsn{3}});
  CHECK(out.lookups == std::vector{ticket{99}});
  out = core.looked_up(ticket{99}, now);
  CHECK(out.answers.at(0).status == answer_status::ok);
}

TEST_CASE_FIXTURE(fixture, "replica: a lease read needs no round") {
  rule();
  out = core.read(some_read(read_level::lease), now);
  CHECK(out.lookups == std::vector{ticket{99}});
  out = core.looked_up(ticket{99}, now);
  CHECK(out.answers.at(0).status == answer_status::ok);
}

TEST_CASE_FIXTURE(fixture, "replica: a lease that ran out while reading is no lease") {
  rule();
  out = core.read(some_read(read_level::lease), now);
  now += 450ms; // L, less the drift.
  out = core.looked_up(ticket{99}, now);
  CHECK(out.answers.empty());
  CHECK(sent<beat>().size() == 2);
}

TEST_CASE_FIXTURE(fixture, "replica: a read waits for pending writes of its key") {
  rule();
  out = core.write(some_write(1), now);
  out = core.read(some_read(read_level::lease), now);
  CHECK(out.lookups.empty());
  auto other = some_read(read_level::lease);
  other.from = ticket{98};
  other.keys = {"another"};
  out = core.read(other, now);
  CHECK(out.lookups.size() == 1);
}

// Start.

TEST_CASE("replica: what cannot be its state puts a replica in quarantine") {
  auto store = memory_store{};
  auto core = replica{{}, store, nullptr};
  auto found = recovered{};
  found.hard.at = epoch{1};
  SUBCASE("damage that the disk side has found") { found.damage = "rot"; }
  SUBCASE("applied behind the log's end") { found.applied.at = {epoch{1}, lsn{5}}; }
  SUBCASE("no config") {}
  auto out = core.start(found, t0);
  CHECK(core.state().quarantined);
  CHECK(std::holds_alternative<was_quarantined>(out.told.at(0)));
  CHECK(out.wake_at == time_point::max());
}

TEST_CASE_FIXTURE(
  fixture, "replica: the log is let go when all hold it and it is flushed") {
  rule();
  out = core.flushed_to(lsn{3}, now);
  CHECK(!out.release);
  hear(3, 2, ship_ack{lsn{2}, lsn{0}, 1'000'000});
  now += 100ms;
  tick();
  CHECK(out.release == lsn{2});
}
