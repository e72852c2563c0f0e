// How a link loses its sessions, dials again, and parts.
#include "tests/cluster/link_fixture.hpp"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::cluster {
namespace {

using enum link::news_kind;

// -- losing it
// ----------------------------------------------------------------------------

TEST_CASE("link: a broken lane takes the other with it") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  auto out = x.core.broke(x.bulk_of(s1), fail(ec::link_lost, "reset"), x.now);
  CHECK(kinds(out) == news_list{lost});
  CHECK(code_of(out.news[0].why) == ec::link_lost);
  CHECK(std::ranges::count(out.closes, x.control_of(s1)) == 1);
  CHECK_FALSE(x.core.up());
}

TEST_CASE("link: a lost peer is down after down_after, once") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.breaks();
  CHECK(x.pass(999ms).news.empty());
  CHECK(kinds(x.pass(1ms)) == news_list{down});
  CHECK(x.pass(10s).news.empty());
  CHECK(x.core.unused());
}

TEST_CASE("link: a peer that is back in time is not down") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.breaks();
  (void)x.pass(900ms);
  CHECK(kinds(x.peer_dials(s2)) == news_list{up});
  CHECK(x.pass(5s).news.empty());
  (void)x.hears(goodbye{});
  (void)x.hears_on_bulk(goodbye{});
  CHECK(x.pass(5s).news.empty());
  CHECK(x.core.unused());
}

TEST_CASE("link: a dead peer is down at once") {
  auto x = link_fixture{};
  x.incarnation = 2;
  (void)x.peer_dials(s1);
  CHECK(is_nothing(x.core.peer_dead(incarnation{1}, x.now)));
  auto out = x.core.peer_dead(incarnation{2}, x.now);
  CHECK(kinds(out) == news_list{lost, down});
  CHECK(out.closes.size() == 2);
  CHECK(x.core.peer_dead(incarnation{2}, x.now).news.empty());
}

TEST_CASE("link: the death of one incarnation leaves the next one's handshake alone") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.breaks();
  x.incarnation = 2;
  (void)x.offered(lane::control, s2, false);
  auto out = x.core.peer_dead(incarnation{1}, x.now);
  CHECK(kinds(out) == news_list{down});
  CHECK(out.closes.empty());
}

TEST_CASE("link: a death is no news of a peer that was never met") {
  auto x = link_fixture{};
  CHECK(is_nothing(x.core.peer_dead(incarnation{1}, x.now)));
}

TEST_CASE("link: heartbeats go out when nothing else does, with the own health") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  x.core.health(3);
  auto out = x.pass(1s);
  for (auto lane : {x.control_of(s1), x.bulk_of(s1)})
    CHECK(frames_on<heartbeat>(out, lane) == std::vector(5, heartbeat{3}));
  CHECK(out.frames.size() == 10);
}

TEST_CASE("link: what a lane sends stands for its own heartbeat alone") {
  for (auto busy : {lane::control, lane::bulk}) {
    auto x = link_fixture{};
    (void)x.peer_dials(s1);
    (void)x.pass(100ms);
    (void)x.core.send(note(), busy, x.now);
    auto out = x.pass(100ms);
    REQUIRE(out.frames.size() == 1);
    auto quiet = busy == lane::control ? x.bulk_of(s1) : x.control_of(s1);
    CHECK(frames_on<heartbeat>(out, quiet).size() == 1);
  }
}

TEST_CASE("link: the peer's health is known from its heartbeats") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.hears(heartbeat{4});
  CHECK(x.core.peer_health() == 4);
}

TEST_CASE("link: a silent peer is lost after silence_max") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  CHECK(x.pass(2s, 1h).news.empty());
  auto out = x.pass(100ms, 1h);
  CHECK(kinds(out) == news_list{lost});
  CHECK(out.closes.size() == 2);
}

TEST_CASE("link: any frame is a sign of life of its lane") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.pass(1'900ms, 1h);
  (void)x.hears(note());
  (void)x.hears_on_bulk(note());
  CHECK(x.pass(2s, 1h).news.empty());
}

TEST_CASE("link: one silent lane breaks the link, whatever the other brings") {
  for (auto silent : {lane::control, lane::bulk}) {
    auto x = link_fixture{};
    (void)x.peer_dials(s1);
    auto out = link::output{};
    for (auto i = 0; i < 20; ++i) {
      CHECK(x.pass(100ms, 1h).news.empty());
      (void)(silent == lane::control ? x.hears_on_bulk(note()) : x.hears(note()));
    }
    out = x.pass(100ms, 1h);
    CHECK(kinds(out) == news_list{lost});
    CHECK(out.closes.size() == 2);
    auto which = std::string{silent == lane::control ? "control" : "bulk"};
    CHECK(sentence_of(out.news.at(0).why).find(which) != std::string::npos);
  }
}

TEST_CASE("link: bytes of a frame under way are a sign of life, until frame_deadline") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  auto hears_half = [&x] {
    x.core.heard(x.bulk_of(s1), x.now);
    (void)x.hears(heartbeat{});
    return x.pass(100ms, 1h);
  };
  for (auto i = 0; i < 50; ++i)
    CHECK(hears_half().news.empty());
  SUBCASE("it is whole in time") {
    (void)x.hears_on_bulk(note());
    CHECK(hears_half().news.empty());
  }
  SUBCASE("it never ends") { CHECK(kinds(hears_half()) == news_list{lost}); }
}

// -- dialling again
// -----------------------------------------------------------------------

TEST_CASE("link: failed dials are repeated with growing, jittered pauses") {
  auto x = link_fixture{};
  auto dials = x.core.pin(x.now).dials;
  for (auto whole : {100ms, 200ms, 400ms, 800ms, 800ms}) {
    REQUIRE(dials.size() == 1);
    (void)x.core.dial_failed(dials[0].session, fail(ec::unreachable, "refused"), x.now);
    auto failed_at = x.now;
    for (dials.clear(); dials.empty() && x.now - failed_at < 10s; x.now += 1ms)
      dials = x.core.tick(x.now).dials;
    CHECK(x.now - failed_at >= whole / 2);
    CHECK(x.now - failed_at <= whole + 2ms);
  }
}

TEST_CASE("link: the pause is short again after a success") {
  auto x = link_fixture{};
  auto dials = x.core.pin(x.now).dials;
  for (auto i = 0; i < 5; ++i) {
    (void)x.core.dial_failed(
      dials.at(0).session, fail(ec::unreachable, "refused"), x.now);
    for (dials.clear(); dials.empty();)
      dials = x.pass(100ms).dials;
  }
  (void)x.gets_through(dials.at(0));
  (void)x.breaks();
  CHECK(x.pass(100ms).dials.size() == 1);
}

TEST_CASE("link: each dial is a new session") {
  auto x = link_fixture{};
  auto first = x.core.pin(x.now).dials.at(0).session;
  (void)x.core.dial_failed(first, fail(ec::unreachable, "refused"), x.now);
  CHECK(x.pass(100ms).dials.at(0).session != first);
}

TEST_CASE("link: pins keep it open and dialled, and are counted") {
  auto x = link_fixture{};
  (void)x.gets_through(x.core.pin(x.now).dials.at(0));
  (void)x.core.pin(x.now);
  x.core.unpin();
  CHECK(frames_of<goodbye>(x.pass(31s)).empty());
  (void)x.breaks();
  CHECK(x.pass(100ms).dials.size() == 1);
  (void)x.breaks();
  x.core.unpin();
  (void)x.pass(10s);
  CHECK(x.core.unused());
}

// -- goodbye
// ------------------------------------------------------------------------------

TEST_CASE("link: an idle link says goodbye on both lanes after idle_after") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  CHECK(frames_of<goodbye>(x.pass(29'900ms)).empty());
  auto out = x.pass(100ms);
  CHECK(frames_on<goodbye>(out, x.control_of(s1)) == std::vector{goodbye{false}});
  CHECK(frames_on<goodbye>(out, x.bulk_of(s1)) == std::vector{goodbye{false}});
  CHECK(frames_of<goodbye>(x.pass(1s)).empty());
}

TEST_CASE("link: traffic of either end puts the goodbye off") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.pass(29s);
  (void)x.hears(note());
  CHECK(frames_of<goodbye>(x.pass(29s)).empty());
  (void)x.core.send(note(), lane::bulk, x.now);
  CHECK(frames_of<goodbye>(x.pass(29s)).empty());
}

TEST_CASE("link: a goodbye that both want closes without a loss") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  SUBCASE("ours") {
    (void)x.pass(30s);
    CHECK(is_nothing(x.hears(goodbye{})));
    auto out = x.hears_on_bulk(goodbye{});
    CHECK(frames_of<goodbye>(out).empty());
    CHECK(out.closes.size() == 2);
    CHECK(out.news.empty());
  }
  SUBCASE("theirs") {
    CHECK(is_nothing(x.hears(goodbye{})));
    auto out = x.hears_on_bulk(goodbye{});
    CHECK(frames_of<goodbye>(out).size() == 2);
    CHECK(out.closes.size() == 2);
    CHECK(out.news.empty());
  }
  CHECK(x.core.unused());
  CHECK(x.pass(10s).news.empty());
}

TEST_CASE("link: a goodbye is refused while the link is needed here") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  SUBCASE("by a call") { (void)x.core.send(request(1), lane::bulk, x.now); }
  SUBCASE("by a pin") { (void)x.core.pin(x.now); }
  SUBCASE("by a watch") { (void)x.core.watch(actor_number{1}, x.now); }
  (void)x.hears_on_bulk(goodbye{});
  auto out = x.hears(goodbye{});
  CHECK(frames_of<stay>(out).size() == 1);
  CHECK(out.closes.empty());
  CHECK(x.core.up());
  // The next one counts from new.
  CHECK(is_nothing(x.hears_on_bulk(goodbye{})));
}

TEST_CASE("link: behind its goodbye nothing is sent until the peer wants it to stay") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.pass(30s);
  CHECK(is_nothing(x.core.send(request(1), lane::bulk, x.now)));
  auto out = x.hears(stay{});
  CHECK(frames_of<payload>(out).size() == 1);
  CHECK(frames_of<goodbye>(x.pass(29s)).empty());
}

TEST_CASE("link: what was sent behind a goodbye goes with the next session") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.pass(30s);
  (void)x.core.send(request(1), lane::bulk, x.now);
  (void)x.hears(goodbye{});
  auto out = x.hears_on_bulk(goodbye{});
  CHECK(out.closes.size() == 2);
  CHECK(out.news.empty());
  REQUIRE(out.dials.size() == 1);
  CHECK(frames_of<payload>(x.gets_through(out.dials[0])).size() == 1);
}

TEST_CASE("link: what waits behind a goodbye fails when nobody can dial") {
  auto x = link_fixture{3, ""};
  x.peer_address = "";
  (void)x.peer_dials(s1);
  (void)x.pass(30s);
  (void)x.core.send(request(1), lane::bulk, x.now);
  (void)x.hears(goodbye{});
  auto out = x.hears_on_bulk(goodbye{});
  CHECK(failures(out) == failure_list{{1, ec::unreachable}});
  CHECK(x.core.unused());
}

TEST_CASE("link: a lane may end behind its goodbye before the other has said it") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.pass(30s);
  (void)x.hears(goodbye{});
  auto half = x.breaks();
  CHECK(half.closes == std::vector{x.control_of(s1)});
  CHECK(half.news.empty());
  CHECK(x.core.consumed(s1, lane::control, x.window).frames.empty());
  (void)x.pass(1s);
  CHECK(x.hears_on_bulk(note()).arrivals.size() == 1);
  auto out = x.hears_on_bulk(goodbye{});
  CHECK(out.closes == std::vector{x.bulk_of(s1)});
  CHECK(out.news.empty());
  CHECK_FALSE(x.core.up());
}

TEST_CASE("link: a lane that ends without our goodbye is a loss") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.hears(goodbye{});
  CHECK(kinds(x.breaks()) == news_list{lost});
}

TEST_CASE("link: after an idle close the next message dials again") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.hears(goodbye{});
  (void)x.hears_on_bulk(goodbye{});
  auto out = x.core.send(note(), lane::control, x.now);
  REQUIRE(out.dials.size() == 1);
  CHECK(kinds(x.gets_through(out.dials[0])) == news_list{up});
}

TEST_CASE("link: leaving says so on both lanes, fails what is under way, and ends") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.core.send(request(1), lane::control, x.now);
  auto out = x.core.leave(x.now);
  CHECK(frames_of<goodbye>(out) == std::vector(2, goodbye{true}));
  CHECK(out.closes.size() == 2);
  CHECK(failures(out) == failure_list{{1, ec::stopping}});
  CHECK(kinds(out) == news_list{down});
  CHECK(x.core.leaving());
  out = x.core.send(request(2), lane::control, x.now);
  CHECK(failures(out) == failure_list{{2, ec::stopping}});
  CHECK(x.core.send(note(), lane::control, x.now).dropped == 1);
  CHECK(x.core.pin(x.now).dials.empty());
  CHECK(refusal_of(x.offered(lane::control, s2, false)) == ec::stopping);
}

TEST_CASE("link: a peer that leaves is down once both lanes have said so") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.core.send(request(1), lane::bulk, x.now);
  (void)x.core.send(request(2), lane::bulk, x.now);
  CHECK(is_nothing(x.hears(goodbye{true})));
  CHECK(x.breaks().news.empty());
  // The answer is still on its way on the other lane.
  CHECK(x.hears_on_bulk(answer(1)).arrivals.size() == 1);
  auto out = x.hears_on_bulk(goodbye{true});
  CHECK(kinds(out) == news_list{lost, down});
  CHECK(failures(out) == failure_list{{2, ec::link_lost}});
}

TEST_CASE("link: nothing is sent to a peer that leaves") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.hears(goodbye{true});
  (void)x.breaks();
  CHECK(is_nothing(x.core.send(request(1), lane::control, x.now)));
  auto out = x.hears_on_bulk(goodbye{true});
  CHECK(failures(out) == failure_list{{1, ec::link_lost}});
}

} // namespace
} // namespace troupe::cluster
