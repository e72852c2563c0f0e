/// What is believed: SWIM section 4.2, then Lifeguard IV-B, then identity and what is
/// ours.
#include "tests/cluster/membership_fixture.hpp"

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

gossip
suspicion_of(std::uint64_t i, std::uint64_t accuser, std::uint64_t refutation = 0) {
  return {{claim(i, suspect, 1, refutation, accuser)}};
}

gossip death_of(std::uint64_t i, std::uint64_t accuser) {
  return {{claim(i, dead, 1, 0, accuser)}};
}

/// Time until node `i` is dead, with everybody else answering probes.
duration time_to_death(driven_membership& subject, std::uint64_t i) {
  auto begin = subject.now;
  while (subject.state_of(i) != dead && subject.now - begin < 10min)
    (void)subject.pass_answering(10ms);
  return subject.now - begin;
}

} // namespace

TEST_CASE("membership claims: SWIM 4.2, a suspect that does not refute dies, once") {
  auto subject = driven_membership{};
  subject.meet(10);
  CHECK(
    events(subject.hear(2, suspicion_of(3, 2))) == std::vector{member_event::suspected});
  auto out = subject.pass_answering(60s);
  CHECK(events(out) == std::vector{member_event::died});
  CHECK(out.news[0].about.accuser == numbered(1));
  CHECK(subject.pass_answering(60s).news.empty());
}

TEST_CASE("membership claims: SWIM 4.2, a suspect that refutes lives") {
  auto subject = driven_membership{};
  subject.meet(10);
  (void)subject.hear(2, suspicion_of(3, 2));
  (void)subject.pass_answering(3s);
  auto out = subject.hear(3, gossip{{claim(3, alive, 1, 1)}});
  CHECK(events(out) == std::vector{member_event::refuted});
  CHECK(subject.pass_answering(60s).news.empty());
}

TEST_CASE("membership claims: SWIM 4.2, an accused node refutes and tells it") {
  auto subject = driven_membership{};
  subject.meet(3);
  auto out = subject.hear(2, suspicion_of(1, 3, 4));
  CHECK(events(out) == std::vector{member_event::accused});
  CHECK(out.news[0].about.state == alive);
  CHECK(subject.core.self().refutation == refutation{5});
  CHECK(subject.core.self().state == alive);
  CHECK(subject.core.health() == 1);
  // Who told the accusation hears the refutation at once.
  REQUIRE(sent<gossip>(out).size() == 1);
  CHECK(sent<gossip>(out)[0].first == numbered(2));
  CHECK(sent<gossip>(out)[0].second.claims == std::vector{subject.core.self()});
}

TEST_CASE("membership claims: SWIM 4.2, a node refutes its own death too") {
  auto subject = driven_membership{};
  subject.meet(3);
  CHECK(events(subject.hear(2, death_of(1, 3))) == std::vector{member_event::accused});
  CHECK(subject.core.self().refutation == refutation{1});
}

TEST_CASE("membership claims: SWIM 4.2, an accusation is refuted once") {
  auto subject = driven_membership{};
  subject.meet(3);
  (void)subject.hear(2, suspicion_of(1, 3));
  auto out = subject.hear(3, suspicion_of(1, 3));
  CHECK(out.news.empty());
  CHECK(subject.core.self().refutation == refutation{1});
  CHECK(subject.core.health() == 1);
  // But node 3 has not heard of it yet.
  CHECK(sent<gossip>(out)[0].second.claims == std::vector{subject.core.self()});
}

TEST_CASE("membership claims: a stale accusation of another is corrected too") {
  auto subject = driven_membership{};
  subject.meet(4);
  (void)subject.hear(3, gossip{{claim(3, alive, 1, 1)}});
  auto out = subject.hear(4, suspicion_of(3, 2));
  CHECK(out.news.empty());
  CHECK(
    sent<gossip>(out)
    == std::vector{std::pair{numbered(4), gossip{{claim(3, alive, 1, 1)}}}});
}

TEST_CASE("membership claims: Lifeguard IV-B, a lone accuser waits longest") {
  auto subject = driven_membership{};
  subject.meet(10);
  (void)subject.hear(2, suspicion_of(3, 2));
  CHECK(time_to_death(subject, 3) == 24s);
}

TEST_CASE("membership claims: Lifeguard IV-B, each other accuser shortens the wait") {
  auto subject = driven_membership{};
  subject.meet(10);
  (void)subject.hear(2, suspicion_of(3, 2));
  (void)subject.hear(2, suspicion_of(3, 4));
  (void)subject.hear(2, suspicion_of(3, 4));
  auto with_one = subject;
  CHECK(time_to_death(with_one, 3) == 11'390ms); // 24 s - 20 s * log 2 / log 3
  (void)subject.hear(2, suspicion_of(3, 5));
  CHECK(time_to_death(subject, 3) == 4s);
}

TEST_CASE("membership claims: Lifeguard IV-B, with two witnesses left both decide") {
  auto subject = driven_membership{};
  subject.meet(3);
  (void)subject.hear(2, suspicion_of(3, 2));
  auto confirmed = subject;
  CHECK(time_to_death(subject, 3) == 24s);
  (void)confirmed.hear(2, suspicion_of(3, 1));
  CHECK(time_to_death(confirmed, 3) == 4s);
}

TEST_CASE("membership claims: Lifeguard IV-B, in a cluster of two nobody can confirm") {
  auto subject = driven_membership{};
  subject.meet(2);
  (void)subject.hear(2, suspicion_of(2, 1));
  CHECK(time_to_death(subject, 2) == 4s);
}

TEST_CASE("membership claims: Lifeguard IV-B, the first K accusations are passed on") {
  auto subject = driven_membership{};
  subject.meet(10);
  (void)subject.pass_answering(20s);
  auto accusers_told = std::set<node_id>{};
  for (std::uint64_t accuser = 4; accuser <= 8; ++accuser) {
    auto out = subject.hear(2, suspicion_of(3, accuser));
    subject.append(out, subject.pass_answering(500ms));
    for (const auto& [to, news] : sent<gossip>(out))
      for (const auto& told : news.claims)
        accusers_told.insert(told.accuser);
  }
  CHECK(accusers_told == std::set{numbered(4), numbered(5), numbered(6)});
}

TEST_CASE("membership claims: a death is a suspicion to those who did not suspect") {
  auto subject = driven_membership{};
  subject.meet(10);
  auto out = subject.hear(2, death_of(3, 2));
  CHECK(events(out) == std::vector{member_event::suspected});
  // Not even a second one makes it true before the accused had time to refute.
  CHECK(subject.hear(4, death_of(3, 4)).news.empty());
  (void)subject.pass_answering(3'999ms);
  CHECK(subject.hear(2, death_of(3, 2)).news.empty());
  (void)subject.pass_answering(1ms);
  CHECK(events(subject.hear(2, death_of(3, 2))) == std::vector{member_event::died});
}

TEST_CASE("membership claims: a death of a later incarnation is a suspicion of that "
          "incarnation") {
  auto subject = driven_membership{};
  subject.meet(10);
  (void)subject.hear(2, suspicion_of(3, 2));
  (void)subject.pass_answering(5s);
  (void)subject.hear(2, gossip{{claim(3, dead, 1, 1, 2)}});
  CHECK(subject.state_of(3) == suspect);
  CHECK(subject.core.find(numbered(3))->refutation == refutation{1});
}

TEST_CASE(
  "membership claims: a death of somebody unknown is history, not an accusation") {
  auto subject = driven_membership{};
  subject.meet(3);
  CHECK(events(subject.hear(2, death_of(9, 2))) == std::vector{member_event::died});
  CHECK(subject.state_of(9) == dead);
}

TEST_CASE("membership claims: who leaves has left at once, and is not suspected") {
  auto subject = driven_membership{};
  subject.meet(3);
  (void)subject.hear(2, suspicion_of(3, 2));
  auto out = subject.hear(3, gossip{{claim(3, left, 1)}});
  CHECK(events(out) == std::vector{member_event::left});
  CHECK(subject.pass_answering(60s).news.empty());
  CHECK(subject.hear(2, death_of(3, 2)).news.empty());
}

TEST_CASE("membership claims: decision 10, a restart ends every suspicion of the old "
          "incarnation") {
  auto subject = driven_membership{};
  subject.meet(3);
  (void)subject.hear(2, suspicion_of(3, 2, 7));
  auto out = subject.hear(3, gossip{{claim(3, alive, 2)}});
  CHECK(events(out) == std::vector{member_event::restarted});
  CHECK(subject.hear(2, suspicion_of(3, 2, 9)).news.empty());
  CHECK(subject.pass_answering(60s).news.empty());
}

TEST_CASE(
  "membership claims: decision 10, who left comes back with a later incarnation") {
  auto subject = driven_membership{};
  subject.meet(3);
  (void)subject.hear(3, gossip{{claim(3, left, 1)}});
  CHECK(subject.hear(2, gossip{{claim(3, alive, 1, 9)}}).news.empty());
  CHECK(
    events(subject.hear(3, gossip{{claim(3, alive, 2)}}))
    == std::vector{member_event::joined});
}

TEST_CASE("membership claims: a later incarnation of this node is reported, once each") {
  auto subject = driven_membership{};
  subject.meet(3);
  auto out = subject.hear(2, gossip{{claim(1, dead, 5)}});
  REQUIRE(events(out) == std::vector{member_event::outlived});
  CHECK(out.news[0].about.node.incarnation == incarnation{5});
  CHECK(subject.core.self().refutation == refutation{0});
  CHECK(subject.hear(3, gossip{{claim(1, alive, 5)}}).news.empty());
  CHECK(
    events(subject.hear(3, gossip{{claim(1, alive, 6)}}))
    == std::vector{member_event::outlived});
}

TEST_CASE(
  "membership claims: words of ours that we never said are a clone's, told once") {
  auto subject = driven_membership{};
  subject.meet(3);
  CHECK(
    events(subject.hear(2, gossip{{claim(1, alive, 1, 3)}}))
    == std::vector{member_event::cloned});
  CHECK(subject.hear(2, gossip{{claim(1, alive, 1, 4)}}).news.empty());
  // What it did say comes back from everywhere.
  auto honest = driven_membership{};
  honest.meet(3);
  CHECK(honest.hear(2, gossip{{claim(1)}}).news.empty());
}

TEST_CASE("membership claims: an expelled node hears it once and falls silent") {
  auto subject = driven_membership{};
  subject.meet(3);
  auto out = subject.hear(2, gossip{{tombstone(numbered(1))}});
  CHECK(events(out) == std::vector{member_event::expelled});
  CHECK(subject.hear(2, ping{probe_seq{1}, numbered(1), {}}).sends.empty());
  CHECK(subject.pass(60s).sends.empty());
}

TEST_CASE("membership claims: only the dead and departed can be forgotten") {
  auto subject = driven_membership{};
  subject.meet(3);
  auto forget = [&subject](std::uint64_t i) {
    return subject.core.forget(numbered(i), subject.now);
  };
  CHECK(forget(9).error() == ec::not_found);
  CHECK(forget(3).error() == ec::wrong_state);
  CHECK(forget(1).error() == ec::wrong_state);
  (void)subject.hear(2, suspicion_of(3, 2));
  CHECK(forget(3).error() == ec::wrong_state);
  (void)subject.hear(2, gossip{{claim(3, left, 1)}});
  auto out = forget(3);
  REQUIRE(out);
  CHECK(events(subject.take(*out)) == std::vector{member_event::forgotten});
  CHECK(subject.core.find(numbered(3)) == nullptr);
  auto again = forget(3);
  REQUIRE(again);
  CHECK(subject.take(*again).news.empty());
}

TEST_CASE("membership claims: a forgotten node is told so and nothing it says counts") {
  auto subject = driven_membership{};
  subject.meet(3);
  (void)subject.hear(2, gossip{{tombstone(numbered(3))}});
  auto out = subject.hear(3, ping{probe_seq{1}, numbered(1), {claim(3, alive, 9)}});
  CHECK(
    out.sends
    == std::vector{membership::envelope{numbered(3), gossip{{tombstone(numbered(3))}}}});
  CHECK(subject.core.find(numbered(3)) == nullptr);
  CHECK(subject.hear(2, gossip{{claim(3, alive, 9)}}).news.empty());
}

TEST_CASE("membership claims: two nodes of one name are reported and never mixed") {
  auto subject = driven_membership{};
  subject.meet(2);
  auto impostor = claim(3);
  impostor.node.name = node_name{"n1"};
  auto out = subject.hear(3, gossip{{impostor}});
  CHECK(events(out) == std::vector{member_event::joined, member_event::name_conflict});
  CHECK(out.news[1].rival == numbered(1));
  CHECK(subject.core.members().size() == 3);
}

TEST_CASE(
  "membership claims: what a node announces anew is an update of the same incarnation") {
  auto subject = driven_membership{};
  subject.meet(2);
  auto moved = node_endpoints{"n1:9000", "n1:9100", "n1:9200"};
  auto out = subject.take(subject.core.announce(moved, "zone=a", subject.now));
  CHECK(events(out) == std::vector{member_event::updated});
  auto other = driven_membership{{}, {}, 2};
  (void)other.hear(3, gossip{{claim(3)}});
  auto row = claim(3, alive, 1, 1);
  row.endpoints = moved;
  row.meta = "zone=a";
  CHECK(events(other.hear(3, gossip{{row}})) == std::vector{member_event::updated});
  CHECK(other.core.find(numbered(3))->endpoints == moved);
}
