/// The failure detector: SWIM section 3.1 and 4.3, then Lifeguard IV-A, then what is
/// ours.
#include "tests/cluster/membership_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// Passes time until a ping goes out, and returns it with its target.
std::pair<node_id, ping> next_ping(driven_membership& subject) {
  for (;;) {
    subject.now = std::max(subject.now, subject.wake);
    auto pings = sent<ping>(subject.take(subject.core.tick(subject.now)));
    if (!pings.empty())
      return pings.front();
  }
}

std::uint64_t number_of(const node_id& id, std::uint64_t last) {
  for (std::uint64_t i = 1; i <= last; ++i)
    if (numbered(i) == id)
      return i;
  return 0;
}

} // namespace

TEST_CASE("membership probe: SWIM 3.1, one member is pinged per interval, each in turn") {
  auto subject = driven_membership{};
  subject.meet(6);
  auto targets = std::multiset<node_id>{};
  for (const auto& [to, question] : sent<ping>(subject.pass_answering(10s))) {
    CHECK(question.target == to);
    targets.insert(to);
  }
  CHECK(targets.size() == 10);
  for (std::uint64_t i = 2; i <= 6; ++i)
    CHECK(targets.contains(numbered(i)));
}

TEST_CASE("membership probe: SWIM 3.1, who answers is not suspected") {
  auto subject = driven_membership{};
  subject.meet(6);
  CHECK(subject.pass_answering(60s).news.empty());
  CHECK(subject.core.alive_count() == 6);
}

TEST_CASE("membership probe: SWIM 3.1, a ping is answered, one for another node is not") {
  auto subject = driven_membership{};
  subject.meet(2);
  auto out = subject.hear(2, ping{probe_seq{77}, numbered(1), {}});
  REQUIRE(sent<ack>(out).size() == 1);
  CHECK(sent<ack>(out)[0].first == numbered(2));
  CHECK(sent<ack>(out)[0].second.seq == probe_seq{77});
  CHECK(sent<ack>(subject.hear(2, ping{probe_seq{78}, numbered(9), {}})).empty());
}

TEST_CASE("membership probe: SWIM 3.1, a silent target is probed through k others") {
  auto subject = driven_membership{};
  subject.meet(6);
  auto [target, question] = next_ping(subject);
  CHECK(sent<ping_req>(subject.pass(499ms)).empty());
  auto requests = sent<ping_req>(subject.pass(1ms));
  CHECK(requests.size() == 3);
  auto helpers = std::set<node_id>{};
  for (const auto& [to, request] : requests) {
    CHECK(request.target == target);
    CHECK(request.seq == question.seq);
    helpers.insert(to);
  }
  CHECK(helpers.size() == 3);
  CHECK(!helpers.contains(target));
}

TEST_CASE("membership probe: SWIM 3.1, the target itself is not asked to help") {
  auto subject = driven_membership{};
  subject.meet(4);
  auto [target, question] = next_ping(subject);
  auto requests = sent<ping_req>(subject.pass(500ms));
  CHECK(requests.size() == 2);
  for (const auto& [to, request] : requests)
    CHECK(to != target);
}

TEST_CASE("membership probe: SWIM 3.1, suspects are not asked to help") {
  auto subject = driven_membership{};
  subject.meet(4);
  (void)subject.hear(2, gossip{{claim(3, member_state::suspect, 1, 0, 2)}});
  auto [target, question] = next_ping(subject);
  for (const auto& [to, request] : sent<ping_req>(subject.pass(500ms)))
    CHECK(to != numbered(3));
}

TEST_CASE("membership probe: SWIM 3.1, an answer through a helper saves the target") {
  auto subject = driven_membership{};
  subject.meet(6);
  auto [target, question] = next_ping(subject);
  auto helper = sent<ping_req>(subject.pass(500ms)).front().first;
  (void)subject.hear(number_of(helper, 6), ack{question.seq, {}});
  (void)subject.pass(600ms);
  CHECK(subject.core.find(target)->state == member_state::alive);
}

TEST_CASE("membership probe: SWIM 3.1, who is silent until the end is suspected then") {
  auto subject = driven_membership{};
  subject.meet(6);
  auto [target, question] = next_ping(subject);
  (void)subject.pass(999ms);
  CHECK(subject.core.find(target)->state == member_state::alive);
  CHECK(events(subject.pass(1ms)) == std::vector{member_event::suspected});
  CHECK(subject.core.find(target)->state == member_state::suspect);
  CHECK(subject.core.find(target)->accuser == numbered(1));
}

TEST_CASE("membership probe: SWIM 3.1, a helper passes the answer on") {
  auto subject = driven_membership{};
  subject.meet(3);
  auto out = subject.hear(2, ping_req{probe_seq{5}, numbered(3), {}});
  REQUIRE(sent<ping>(out).size() == 1);
  auto [to, question] = sent<ping>(out)[0];
  CHECK(to == numbered(3));
  auto passed_on = sent<ack>(subject.hear(3, ack{question.seq, {}}));
  REQUIRE(passed_on.size() == 1);
  CHECK(passed_on[0].first == numbered(2));
  CHECK(passed_on[0].second.seq == probe_seq{5});
  CHECK(sent<ack>(subject.hear(3, ack{question.seq, {}})).empty());
  CHECK(sent<nack>(subject.pass_answering(2s)).empty());
}

TEST_CASE("membership probe: SWIM 3.1, only the target's answer is passed on") {
  auto subject = driven_membership{};
  subject.meet(4);
  auto out = subject.hear(2, ping_req{probe_seq{5}, numbered(3), {}});
  auto seq = sent<ping>(out)[0].second.seq;
  CHECK(sent<ack>(subject.hear(4, ack{seq, {}})).empty());
}

TEST_CASE(
  "membership probe: Lifeguard IV-A, a helper without an answer says so in time") {
  auto subject = driven_membership{};
  subject.meet(3);
  auto seq
    = sent<ping>(subject.hear(2, ping_req{probe_seq{5}, numbered(3), {}}))[0].second.seq;
  CHECK(sent<nack>(subject.pass_answering(399ms, {numbered(3)})).empty());
  auto out = subject.pass_answering(1ms, {numbered(3)});
  REQUIRE(sent<nack>(out).size() == 1);
  CHECK(sent<nack>(out)[0] == std::pair{numbered(2), nack{probe_seq{5}}});
  CHECK(sent<nack>(subject.pass_answering(300ms, {numbered(3)})).empty());
  // A late answer still saves the target.
  CHECK(sent<ack>(subject.hear(3, ack{seq, {}})).size() == 1);
}

TEST_CASE("membership probe: a helper that does not know the target says so at once") {
  auto subject = driven_membership{};
  subject.meet(2);
  auto out = subject.hear(2, ping_req{probe_seq{5}, numbered(9), {}});
  CHECK(sent<nack>(out) == std::vector{std::pair{numbered(2), nack{probe_seq{5}}}});
}

TEST_CASE(
  "membership probe: an answer to an earlier incarnation fits no probe of this one") {
  auto first = driven_membership{{}, {}, 1};
  auto second = driven_membership{{}, {}, 2};
  first.meet(2);
  second.meet(2);
  CHECK(next_ping(first).second.seq != next_ping(second).second.seq);
}

TEST_CASE("membership probe: nobody is asked to reach itself") {
  auto subject = driven_membership{};
  subject.meet(2);
  auto out = subject.hear(2, ping_req{probe_seq{5}, numbered(1), {}});
  CHECK(sent<nack>(out).size() == 1);
  CHECK(sent<ping>(out).empty());
}

TEST_CASE("membership probe: a flood of requests is refused by nacks") {
  auto subject = driven_membership{};
  subject.meet(3);
  for (auto i = 0; i < 1'024; ++i) {
    auto out = subject.hear(2, ping_req{probe_seq{5}, numbered(3), {}});
    REQUIRE(sent<ping>(out).size() == 1);
  }
  auto out = subject.hear(2, ping_req{probe_seq{5}, numbered(3), {}});
  CHECK(sent<ping>(out).empty());
  CHECK(sent<nack>(out).size() == 1);
  (void)subject.pass_answering(1s);
  out = subject.hear(2, ping_req{probe_seq{5}, numbered(3), {}});
  CHECK(sent<ping>(out).size() == 1);
}

TEST_CASE("membership probe: Lifeguard IV-A, helpers' silence counts against ourselves") {
  for (auto nacks = 0U; nacks <= 3; ++nacks) {
    auto subject = driven_membership{};
    subject.meet(6);
    auto [target, question] = next_ping(subject);
    auto requests = sent<ping_req>(subject.pass(500ms));
    for (auto i = 0U; i < nacks; ++i)
      for (auto repeated = 0; repeated < 2; ++repeated)
        (void)subject.hear(number_of(requests[i].first, 6), nack{question.seq});
    (void)subject.pass(500ms);
    CAPTURE(nacks);
    CHECK(subject.core.find(target)->state == member_state::suspect);
    CHECK(subject.core.health() == 3 - nacks);
  }
}

TEST_CASE("membership probe: Lifeguard IV-A, without helpers the failure itself counts") {
  auto subject = driven_membership{};
  subject.meet(2);
  (void)next_ping(subject);
  (void)subject.pass(1s);
  CHECK(subject.core.health() == 1);
}

TEST_CASE(
  "membership probe: Lifeguard IV-A, ill health stretches interval and time-out") {
  auto subject = driven_membership{};
  subject.meet(6);
  (void)next_ping(subject);
  (void)subject.pass(999ms);
  // No nack of three: as the first probe ends, the score is 3 and time counts fourfold.
  (void)next_ping(subject);
  REQUIRE(subject.core.health() == 3);
  auto begin = subject.now;
  CHECK(sent<ping_req>(subject.pass(1'999ms)).empty());
  CHECK(!sent<ping_req>(subject.pass(1ms)).empty());
  (void)next_ping(subject);
  CHECK(subject.now == begin + 4s);
}

TEST_CASE("membership probe: Lifeguard IV-A, an answered probe heals") {
  auto subject = driven_membership{};
  subject.meet(6);
  (void)subject.hear(2, gossip{{claim(1, member_state::suspect, 1, 0, 2)}});
  REQUIRE(subject.core.health() == 1);
  (void)subject.pass_answering(2s);
  CHECK(subject.core.health() == 0);
}

TEST_CASE("membership probe: time in which we stood still accuses nobody") {
  auto subject = driven_membership{};
  subject.meet(6);
  auto [target, question] = next_ping(subject);
  subject.now += 5s;
  auto out = subject.take(subject.core.tick(subject.now));
  CHECK(out.news.empty());
  CHECK(subject.core.health() == 1);
  // The answer that waited in a socket meanwhile.
  (void)subject.take(subject.core.received(target, ack{question.seq, {}}, subject.now));
  CHECK(subject.core.health() == 0);
  CHECK(subject.core.find(target)->state == member_state::alive);
}

TEST_CASE("membership probe: standing still is noticed by whatever event comes first") {
  auto subject = driven_membership{};
  subject.meet(6);
  (void)next_ping(subject);
  subject.now += 5s;
  (void)subject.hear(2, gossip{});
  CHECK(subject.core.health() == 1);
  CHECK(subject.take(subject.core.tick(subject.now)).news.empty());
  CHECK(subject.core.health() == 1); // Once for one stop.
}

TEST_CASE("membership probe: a suspicion is longer by the time in which we stood still") {
  auto subject = driven_membership{};
  subject.meet(3);
  (void)subject.hear(2, gossip{{claim(3, member_state::suspect, 1, 0, 2)}});
  subject.now += 30s; // The lone accuser's 24 s are over.
  CHECK(subject.take(subject.core.tick(subject.now)).news.empty());
  CHECK(subject.state_of(3) == member_state::suspect);
}

TEST_CASE("membership probe: a wake-up a little late is none of it") {
  auto subject = driven_membership{};
  subject.meet(6);
  (void)next_ping(subject);
  subject.now = subject.wake + 250ms;
  (void)subject.take(subject.core.tick(subject.now));
  CHECK(subject.core.health() == 0);
}

TEST_CASE("membership probe: a broken link has the peer probed at once, not judged") {
  auto subject = driven_membership{};
  subject.meet(6);
  auto out = subject.take(subject.core.link_broke(numbered(4), subject.now));
  REQUIRE(sent<ping>(out).size() == 1);
  CHECK(sent<ping>(out)[0].first == numbered(4));
  CHECK(subject.state_of(4) == member_state::alive);
}

TEST_CASE("membership probe: a dial that fails sends the probe to the helpers, once") {
  auto subject = driven_membership{};
  subject.meet(6);
  (void)subject.take(subject.core.link_broke(numbered(4), subject.now));
  auto out = subject.take(subject.core.link_broke(numbered(4), subject.now));
  CHECK(sent<ping>(out).empty());
  CHECK(sent<ping_req>(out).size() == 3);
  CHECK(subject.take(subject.core.link_broke(numbered(4), subject.now)).sends.empty());
}

TEST_CASE("membership probe: links to strangers, the dead and the gone may break") {
  auto subject = driven_membership{};
  subject.meet(3);
  (void)subject.hear(2, gossip{{claim(3, member_state::left)}});
  CHECK(subject.take(subject.core.link_broke(numbered(3), subject.now)).sends.empty());
  CHECK(subject.take(subject.core.link_broke(numbered(9), subject.now)).sends.empty());
}

TEST_CASE("membership probe: who was heard of since the probe began is not accused") {
  auto restarted = claim(2, member_state::alive, 2);
  auto refuted = claim(2, member_state::alive, 1, 1);
  for (const auto& news : {restarted, refuted}) {
    auto subject = driven_membership{};
    subject.meet(2);
    (void)next_ping(subject);
    (void)subject.hear(2, gossip{{news}});
    (void)subject.pass(999ms);
    subject.now += 1ms;
    (void)subject.take(subject.core.tick(subject.now));
    CHECK(subject.state_of(2) == member_state::alive);
    CHECK(subject.core.health() == 0);
  }
}
