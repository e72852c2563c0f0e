/// A replica's core alone, and short ways to play the rest of its group to it.
#pragma once

#include "storage/memory_store.hpp"
#include "storage/replica/replica.hpp"
#include "tests/storage/data_samples.hpp"
#include "tests/storage/records.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::storage::test {

using namespace std::chrono_literals;

/// Replica 1 of three, with a log of CONFIG, slots and, in epoch 1, some writes.
struct replica_fixture {
  memory_store store;
  word_evaluator commands;
  replica core;
  replica_output out;
  time_point now{1h};

  static replica_config self() {
    auto result = replica_config{};
    result.who = {cluster_id{uuid{1, 1}}, shard_id{1}, replica_id{1}};
    result.seed = 1;
    return result;
  }

  explicit replica_fixture(std::uint64_t writes = 0, const replica_config& as = self())
      : core{as, store, &commands} {
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
      {core.state().self.who.cluster, shard_id{1}, replica_id{from}, incarnation{1},
       replica_id{1}, incarnation{0}, lsn{1}, epoch{at}, std::move(body)},
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
    return {ticket{99}, level, slot{0}, {"k"}, {"get k"}, 0, now + 5s};
  }
};

inline position end_of(const replica_fixture& f) { return f.core.state().log.end(); }

} // namespace troupe::storage::test
