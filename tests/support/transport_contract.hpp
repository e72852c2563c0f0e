/// What every transport promises (`actors/transport.hpp`), as tests that run against
/// each.
///
/// A world supplies two nodes that reach each other and a way to wait:
///
///     struct world {
///       caf::actor_system& engine();
///
///       // The node that dials, and the one that listens. They may be one object; if
///       // not, they draw different ids.
///       actors::transport& here();
///       actors::transport& there();
///
///       // Where `there` may listen, with port 0; a host that cannot be resolved; and
///       // one that swallows dials, if the network has such.
///       actors::address place();
///       actors::address unknown_host();
///       std::optional<actors::address> dead();
///
///       // False when `condition` did not come true in time.
///       bool await(event_log& log, Condition condition);
///     };
///
/// A test file names its world with TYPE_TO_STRING_AS and runs the suite with
/// TROUPE_TEST_TRANSPORT(world).
#pragma once

#include "actors/base/bytes.hpp"
#include "actors/transport.hpp"
#include "tests/support/event_log.hpp"
#include "tests/support/transport_contract_steps.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <doctest/doctest.h>

namespace troupe::test {

TEST_CASE_TEMPLATE_DEFINE(
  "transport: bytes travel both ways on one connection", World, contract_both_ways) {
  auto t = contract<World>{};
  auto [near, far] = t.connect();
  near->write(bytes_of("to the listener"));
  far->write(bytes_of("to the dialler"));
  CHECK(t.read(far, 15) == "to the listener");
  CHECK(t.read(near, 14) == "to the dialler");
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: bytes keep their order, small writes between large ones", World,
  contract_order) {
  auto t = contract<World>{};
  auto [near, far] = t.connect();
  auto expected = std::string{};
  for (auto size : {1, 70'000, 3, 0, 500'000, 64, 64, 64, 1'100'000, 1}) {
    auto part = pattern(static_cast<std::size_t>(size));
    expected += part;
    near->write(bytes_of(part));
  }
  CHECK(t.read(far, expected.size()) == expected);
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: hundreds of small writes arrive whole and in order", World,
  contract_many_writes) {
  auto t = contract<World>{};
  auto [near, far] = t.connect();
  auto expected = std::string{};
  for (auto i = 0; i < 500; ++i) {
    expected += std::to_string(i) + ",";
    near->write(bytes_of(std::to_string(i) + ","));
  }
  CHECK(t.read(far, expected.size()) == expected);
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: a read gets one answer, however much arrives", World, contract_pull) {
  auto t = contract<World>{};
  auto [near, far] = t.connect();
  far->read(t.recorder);
  near->write(bytes_of("one"));
  REQUIRE(t.await([&, id = far->id()] { return t.log->text(id).size() >= 3; }));
  near->write(bytes_of("two"));
  t.fence();
  CHECK(t.log->text(far->id()) == "one");
  CHECK(t.read(far, 6) == "onetwo");
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: a connection passes from one owner to another between reads", World,
  contract_hand_over) {
  auto t = contract<World>{};
  auto [near, far] = t.connect();
  auto first = std::make_shared<event_log>();
  auto first_owner = t.spawn_recorder(first);
  far->read(first_owner);
  near->write(bytes_of("first"));
  REQUIRE(t.await([&, id = far->id()] { return first->text(id) == "first"; }));
  caf::anon_send_exit(first_owner, caf::exit_reason::kill);
  near->write(bytes_of("second"));
  t.fence();
  CHECK(t.read(far, 6) == "second");
  CHECK(first->text(far->id()) == "first");
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: a peer that does not read slows the sender down", World,
  contract_back_pressure) {
  auto t = contract<World>{};
  auto [near, far] = t.connect();
  auto chunk = pattern(1U << 20);
  auto chunk_count = std::size_t{40};
  for (std::size_t i = 0; i < chunk_count; ++i)
    near->write(bytes_of(chunk));
  t.fence();
  // The system's own socket buffers grow to some 10 MiB.
  CHECK(near->unsent_bytes() > (20U << 20));
  auto size = std::size_t{0};
  while (size < chunk_count * chunk.size()) {
    auto before = t.log->received().size();
    far->read(t.recorder);
    REQUIRE(t.await([&] { return t.log->received().size() > before; }));
    auto bytes = t.log->received().back().bytes;
    t.log->forget_received();
    for (std::size_t i = 0; i < bytes.size(); i += 4'093)
      REQUIRE(static_cast<char>(bytes[i]) == chunk[(size + i) % chunk.size()]);
    size += bytes.size();
  }
  CHECK(size == chunk_count * chunk.size());
  CHECK(t.await([&, end = near] { return end->unsent_bytes() == 0; }));
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: close lets queued bytes leave first", World, contract_close_flushes) {
  auto t = contract<World>{};
  auto [near, far] = t.connect();
  auto text = pattern(3U << 20);
  near->write(bytes_of(text));
  near->close();
  CHECK(t.read_to_end(far) == text);
  CHECK(t.log->end_count(far->id()) == 1);
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: close loses nothing when the peer's bytes were never read", World,
  contract_close_unread) {
  auto t = contract<World>{};
  auto [near, far] = t.connect();
  near->write(bytes_of(pattern(100'000)));
  t.fence();
  far->write(bytes_of("go away"));
  far->close();
  t.fence();
  CHECK(t.read_to_end(near) == "go away");
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: after close no event follows, not even for a read that waits", World,
  contract_close_silences) {
  auto t = contract<World>{};
  auto [near, far] = t.connect();
  near->read(t.recorder);
  near->close();
  far->write(bytes_of("too late"));
  near->read(t.recorder);
  CHECK(t.read_to_end(far).empty());
  t.fence();
  CHECK(t.log->text(near->id()).empty());
  CHECK(t.log->end_count(near->id()) == 0);
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: closing again and writing afterwards change nothing", World,
  contract_close_repeats) {
  auto t = contract<World>{};
  auto [near, far] = t.connect();
  near->write(bytes_of("last"));
  near->close();
  near->close();
  near->write(bytes_of("dropped"));
  CHECK(t.read_to_end(far) == "last");
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: the last reference closes", World, contract_last_reference) {
  auto t = contract<World>{};
  auto ends = t.connect();
  auto copy = ends.near;
  ends.near->write(bytes_of("bye"));
  ends.near.reset();
  t.fence();
  CHECK(t.read(ends.far, 3) == "bye");
  ends.far->read(t.recorder);
  t.fence();
  CHECK(t.log->end_count(ends.far->id()) == 0);
  copy.reset();
  CHECK(t.await([&] { return t.log->end_count(ends.far->id()) == 1; }));
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: after the end each read is told so, and writes are dropped", World,
  contract_after_end) {
  auto t = contract<World>{};
  auto [near, far] = t.connect();
  far->close();
  CHECK(t.read_to_end(near).empty());
  CHECK(code_of(t.log->ends().back().why) == ec::link_lost);
  near->write(bytes_of("into the void"));
  CHECK(near->unsent_bytes() == 0);
  near->read(t.recorder);
  CHECK(t.await([&, id = near->id()] { return t.log->end_count(id) == 2; }));
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: ids of connections are never reused", World, contract_ids) {
  auto t = contract<World>{};
  auto ids = std::set<actors::connection_id>{};
  for (auto i = 0; i < 5; ++i) {
    auto [near, far] = t.connect();
    CHECK(ids.insert(near->id()).second);
    CHECK(ids.insert(far->id()).second);
  }
}

TEST_CASE_TEMPLATE_DEFINE("transport: both ends name their peer", World, contract_peer) {
  auto t = contract<World>{};
  auto [near, far] = t.connect();
  CHECK(near->peer() == to_string(t.listener->where()));
  CHECK(!far->peer().empty());
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: port 0 gives each listener a port of its own", World, contract_port_zero) {
  auto t = contract<World>{};
  auto other = t.listen(t.world.place());
  CHECK(t.listener->where().port != 0);
  CHECK(other->where().port != 0);
  CHECK(other->where() != t.listener->where());
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: a port in use is refused with a remedy", World, contract_in_use) {
  auto t = contract<World>{};
  auto again = t.world.there().listen(t.listener->where(), t.recorder);
  REQUIRE(!again);
  CHECK(code_of(again.error()) == ec::in_use);
  auto sentence = sentence_of(again.error());
  auto start = "cannot listen on " + to_string(t.listener->where()) + ": address already";
  CHECK(sentence.find(start) == 0);
  CHECK(sentence.find("choose another port") != std::string::npos);
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: a listener that is gone refuses dials, and its place is free", World,
  contract_listener_gone) {
  auto t = contract<World>{};
  auto [near, far] = t.connect();
  auto where = t.listener->where();
  t.listener.reset();
  t.dial(where);
  REQUIRE(t.await([&] { return t.log->dial_failures().size() == 1; }));
  t.listener = t.listen(where);
  t.connect();
  near->write(bytes_of("still here"));
  CHECK(t.read(far, 10) == "still here");
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: a dial to a port where nobody listens is refused", World,
  contract_refused) {
  auto t = contract<World>{};
  auto where = t.listen(t.world.place())->where(); // Free again at once.
  auto id = t.dial(where);
  REQUIRE(t.await([&] { return t.log->dial_failures().size() == 1; }));
  auto failure = t.log->dial_failures().front();
  CHECK(failure.dial == id);
  CHECK(code_of(failure.why) == ec::unreachable);
  CHECK(
    sentence_of(failure.why)
    == "cannot connect to " + to_string(where)
         + ": connection refused; check that a node listens there");
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: a dial to a host that does not exist fails", World, contract_unknown_host) {
  auto t = contract<World>{};
  auto where = t.world.unknown_host();
  t.dial(where);
  REQUIRE(t.await([&] { return t.log->dial_failures().size() == 1; }));
  auto failure = t.log->dial_failures().front();
  CHECK(code_of(failure.why) == ec::unreachable);
  CHECK(sentence_of(failure.why).find("cannot connect to " + to_string(where)) == 0);
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: a dead address fails at its deadline and delays no other dial", World,
  contract_dead_address) {
  auto t = contract<World>{};
  auto where = t.world.dead();
  if (!where)
    return; // This kind of network has none.
  for (auto i = 0; i < 20; ++i)
    t.dial(*where, std::chrono::milliseconds{300});
  t.fence();
  CHECK(t.log->dial_failures().size() == 0);
  REQUIRE(t.await([&] { return t.log->dial_failures().size() == 20; }));
  auto failure = t.log->dial_failures().front();
  CHECK(code_of(failure.why) == ec::unreachable);
  CHECK(
    sentence_of(failure.why)
    == "cannot connect to " + to_string(*where)
         + ": no answer within 300 ms; check that the machine is up and reachable");
  CHECK(t.log->connected().size() == 1);
}

TEST_CASE_TEMPLATE_DEFINE(
  "transport: a connection for a listener whose owner ended is closed", World,
  contract_owner_gone) {
  auto t = contract<World>{};
  auto owner = t.spawn_recorder(std::make_shared<event_log>());
  auto orphan = t.world.there().listen(t.world.place(), owner);
  REQUIRE(orphan);
  caf::anon_send_exit(owner, caf::exit_reason::kill);
  t.fence();
  t.dial((*orphan)->where());
  REQUIRE(t.await([&] { return t.log->connected().size() == 2; }));
  auto near = t.log->connected().back().connection;
  CHECK(t.read_to_end(near).empty());
}

} // namespace troupe::test

/// Runs the whole contract against `World`.
#define TROUPE_TEST_TRANSPORT(World)                                                     \
  TEST_CASE_TEMPLATE_INVOKE(contract_both_ways, World);                                  \
  TEST_CASE_TEMPLATE_INVOKE(contract_order, World);                                      \
  TEST_CASE_TEMPLATE_INVOKE(contract_many_writes, World);                                \
  TEST_CASE_TEMPLATE_INVOKE(contract_pull, World);                                       \
  TEST_CASE_TEMPLATE_INVOKE(contract_hand_over, World);                                  \
  TEST_CASE_TEMPLATE_INVOKE(contract_back_pressure, World);                              \
  TEST_CASE_TEMPLATE_INVOKE(contract_close_flushes, World);                              \
  TEST_CASE_TEMPLATE_INVOKE(contract_close_unread, World);                               \
  TEST_CASE_TEMPLATE_INVOKE(contract_close_silences, World);                             \
  TEST_CASE_TEMPLATE_INVOKE(contract_close_repeats, World);                              \
  TEST_CASE_TEMPLATE_INVOKE(contract_last_reference, World);                             \
  TEST_CASE_TEMPLATE_INVOKE(contract_after_end, World);                                  \
  TEST_CASE_TEMPLATE_INVOKE(contract_ids, World);                                        \
  TEST_CASE_TEMPLATE_INVOKE(contract_peer, World);                                       \
  TEST_CASE_TEMPLATE_INVOKE(contract_port_zero, World);                                  \
  TEST_CASE_TEMPLATE_INVOKE(contract_in_use, World);                                     \
  TEST_CASE_TEMPLATE_INVOKE(contract_listener_gone, World);                              \
  TEST_CASE_TEMPLATE_INVOKE(contract_refused, World);                                    \
  TEST_CASE_TEMPLATE_INVOKE(contract_unknown_host, World);                               \
  TEST_CASE_TEMPLATE_INVOKE(contract_dead_address, World);                               \
  TEST_CASE_TEMPLATE_INVOKE(contract_owner_gone, World)
