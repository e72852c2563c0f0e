// What travels over a link: messages, credit, calls, watches.
#include "cluster/link.hpp"
#include "tests/cluster/link_fixture.hpp"

#include <limits>
#include <string>

#include <doctest/doctest.h>

namespace troupe::cluster {
namespace {

using enum link::news_kind;

std::vector<std::string> contents(const link::output& out) {
  auto result = std::vector<std::string>{};
  for (const auto& x : frames_of<payload>(out))
    result.push_back(x.content);
  return result;
}

TEST_CASE("link: every news has a name") {
  CHECK(to_string(up) == "up");
  CHECK(to_string(lost) == "lost");
  CHECK(to_string(down) == "down");
}

// -- sending
// ------------------------------------------------------------------------------

TEST_CASE("link: messages wait for the session, and leave in order on their lanes") {
  auto x = link_fixture{};
  auto dial = x.core.send(note("a"), lane::control, x.now).dials.at(0);
  (void)x.core.send(note("b"), lane::bulk, x.now);
  (void)x.core.send(note("c"), lane::control, x.now);
  CHECK(x.core.queued_bytes(lane::control) == 2 * cost(1));
  CHECK(x.core.queued_bytes(lane::bulk) == cost(1));
  auto out = x.gets_through(dial);
  CHECK(contents(out) == std::vector<std::string>{"a", "c", "b"});
  CHECK(
    frames_on<payload>(out, x.control_of(x.session))
    == std::vector{note("a"), note("c")});
  CHECK(frames_on<payload>(out, x.bulk_of(x.session)) == std::vector{note("b")});
  CHECK(x.core.queued_bytes(lane::control) == 0);
}

TEST_CASE("link: a message leaves at once while the session is up") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  auto out = x.core.send(note("a"), lane::bulk, x.now);
  CHECK(frames_on<payload>(out, x.bulk_of(s1)) == std::vector{note("a")});
}

TEST_CASE("link: a message arrives with its session and lane") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  auto out = x.hears_on_bulk(request(7));
  REQUIRE(out.arrivals.size() == 1);
  CHECK(out.arrivals[0].session == s1);
  CHECK(out.arrivals[0].lane == lane::bulk);
  CHECK((out.arrivals[0].payload == request(7)));
}

TEST_CASE("link: a message above the limit is refused, one at the limit is not") {
  auto x = link_fixture{};
  auto limit = link_fixture::small().frame_bytes_max;
  auto most = std::string(limit - cost(), 'x');
  CHECK(x.core.send(request(1, most), lane::bulk, x.now).failures.empty());
  auto out = x.core.send(request(2, most + 'x'), lane::bulk, x.now);
  CHECK(failures(out) == failure_list{{2, ec::too_large}});
  CHECK(x.core.send(note(most + 'x'), lane::bulk, x.now).dropped == 1);
}

TEST_CASE("link: a full queue refuses, and bounds what waits per lane") {
  auto x = link_fixture{};
  auto big = std::string(2'500 - cost(), 'x');
  for (auto call = std::uint64_t{1}; call <= 4; ++call)
    CHECK(x.core.send(request(call, big), lane::bulk, x.now).failures.empty());
  CHECK(x.core.queued_bytes(lane::bulk) == 10'000);
  CHECK(
    failures(x.core.send(request(5), lane::bulk, x.now)) == failure_list{{5, ec::busy}});
  auto out = x.core.send(note("late"), lane::bulk, x.now);
  CHECK(out.dropped == 1);
  REQUIRE(out.undelivered.size() == 1);
  CHECK((out.undelivered[0].payload == note("late")));
  CHECK(out.undelivered[0].why == ec::busy);
  CHECK(x.core.calls_count() == 4);
  CHECK(x.core.send(request(6), lane::control, x.now).failures.empty());
}

TEST_CASE("link: a message larger than the queue may wait alone") {
  auto config = link_fixture::small();
  config.queue_bytes_max = 1'000;
  auto x = link_fixture{3, "peer:7400", config};
  auto big = std::string(2'000, 'x');
  CHECK(x.core.send(note(big), lane::bulk, x.now).dropped == 0);
  CHECK(x.core.send(note(), lane::bulk, x.now).dropped == 1);
}

TEST_CASE("link: who has claimed room is neither refused nor in the way of others") {
  auto x = link_fixture{};
  auto big = std::string(2'500 - cost(), 'x');
  for (auto call = std::uint64_t{1}; call <= 4; ++call)
    CHECK(x.core.send(note(big), lane::bulk, x.now, 2'000).dropped == 0);
  CHECK(x.core.queued_bytes(lane::bulk) == 0);
  for (auto call = std::uint64_t{1}; call <= 4; ++call)
    CHECK(x.core.send(note(big), lane::bulk, x.now).dropped == 0);
  CHECK(x.core.send(note(), lane::bulk, x.now).dropped == 1);
  auto out = x.core.send(note("claimed"), lane::bulk, x.now, 1);
  CHECK(out.dropped == 0);
  CHECK(out.released_bytes == 0);
}

TEST_CASE("link: claimed room is released once, when its message leaves or fails") {
  auto x = link_fixture{};
  x.peer_window = 1;
  (void)x.peer_dials(s1);
  auto left = x.core.send(note("a"), lane::bulk, x.now, 10);
  CHECK(contents(left) == std::vector<std::string>{"a"});
  CHECK(left.released_bytes == 10);
  CHECK(x.core.send(note("b"), lane::bulk, x.now, 20).released_bytes == 0);
  CHECK(x.core.send(note("c"), lane::bulk, x.now, 30).released_bytes == 0);
  CHECK(x.hears_on_bulk(credit{cost(1) + 1}).released_bytes == 20);
  CHECK(x.core.peer_dead(incarnation{1}, x.now).released_bytes == 30);
  auto limit = link_fixture::small().frame_bytes_max;
  auto refused = x.core.send(note(std::string(limit, 'x')), lane::bulk, x.now, 40);
  CHECK(refused.released_bytes == 40);
}

TEST_CASE("link: the claimed room of a request that nobody awaits is released") {
  auto x = link_fixture{};
  CHECK(x.core.send(request(1), lane::bulk, x.now, 10).released_bytes == 0);
  (void)x.pass(link_fixture::small().call_age_max);
  x.now += 2s;
  CHECK(x.core.leave(x.now).released_bytes == 0);
}

// -- credit
// -------------------------------------------------------------------------------

TEST_CASE("link: messages leave while there is credit, which one may overdraw") {
  auto x = link_fixture{};
  x.peer_window = cost(1) + 1;
  (void)x.peer_dials(s1);
  CHECK(contents(x.core.send(note("a"), lane::bulk, x.now)).size() == 1);
  CHECK(contents(x.core.send(note("b"), lane::bulk, x.now)).size() == 1);
  CHECK(contents(x.core.send(note("c"), lane::bulk, x.now)).empty());
  // The debt is paid first.
  CHECK(contents(x.hears_on_bulk(credit{cost(1) - 1})).empty());
  CHECK(contents(x.hears_on_bulk(credit{1})) == std::vector<std::string>{"c"});
}

TEST_CASE("link: a lane without credit does not hold up the other, nor heartbeats") {
  auto x = link_fixture{};
  x.peer_window = 1;
  (void)x.peer_dials(s1);
  (void)x.core.send(note("a"), lane::control, x.now);
  CHECK(contents(x.core.send(note("b"), lane::control, x.now)).empty());
  CHECK(contents(x.core.send(note("c"), lane::bulk, x.now)).size() == 1);
  CHECK(contents(x.hears_on_bulk(credit{10'000})).empty());
  CHECK(frames_on<heartbeat>(x.pass(400ms), x.control_of(s1)).size() == 2);
  CHECK(contents(x.hears(credit{10'000})) == std::vector<std::string>{"b"});
}

TEST_CASE("link: credit without bound is no danger") {
  constexpr auto all = std::numeric_limits<std::uint64_t>::max();
  auto x = link_fixture{};
  x.peer_window = all;
  (void)x.peer_dials(s1);
  CHECK(contents(x.core.send(note("a"), lane::control, x.now)).size() == 1);
  for (auto given : {all, all / 2, all / 2, all})
    (void)x.hears(credit{given});
  CHECK(contents(x.core.send(note("b"), lane::control, x.now)).size() == 1);
}

TEST_CASE("link: what was consumed is given back in portions of a quarter window") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  CHECK(is_nothing(x.core.consumed(s1, lane::control, x.window / 4 - 1)));
  auto out = x.core.consumed(s1, lane::control, 2);
  CHECK(
    frames_on<credit>(out, x.control_of(s1)) == std::vector{credit{x.window / 4 + 1}});
  CHECK(is_nothing(x.core.consumed(s1, lane::control, 1)));
  CHECK(is_nothing(x.core.consumed(s1, lane::bulk, x.window / 2 - 1)));
  out = x.core.consumed(s1, lane::bulk, 1);
  CHECK(frames_on<credit>(out, x.bulk_of(s1)) == std::vector{credit{x.window / 2}});
}

TEST_CASE("link: what came with an earlier session is not given back to a later") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.breaks();
  CHECK(is_nothing(x.core.consumed(s1, lane::control, x.window)));
  (void)x.peer_dials(s2);
  CHECK(is_nothing(x.core.consumed(s1, lane::control, x.window)));
  CHECK_FALSE(is_nothing(x.core.consumed(s2, lane::control, x.window)));
}

// -- calls
// --------------------------------------------------------------------------------

TEST_CASE("link: an answer ends its call") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.core.send(request(1), lane::bulk, x.now);
  CHECK(x.core.calls_count() == 1);
  CHECK(x.hears_on_bulk(answer(1)).arrivals.size() == 1);
  CHECK(x.core.calls_count() == 0);
  CHECK(x.breaks().failures.empty());
}

TEST_CASE("link: an answer that nobody waits for is dropped, its credit given back") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.core.send(request(1), lane::control, x.now);
  (void)x.hears(answer(1));
  auto late = answer(1);
  late.content = std::string(x.window / 4, 'x');
  auto by_name = answer(1);
  by_name.to = std::string{"service"};
  CHECK(x.hears(by_name).arrivals.empty());
  auto out = x.hears(late);
  CHECK(out.arrivals.empty());
  CHECK(out.dropped == 1);
  CHECK(
    frames_on<credit>(out, x.control_of(s1))
    == std::vector{credit{credit_cost(late) + credit_cost(by_name)}});
}

TEST_CASE("link: a call under way fails with link_lost, once, when the session breaks") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.core.send(request(1), lane::control, x.now);
  (void)x.core.send(request(2), lane::bulk, x.now);
  auto out = x.breaks();
  CHECK(failures(out) == failure_list{{1, ec::link_lost}, {2, ec::link_lost}});
  CHECK(out.failures[0].from == actor_number{5});
  CHECK(x.pass(10s).failures.empty());
  (void)x.peer_dials(s2);
  CHECK(x.hears(answer(1)).arrivals.empty());
}

TEST_CASE("link: a call that still waits survives the break and goes with the next") {
  auto x = link_fixture{};
  x.peer_window = 1;
  (void)x.peer_dials(s1);
  (void)x.core.send(request(1), lane::bulk, x.now);
  (void)x.core.send(request(2), lane::bulk, x.now);
  CHECK(failures(x.breaks()) == failure_list{{1, ec::link_lost}});
  auto out = x.peer_dials(s2);
  REQUIRE(frames_of<payload>(out).size() == 1);
  CHECK(frames_of<payload>(out)[0].call == 2);
  CHECK(x.hears_on_bulk(answer(2)).arrivals.size() == 1);
}

TEST_CASE("link: a waiting answer with the numbers of a call does not save it") {
  auto x = link_fixture{};
  x.peer_window = 1;
  (void)x.peer_dials(s1);
  (void)x.core.send(request(1), lane::bulk, x.now);
  // To the peer's own call 1, from the same actor here.
  auto of_ours = message(payload_kind::answer, 1);
  (void)x.core.send(of_ours, lane::bulk, x.now);
  SUBCASE("when the session breaks") {
    CHECK(failures(x.breaks()) == failure_list{{1, ec::link_lost}});
  }
  SUBCASE("when the peer is dead") {
    CHECK(
      failures(x.core.peer_dead(incarnation{1}, x.now))
      == failure_list{{1, ec::link_lost}});
  }
  SUBCASE("when we leave") {
    CHECK(failures(x.core.leave(x.now)) == failure_list{{1, ec::stopping}});
  }
}

TEST_CASE("link: what waits longer than down_after fails with the peer") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.breaks();
  (void)x.core.send(request(1), lane::bulk, x.now);
  (void)x.core.send(note(), lane::bulk, x.now);
  CHECK(is_nothing(x.core.dial_failed(s2, fail(ec::unreachable, "refused"), x.now)));
  auto out = x.pass(1s);
  CHECK(failures(out) == failure_list{{1, ec::link_lost}});
  CHECK(out.dropped == 1);
  CHECK(x.core.queued_bytes(lane::bulk) == 0);
}

TEST_CASE("link: what waits for a peer that was not there fails with its dial") {
  auto x = link_fixture{};
  auto dial = x.core.send(request(1), lane::bulk, x.now).dials.at(0);
  (void)x.core.send(note(), lane::control, x.now);
  auto out
    = x.core.dial_failed(dial.session, fail(ec::unreachable, "nobody listens"), x.now);
  CHECK(failures(out) == failure_list{{1, ec::unreachable}});
  CHECK(out.dropped == 1);
  CHECK(sentence_of(out.failures[0].why).find("nobody listens") != std::string::npos);
  CHECK(x.core.calls_count() == 0);
  CHECK(x.pass(10s).dials.empty());
}

TEST_CASE("link: notes that never left come back, those of nobody do not") {
  auto x = link_fixture{};
  auto dial = x.core.send(note("a"), lane::bulk, x.now).dials.at(0);
  auto posted = note("b");
  posted.kind = payload_kind::note_with_origin;
  posted.from = {};
  (void)x.core.send(posted, lane::control, x.now);
  auto out
    = x.core.dial_failed(dial.session, fail(ec::unreachable, "nobody listens"), x.now);
  CHECK(out.dropped == 2);
  REQUIRE(out.undelivered.size() == 1);
  CHECK((out.undelivered[0].payload == note("a")));
  CHECK(out.undelivered[0].why == ec::unreachable);
}

TEST_CASE("link: what left and is lost with its session does not come back") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  CHECK(frames_of<payload>(x.core.send(note(), lane::bulk, x.now)).size() == 1);
  CHECK(x.breaks().undelivered.empty());
  CHECK(x.pass(2s).undelivered.empty());
}

TEST_CASE("link: a peer without address or session is unreachable at once") {
  auto x = link_fixture{3, ""};
  CHECK(
    failures(x.core.send(request(1), lane::bulk, x.now))
    == failure_list{{1, ec::unreachable}});
  CHECK(x.core.send(note(), lane::bulk, x.now).dropped == 1);
  CHECK(x.core.watch(actor_number{9}, x.now).ended_actors.size() == 1);
  CHECK(x.core.unused());
}

TEST_CASE("link: a client that was there a moment ago may still come back") {
  auto x = link_fixture{3, ""};
  x.peer_address = "";
  (void)x.peer_dials(s1);
  (void)x.breaks();
  CHECK(is_nothing(x.core.send(request(1), lane::bulk, x.now)));
  CHECK(frames_of<payload>(x.peer_dials(s2)).size() == 1);
}

TEST_CASE("link: a call nobody answers is swept after call_age_max") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.core.send(request(1), lane::bulk, x.now);
  CHECK(x.pass(59s).failures.empty());
  CHECK(failures(x.pass(2s)) == failure_list{{1, ec::deadline_exceeded}});
  CHECK(x.core.calls_count() == 0);
  CHECK(x.breaks().failures.empty());
}

TEST_CASE("link: a call that was swept while it waited is never sent, nor fails again") {
  auto x = link_fixture{};
  x.peer_window = 1;
  (void)x.peer_dials(s1);
  (void)x.core.send(note(), lane::bulk, x.now);
  (void)x.core.send(request(1), lane::bulk, x.now);
  (void)x.core.send(note("b"), lane::bulk, x.now);
  (void)x.pass(61s);
  CHECK(x.core.queued_bytes(lane::bulk) == cost(1));
  SUBCASE("when there is credit again") {
    CHECK(contents(x.hears_on_bulk(credit{10'000})) == std::vector<std::string>{"b"});
  }
  SUBCASE("when the peer is dead") {
    CHECK(x.core.peer_dead(incarnation{1}, x.now).failures.empty());
  }
}

// -- watches
// ------------------------------------------------------------------------------

TEST_CASE("link: a watch opens the link, goes out once, and ends once") {
  auto x = link_fixture{};
  auto dial = x.core.watch(std::string{"shard/3"}, x.now).dials.at(0);
  CHECK(is_nothing(x.core.watch(std::string{"shard/3"}, x.now)));
  auto out = x.gets_through(dial);
  CHECK(frames_of<watch>(out) == std::vector{watch{std::string{"shard/3"}}});
  CHECK(is_nothing(x.core.watch(std::string{"shard/3"}, x.now)));
  auto end = ended{std::string{"shard/3"}, ec::stopping, "over"};
  CHECK(x.hears(end).ended_actors == std::vector{end});
  CHECK(is_nothing(x.hears(end)));
  CHECK(is_nothing(x.hears(ended{actor_number{1}, ec::stopping, {}})));
}

TEST_CASE("link: a watch on a session that is up goes out at once") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  CHECK(
    frames_on<watch>(x.core.watch(actor_number{9}, x.now), x.control_of(s1)).size() == 1);
}

TEST_CASE("link: watches are repeated in the next session") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.core.watch(actor_number{9}, x.now);
  (void)x.core.watch(actor_number{8}, x.now);
  (void)x.hears(ended{actor_number{8}, ec::stopping, {}});
  CHECK(x.breaks().ended_actors.empty());
  auto out = x.peer_dials(s2);
  CHECK(frames_on<watch>(out, x.control_of(s2)) == std::vector{watch{actor_number{9}}});
}

TEST_CASE("link: a watch of a peer that cannot be reached ends") {
  auto x = link_fixture{};
  auto dial = x.core.watch(actor_number{9}, x.now).dials.at(0);
  auto out
    = x.core.dial_failed(dial.session, fail(ec::unreachable, "nobody listens"), x.now);
  REQUIRE(out.ended_actors.size() == 1);
  CHECK(out.ended_actors[0].code == ec::unreachable);
  CHECK(x.core.unused());
}

TEST_CASE("link: watches end with the peer") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.core.watch(actor_number{9}, x.now);
  (void)x.breaks();
  CHECK(x.pass(1s).ended_actors.size() == 1);
  (void)x.peer_dials(s2);
  CHECK(is_nothing(x.hears(ended{actor_number{9}, ec::stopping, {}})));
}

TEST_CASE("link: the peer's watch is handed on, and answered when its actor ends") {
  auto x = link_fixture{};
  auto end = ended{actor_number{4}, ec::stopping, "over"};
  CHECK(is_nothing(x.core.tell_ended(end, x.now)));
  (void)x.peer_dials(s1);
  CHECK(
    x.hears(watch{actor_number{4}}).watches == std::vector<link_target>{actor_number{4}});
  auto out = x.core.tell_ended(end, x.now);
  CHECK(frames_on<ended>(out, x.control_of(s1)) == std::vector{end});
}

} // namespace
} // namespace troupe::cluster
