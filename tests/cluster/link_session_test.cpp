// How a link gets its session, and which one when there are several.
#include "tests/cluster/link_fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::cluster {
namespace {

using enum link::news_kind;

// -- getting a session
// --------------------------------------------------------------------

TEST_CASE("link: nothing happens until something is wanted") {
  auto x = link_fixture{};
  CHECK(is_nothing(x.pass(10s)));
  CHECK(x.core.unused());
  CHECK_FALSE(x.core.peer());
}

TEST_CASE("link: the first message dials the control lane, once") {
  auto x = link_fixture{};
  auto out = x.core.send(note(), lane::bulk, x.now);
  REQUIRE(out.dials.size() == 1);
  CHECK(out.dials[0].lane == lane::control);
  CHECK(out.dials[0].where == "peer:7400");
  CHECK(is_nothing(x.core.send(note(), lane::bulk, x.now)));
  CHECK(is_nothing(x.pass(1s)));
  CHECK_FALSE(x.core.unused());
}

TEST_CASE("link: a dialler confirms each lane and is up when the peer confirms") {
  auto x = link_fixture{};
  auto dial = x.core.pin(x.now).dials.at(0);
  x.session = dial.session;
  auto out = x.offered(lane::control, dial.session, true);
  CHECK(frames_on<confirm>(out, x.control_of(x.session)).size() == 1);
  REQUIRE(out.dials.size() == 1);
  CHECK(out.dials[0].lane == lane::bulk);
  CHECK(out.dials[0].where == "peer:7400");
  out = x.offered(lane::bulk, dial.session, true);
  CHECK(frames_on<confirm>(out, x.bulk_of(x.session)).size() == 1);
  CHECK_FALSE(x.core.up());
  out = x.hears_on_bulk(confirm{});
  CHECK(kinds(out) == news_list{up});
  CHECK(out.news[0].peer == identity(3));
  CHECK(x.core.up());
  CHECK(is_nothing(x.hears(confirm{})));
}

TEST_CASE("link: an acceptor welcomes each lane and is up when both are confirmed") {
  auto x = link_fixture{};
  x.session = s1;
  auto out = x.offered(lane::control, s1, false);
  auto welcomes = frames_on<welcome>(out, x.control_of(s1));
  REQUIRE(welcomes.size() == 1);
  CHECK((welcomes[0] == welcome{{}, identity(2), "n2:7400", 1, link_fixture::window}));
  CHECK(is_nothing(x.hears(confirm{})));
  out = x.offered(lane::bulk, s1, false);
  CHECK(frames_on<welcome>(out, x.bulk_of(s1)).at(0).window_bytes == 2 * x.window);
  CHECK_FALSE(x.core.up());
  out = x.hears_on_bulk(confirm{});
  CHECK(kinds(out) == news_list{up});
  CHECK(frames_on<confirm>(out, x.control_of(s1)).size() == 1);
  CHECK(frames_on<confirm>(out, x.bulk_of(s1)).size() == 1);
}

TEST_CASE("link: an acceptor awaits both confirms, whichever comes first") {
  auto x = link_fixture{};
  x.session = s1;
  (void)x.offered(lane::control, s1, false);
  (void)x.offered(lane::bulk, s1, false);
  CHECK(is_nothing(x.hears_on_bulk(confirm{})));
  CHECK_FALSE(x.core.up());
  CHECK(kinds(x.hears(confirm{})) == news_list{up});
}

TEST_CASE("link: a welcome names the version that both speak") {
  auto x = link_fixture{};
  auto offer = x.offer(lane::control, s1, false);
  offer.version = 7;
  auto out = x.core.offered(connection_id{1}, offer, x.now);
  CHECK(frames_of<welcome>(out).at(0).version == 7);
}

TEST_CASE("link: a welcome names the cluster that this process has joined") {
  auto x = link_fixture{};
  x.core.joined(cluster_id{uuid{5, 5}});
  auto out = x.offered(lane::control, s1, false);
  CHECK(frames_of<welcome>(out).at(0).cluster == cluster_id{uuid{5, 5}});
}

TEST_CASE("link: a frame before the handshake is over ends the session") {
  SUBCASE("at the acceptor, instead of a confirm") {
    auto x = link_fixture{};
    x.session = s1;
    (void)x.offered(lane::control, s1, false);
    CHECK(x.hears(heartbeat{}).closes.size() == 1);
  }
  SUBCASE("at the acceptor, behind the confirm of one lane") {
    auto x = link_fixture{};
    x.session = s1;
    (void)x.offered(lane::control, s1, false);
    (void)x.hears(confirm{});
    auto out = x.hears(note());
    CHECK(out.closes.size() == 1);
    CHECK(out.arrivals.empty());
  }
  SUBCASE("at the dialler, instead of a confirm") {
    auto x = link_fixture{};
    x.session = x.core.pin(x.now).dials.at(0).session;
    (void)x.offered(lane::control, x.session, true);
    (void)x.offered(lane::bulk, x.session, true);
    auto out = x.hears(note());
    CHECK(out.closes.size() == 2);
    CHECK(out.arrivals.empty());
  }
  SUBCASE("at the dialler, a confirm of half a link") {
    auto x = link_fixture{};
    x.session = x.core.pin(x.now).dials.at(0).session;
    (void)x.offered(lane::control, x.session, true);
    CHECK(x.hears(confirm{}).closes.size() == 1);
    CHECK_FALSE(x.core.up());
  }
  SUBCASE("at the dialler, on a lane that is not confirmed yet") {
    auto x = link_fixture{};
    x.session = x.core.pin(x.now).dials.at(0).session;
    (void)x.offered(lane::control, x.session, true);
    (void)x.offered(lane::bulk, x.session, true);
    (void)x.hears(confirm{});
    CHECK(kinds(x.hears_on_bulk(note())) == news_list{lost});
  }
}

TEST_CASE("link: a repeated handshake ends the session") {
  for (const auto& frame :
       std::vector<link_frame>{confirm{}, hello{}, welcome{}, refuse{ec::busy, "no"}}) {
    auto x = link_fixture{};
    (void)x.peer_dials(s1);
    auto out = x.hears(frame);
    CHECK(kinds(out) == news_list{lost});
    CHECK(out.closes.size() == 2);
  }
}

TEST_CASE("link: frames and breaks of other connections are ignored") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  auto other = connection_id{999};
  CHECK(is_nothing(x.core.arrived(other, note(), x.now)));
  CHECK(is_nothing(x.core.broke(other, fail(ec::link_lost, "reset"), x.now)));
  CHECK(is_nothing(x.core.dial_failed(s2, fail(ec::link_lost, "reset"), x.now)));
  CHECK(x.core.up());
}

TEST_CASE("link: a handshake that does not end is given up") {
  auto x = link_fixture{};
  x.session = s1;
  (void)x.offered(lane::control, s1, false);
  CHECK(x.pass(6s).closes.empty());
  CHECK(x.pass(100ms).closes == std::vector{x.control_of(s1)});
  CHECK(x.core.unused());
}

TEST_CASE("link: a lane that was offered twice is refused") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  auto again = x.core.offered(connection_id{999}, x.offer(lane::bulk, s1, false), x.now);
  CHECK(refusal_of(again) == ec::malformed);
  auto swapped = x.core.offered(connection_id{998}, x.offer(lane::bulk, s1, true), x.now);
  CHECK(refusal_of(swapped) == ec::malformed);
  CHECK(x.core.up());
}

TEST_CASE("link: the second lane must come from the same incarnation of the peer") {
  auto x = link_fixture{};
  (void)x.offered(lane::control, s1, false);
  x.incarnation = 2;
  CHECK(refusal_of(x.offered(lane::bulk, s1, false)) == ec::malformed);
}

TEST_CASE("link: a bulk lane without its session is refused") {
  auto x = link_fixture{};
  CHECK(refusal_of(x.offered(lane::bulk, s1, false)) == ec::already_exists);
}

TEST_CASE("link: a seed that was dialled by its address alone becomes a link") {
  auto x = link_fixture{3, ""};
  x.peer_address = "advertised:7400";
  x.session = s1;
  auto out = x.offered(lane::control, s1, true);
  CHECK(frames_of<confirm>(out).size() == 1);
  REQUIRE(out.dials.size() == 1);
  CHECK(out.dials[0].where == "advertised:7400");
  CHECK(x.core.address() == "advertised:7400");
  (void)x.offered(lane::bulk, s1, true);
  CHECK(kinds(x.hears(confirm{})) == news_list{up});
}

TEST_CASE("link: a peer that moved is dialled at its new address") {
  auto x = link_fixture{};
  x.core.moved("elsewhere:1");
  CHECK(x.core.pin(x.now).dials.at(0).where == "elsewhere:1");
}

// -- two at once
// --------------------------------------------------------------------------

TEST_CASE("link: both dial at once, and the dial of the smaller id stays") {
  SUBCASE("ours is the smaller: theirs is refused") {
    auto x = link_fixture{3};
    auto dial = x.core.pin(x.now).dials.at(0);
    CHECK(refusal_of(x.offered(lane::control, s1, false)) == ec::already_exists);
    CHECK(kinds(x.gets_through(dial)) == news_list{up});
  }
  SUBCASE("theirs is the smaller: it replaces ours") {
    auto x = link_fixture{1};
    auto dial = x.core.pin(x.now).dials.at(0);
    CHECK(kinds(x.peer_dials(s1)) == news_list{up});
    CHECK(refusal_of(x.offered(lane::control, dial.session, true)) == ec::already_exists);
    CHECK(x.core.up());
  }
}

TEST_CASE("link: both dial a seed at once, and agree on the smaller one's dial") {
  SUBCASE("ours is the smaller: it replaces theirs") {
    auto x = link_fixture{3};
    (void)x.offered(lane::control, s1, false);
    auto out = x.offered(lane::control, s2, true);
    CHECK(out.closes == std::vector{x.control_of(s1)});
    CHECK(frames_of<confirm>(out).size() == 1);
  }
  SUBCASE("theirs is the smaller: ours is refused") {
    auto x = link_fixture{1};
    (void)x.offered(lane::control, s1, false);
    CHECK(refusal_of(x.offered(lane::control, s2, true)) == ec::already_exists);
  }
}

TEST_CASE("link: a peer that dials long after us has lost what we have") {
  auto x = link_fixture{3};
  (void)x.gets_through(x.core.pin(x.now).dials.at(0));
  CHECK(refusal_of(x.offered(lane::control, s1, false)) == ec::already_exists);
  (void)x.pass(4s);
  auto out = x.offered(lane::control, s1, false);
  CHECK(kinds(out) == news_list{lost});
  CHECK(frames_of<welcome>(out).size() == 1);
  CHECK(out.closes.size() == 2);
  (void)x.core.broke(connection_id{999}, fail(ec::link_lost, "reset"), x.now);
  x.session = s1;
  (void)x.hears(confirm{});
  (void)x.offered(lane::bulk, s1, false);
  CHECK(kinds(x.hears_on_bulk(confirm{})) == news_list{up});
}

TEST_CASE("link: a peer that dials again replaces its own session") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  auto out = x.offered(lane::control, s2, false);
  CHECK(kinds(out) == news_list{lost});
  CHECK(out.closes == std::vector{x.control_of(s1), x.bulk_of(s1)});
}

TEST_CASE("link: a welcome is the peer's choice, and ends an earlier session of ours") {
  auto x = link_fixture{3};
  (void)x.gets_through(x.core.pin(x.now).dials.at(0));
  auto out = x.offered(lane::control, s2, true);
  CHECK(kinds(out) == news_list{lost});
  CHECK(frames_of<confirm>(out).size() == 1);
}

TEST_CASE("link: refused because the peer has another link, it waits for that") {
  auto x = link_fixture{1};
  auto dial = x.core.send(request(1), lane::control, x.now).dials.at(0);
  auto taken = fail(ec::already_exists, "the two nodes have another link already");
  CHECK(x.core.dial_failed(dial.session, taken, x.now).failures.empty());
  auto out = x.peer_dials(s1);
  CHECK(frames_of<payload>(out).size() == 1);
}

TEST_CASE("link: its patience with a peer that refuses ends") {
  auto x = link_fixture{1};
  auto dials = x.core.send(request(1), lane::control, x.now).dials;
  auto taken = fail(ec::already_exists, "the two nodes have another link already");
  auto refusals = 0;
  for (auto out = link::output{}; out.failures.empty(); ++refusals) {
    REQUIRE(refusals < 20);
    while (dials.empty())
      dials = x.pass(100ms).dials;
    out = x.core.dial_failed(dials.at(0).session, taken, x.now);
    dials.clear();
  }
  CHECK(refusals == 4); // After 100, 200 and 400 ms it has the longest pause.
}

// -- incarnations
// --------------------------------------------------------------------------------

TEST_CASE("link: a restarted peer replaces its old incarnation, which is down") {
  auto x = link_fixture{3};
  (void)x.gets_through(x.core.pin(x.now).dials.at(0));
  x.incarnation = 2;
  CHECK(kinds(x.offered(lane::control, s1, false)) == news_list{lost});
  x.session = s1;
  (void)x.hears(confirm{});
  (void)x.offered(lane::bulk, s1, false);
  auto out = x.hears_on_bulk(confirm{});
  CHECK(kinds(out) == news_list{down, up});
  CHECK(out.news[0].peer == identity(3, 1));
  CHECK(code_of(out.news[0].why) == ec::stale_incarnation);
  CHECK(out.news[1].peer == identity(3, 2));
}

TEST_CASE("link: an earlier incarnation of the peer is refused") {
  auto x = link_fixture{};
  x.incarnation = 2;
  (void)x.peer_dials(s1);
  (void)x.breaks();
  x.incarnation = 1;
  CHECK(refusal_of(x.offered(lane::control, s2, false)) == ec::stale_incarnation);
}

TEST_CASE("link: what waits never goes to a later incarnation") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.core.watch(std::string{"shard/3"}, x.now);
  (void)x.breaks();
  (void)x.core.send(request(1), lane::control, x.now);
  (void)x.core.send(note(), lane::bulk, x.now);
  x.incarnation = 2;
  auto out = x.peer_dials(s2);
  CHECK(failures(out) == failure_list{{1, ec::stale_incarnation}});
  CHECK(out.dropped == 1);
  CHECK(out.ended_actors.size() == 1);
  CHECK(frames_of<payload>(out).empty());
  CHECK(frames_of<watch>(out).empty());
}

TEST_CASE("link: what was sent after down goes to whichever incarnation comes") {
  auto x = link_fixture{};
  (void)x.peer_dials(s1);
  (void)x.breaks();
  CHECK(kinds(x.pass(1s)) == news_list{down});
  auto dial = x.core.send(request(1), lane::control, x.now).dials.at(0);
  (void)x.core.watch(std::string{"shard/3"}, x.now);
  x.incarnation = 2;
  auto out = x.gets_through(dial);
  CHECK(kinds(out) == news_list{up});
  CHECK(out.failures.empty());
  CHECK(out.ended_actors.empty());
  CHECK(frames_of<payload>(out).size() == 1);
  CHECK(frames_of<watch>(out).size() == 1);
}

} // namespace
} // namespace troupe::cluster
