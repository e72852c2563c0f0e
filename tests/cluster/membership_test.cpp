/// How news travels (SWIM section 4.1, Lifeguard IV-C), full exchanges, joining, leaving.
#include "tests/cluster/membership_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

using enum member_state;
using contact = membership::contact;

bool holds(const std::vector<member>& claims, const member& x) {
  return std::ranges::find(claims, x) != claims.end();
}

std::vector<std::string> addresses(const membership::output& out) {
  auto result = std::vector<std::string>{};
  for (const auto& x : out.redials)
    result.push_back(x.address);
  return result;
}

} // namespace

TEST_CASE("membership: SWIM 4.1, pings and acks carry the news") {
  auto subject = driven_membership{};
  subject.meet(4);
  auto answer = subject.hear(2, ping{probe_seq{1}, numbered(1), {}});
  CHECK(holds(sent<ack>(answer)[0].second.gossip, claim(4)));
  auto question = subject.hear(2, ping_req{probe_seq{1}, numbered(3), {}});
  CHECK(holds(sent<ping>(question)[0].second.gossip, claim(4)));
}

TEST_CASE("membership: SWIM 4.1, news in pings and acks is taken in") {
  auto subject = driven_membership{};
  subject.meet(2);
  (void)subject.hear(2, ping{probe_seq{1}, numbered(1), {claim(5)}});
  (void)subject.hear(2, ack{probe_seq{1}, {claim(6)}});
  (void)subject.hear(2, ping_req{probe_seq{1}, numbered(2), {claim(7)}});
  CHECK(subject.core.alive_count() == 5);
}

TEST_CASE("membership: SWIM 4.1, a round of gossip goes to a few, at its interval") {
  auto subject = driven_membership{};
  subject.meet(10);
  auto first = subject.pass_answering(0ms);
  CHECK(sent<gossip>(first).size() == 3);
  CHECK(sent<gossip>(subject.pass_answering(199ms)).empty());
  CHECK(sent<gossip>(subject.pass_answering(1ms)).size() == 3);
}

TEST_CASE("membership: SWIM 4.1, a wake-up for something else is no round of gossip") {
  auto subject = driven_membership{};
  subject.meet(10);
  (void)subject.pass_answering(0ms);
  subject.now += 100ms;
  CHECK(sent<gossip>(subject.take(subject.core.tick(subject.now))).empty());
}

TEST_CASE("membership: SWIM 4.1, gossip ends when everything was told often enough") {
  auto subject = driven_membership{};
  subject.meet(10);
  (void)subject.pass_answering(20s);
  CHECK(sent<gossip>(subject.pass_answering(20s)).empty());
}

TEST_CASE("membership: an idle node wakes for its probes and little else") {
  auto subject = driven_membership{};
  subject.meet(10);
  (void)subject.pass_answering(20s);
  auto begin = subject.core.alive_count();
  auto out = subject.pass_answering(60s);
  CHECK(begin == 10);
  CHECK(sent<ping>(out).size() == 60);
  CHECK(sent<push_pull>(out).size() == 2);
  CHECK(out.sends.size() == 62);
}

TEST_CASE("membership: Lifeguard IV-C, who is suspected hears it with the next ping") {
  auto subject = driven_membership{};
  subject.meet(3);
  (void)subject.hear(2, gossip{{claim(3, suspect, 1, 0, 2)}});
  (void)subject.pass_answering(3s); // All gossip has faded by now.
  auto out = subject.take(subject.core.link_broke(numbered(3), subject.now));
  auto asked = subject.hear(2, ping_req{probe_seq{9}, numbered(3), {}});
  subject.append(out, asked);
  for (const auto& [to, question] : sent<ping>(out)) {
    REQUIRE(!question.gossip.empty());
    CHECK(question.gossip[0].node.id == numbered(3));
    CHECK(question.gossip[0].state == suspect);
  }
  CHECK(!sent<ping>(out).empty());
}

TEST_CASE("membership: Lifeguard IV-C, a suspicion that is news anyway is told once") {
  auto subject = driven_membership{};
  subject.meet(3);
  (void)subject.hear(2, gossip{{claim(3, suspect, 1, 0, 2)}});
  auto out = subject.take(subject.core.link_broke(numbered(3), subject.now));
  auto told = sent<ping>(out)[0].second.gossip;
  CHECK(std::ranges::count(told, claim(3, suspect, 1, 0, 2)) == 1);
}

TEST_CASE("membership: Lifeguard IV-C, who is held dead hears it with the answer") {
  auto subject = driven_membership{};
  subject.meet(3);
  (void)subject.hear(2, gossip{{claim(9, dead, 1, 0, 2)}});
  (void)subject.pass_answering(20s);
  auto out = subject.hear(9, ping{probe_seq{1}, numbered(1), {}});
  REQUIRE(sent<ack>(out).size() == 1);
  auto told = claim(9, dead, 1, 0, 2);
  told.gone_for = 20s;
  CHECK(holds(sent<ack>(out)[0].second.gossip, told));
}

TEST_CASE("membership: the recently dead still get gossip, for a while") {
  auto subject = driven_membership{};
  subject.meet(2);
  (void)subject.hear(2, gossip{{claim(2, suspect, 1, 0, 3)}});
  auto dying = subject.pass_answering(5s);
  REQUIRE(subject.state_of(2) == dead);
  CHECK(std::ranges::any_of(sent<gossip>(dying), [](const auto& x) {
    return x.first == numbered(2) && x.second.claims[0].state == dead;
  }));
  (void)subject.pass_answering(30s);
  (void)subject.hear(5, gossip{{claim(5)}});
  for (const auto& [to, news] : sent<gossip>(subject.pass_answering(5s)))
    CHECK(to == numbered(5));
}

TEST_CASE("membership: those who were dead before we came get no gossip") {
  auto subject = driven_membership{};
  (void)subject.hear(2, gossip{{claim(2), claim(9, dead)}});
  for (const auto& [to, news] : sent<gossip>(subject.pass_answering(10s)))
    CHECK(to == numbered(2));
}

TEST_CASE("membership: a full request is answered with everything, tombstones too") {
  auto subject = driven_membership{};
  subject.meet(3);
  (void)subject.hear(2, gossip{{claim(4, dead), claim(5, left), tombstone(numbered(6))}});
  auto out = subject.hear(2, push_pull{push_pull::kind::request, {claim(7)}});
  REQUIRE(sent<push_pull>(out).size() == 1);
  auto [to, reply] = sent<push_pull>(out)[0];
  CHECK(to == numbered(2));
  CHECK(reply.what == push_pull::kind::reply);
  CHECK(reply.claims.size() == 7);
  for (const auto& x :
       {claim(1), claim(4, dead), claim(5, left), claim(7), tombstone(numbered(6))})
    CHECK(holds(reply.claims, x));
  CHECK(sent<push_pull>(subject.hear(2, push_pull{push_pull::kind::reply, {}})).empty());
}

TEST_CASE("membership: the answer to a request that calls us dead refutes it") {
  auto subject = driven_membership{};
  subject.meet(2);
  auto request = push_pull{push_pull::kind::request, {claim(1, dead, 1, 0, 2)}};
  auto out = subject.hear(2, request);
  CHECK(holds(sent<push_pull>(out)[0].second.claims, claim(1, alive, 1, 1)));
}

TEST_CASE("membership: one member is asked for everything per period") {
  auto subject = driven_membership{};
  subject.meet(6);
  auto out = subject.pass_answering(300s);
  CHECK(sent<push_pull>(out).size() == 10);
  for (const auto& [to, request] : sent<push_pull>(out))
    CHECK(request.what == push_pull::kind::request);
}

TEST_CASE("membership: a connected stranger, or one thought otherwise, is asked") {
  auto subject = driven_membership{};
  subject.meet(4);
  (void)subject.hear(2, gossip{{claim(3, suspect, 1, 0, 2), claim(5, dead)}});
  struct scenario {
    std::uint64_t peer;
    std::uint64_t incarnation;
    bool asked;
  };
  const auto table = std::vector<scenario>{
    {2, 1, false}, // As expected.
    {2, 2, true},  // Restarted.
    {3, 1, true},  // Suspect, yet it connects.
    {5, 1, true},  // Dead, yet it connects.
    {9, 1, true},  // Unknown.
    {1, 1, false}, // Itself.
  };
  for (const auto& row : table) {
    auto out = subject.take(subject.core.peer_connected(
      numbered(row.peer), incarnation{row.incarnation}, {}, subject.now));
    CAPTURE(row.peer);
    CHECK(sent<push_pull>(out).size() == (row.asked ? 1 : 0));
  }
}

TEST_CASE("membership: somebody unknown who pings is answered and asked") {
  auto subject = driven_membership{};
  auto out = subject.hear(9, ping{probe_seq{1}, numbered(1), {}});
  CHECK(sent<ack>(out).size() == 1);
  CHECK(sent<push_pull>(out).size() == 1);
}

TEST_CASE("membership: seeds are dialled at the start, its own address is not") {
  auto subject = driven_membership{{}, {"n1:7400", "n2:7400", "n3:7400"}};
  CHECK(addresses(subject.started) == std::vector<std::string>{"n2:7400", "n3:7400"});
}

TEST_CASE("membership: while alone it tries the seeds often, later seldom, for ever") {
  auto subject = driven_membership{{}, {"n2:7400", "n3:7400"}};
  CHECK(addresses(subject.pass(10s)).size() == 20);
  (void)subject.take(
    subject.core.peer_connected(numbered(2), incarnation{1}, "n2:7400", subject.now));
  subject.meet(2);
  (void)subject.pass_answering(10s);
  auto later = addresses(subject.pass_answering(1h));
  CHECK(later == std::vector<std::string>(360, "n3:7400"));
}

TEST_CASE("membership: a seed is dialled again once the node met there is gone") {
  auto subject = driven_membership{{}, {"seed:7400"}};
  (void)subject.take(
    subject.core.peer_connected(numbered(2), incarnation{1}, "seed:7400", subject.now));
  subject.meet(3);
  CHECK(subject.pass_answering(60s).redials.empty());
  (void)subject.hear(2, gossip{{claim(2, left)}});
  CHECK(addresses(subject.pass_answering(10s)) == std::vector<std::string>{"seed:7400"});
}

TEST_CASE("membership: a dead member at a seed's address is dialled once per attempt") {
  auto subject = driven_membership{{}, {"n3:7400"}};
  subject.meet(2);
  (void)subject.hear(2, gossip{{claim(3, dead)}});
  (void)subject.pass_answering(10s);
  CHECK(addresses(subject.pass_answering(20s)) == std::vector<std::string>(2, "n3:7400"));
}

TEST_CASE("membership: a seed that is the node itself is not dialled again") {
  auto subject = driven_membership{{}, {"localhost:7400"}};
  auto out = subject.take(
    subject.core.peer_connected(numbered(1), incarnation{1}, "localhost:7400", {}));
  CHECK(out.sends.empty());
  CHECK(subject.pass(60s).redials.empty());
}

TEST_CASE(
  "membership: the dead are dialled for ever, a few at a time, the gone are not") {
  auto subject = driven_membership{};
  subject.meet(2);
  auto claims = std::vector<member>{claim(3, left)};
  for (std::uint64_t i = 4; i <= 9; ++i)
    claims.push_back(claim(i, dead));
  (void)subject.hear(2, gossip{claims});
  auto tried = std::set<std::string>{};
  auto out = subject.pass_answering(1h);
  CHECK(out.redials.size() == 360 * 3);
  for (const auto& x : out.redials) {
    CHECK(subject.core.find(x.expected)->endpoints.link == x.address);
    tried.insert(x.address);
  }
  CHECK(tried.size() == 6);
  CHECK(!tried.contains("n3:7400"));
}

TEST_CASE("membership: leaving is told to members until they know, then it is over") {
  auto subject = driven_membership{};
  subject.meet(10);
  (void)subject.pass_answering(20s);
  auto out = subject.take(subject.core.leave(subject.now));
  CHECK(events(out) == std::vector{member_event::left});
  subject.append(out, subject.pass(4'999ms));
  CHECK(events(out) == std::vector{member_event::left, member_event::departed});
  auto told = std::size_t{0};
  for (const auto& [to, news] : sent<gossip>(out))
    told += holds(news.claims, claim(1, left)) ? 1U : 0U;
  CHECK(told == retransmit_limit({}, 10));
  CHECK(sent<ping>(out).empty());
  CHECK(subject.pass(60s).sends.empty());
  CHECK(subject.take(subject.core.leave(subject.now)).news.empty());
}

TEST_CASE("membership: who leaves judges nobody any more") {
  auto subject = driven_membership{};
  subject.meet(10);
  REQUIRE(!sent<ping>(subject.pass(1s)).empty());
  auto out = subject.take(subject.core.leave(subject.now));
  subject.append(out, subject.pass(5s));
  CHECK(sent<ping_req>(out).empty());
  CHECK(events(out) == std::vector{member_event::left, member_event::departed});
}

TEST_CASE("membership: who has left cannot forget itself") {
  auto subject = driven_membership{};
  (void)subject.take(subject.core.leave(subject.now));
  CHECK(subject.core.forget(numbered(1), subject.now).error() == ec::wrong_state);
}

TEST_CASE("membership: the last word is not wasted on the dead") {
  auto subject = driven_membership{};
  subject.meet(3);
  (void)subject.hear(2, gossip{{claim(3, suspect, 1, 0, 2)}});
  (void)subject.hear(2, gossip{{claim(3, suspect, 1, 0, 1)}});
  (void)subject.pass_answering(5s, {numbered(3)});
  REQUIRE(subject.state_of(3) == dead);
  auto out = subject.take(subject.core.leave(subject.now));
  subject.append(out, subject.pass(5s));
  for (const auto& [to, news] : sent<gossip>(out))
    CHECK(to == numbered(2));
}

TEST_CASE("membership: leaving takes no longer than its time-out") {
  auto config = membership_config{};
  config.leave_timeout = 150ms; // Less than the first two rounds of gossip take.
  auto subject = driven_membership{config};
  subject.meet(10);
  (void)subject.pass_answering(20s);
  (void)subject.take(subject.core.leave(subject.now));
  CHECK(subject.pass(149ms).news.empty());
  CHECK(events(subject.pass(1ms)) == std::vector{member_event::departed});
}

TEST_CASE("membership: alone, leaving is done at once") {
  auto subject = driven_membership{};
  CHECK(
    events(subject.take(subject.core.leave(subject.now)))
    == std::vector{member_event::left, member_event::departed});
}

TEST_CASE("membership: who has left still answers, and does not refute") {
  auto subject = driven_membership{};
  subject.meet(3);
  (void)subject.take(subject.core.leave(subject.now));
  auto out
    = subject.hear(2, ping{probe_seq{1}, numbered(1), {claim(1, suspect, 1, 0, 3)}});
  CHECK(sent<ack>(out).size() == 1);
  CHECK(out.news.empty());
  CHECK(subject.core.self().state == left);
}

TEST_CASE("membership: before its start a node is deaf") {
  auto core = membership{{}, claim(1), {}, 1};
  CHECK(core.received(numbered(2), gossip{{claim(2)}}, {}).news.empty());
  CHECK(core.members().size() == 1);
}

TEST_CASE("membership: the same events with the same seed give the same output") {
  auto run = [](std::uint64_t seed) {
    auto subject = driven_membership{{}, {}, seed};
    subject.meet(10);
    return subject.pass_answering(60s, {numbered(4)}).sends;
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
}
