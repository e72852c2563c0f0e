/// How long those who died or left stay on the list.
#include "tests/cluster/membership_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

membership_config reclaiming() {
  auto result = membership_config{};
  result.reclaim_after = 60s;
  return result;
}

/// The claim about node `i` in the answer to a full request.
member told_of(driven_membership& subject, std::uint64_t i) {
  auto out = subject.hear(2, push_pull{push_pull::kind::request, {}});
  auto replies = sent<push_pull>(out);
  REQUIRE(replies.size() == 1);
  const auto& claims = replies[0].second.claims;
  auto found
    = std::ranges::find(claims, numbered(i), [](const auto& x) { return x.node.id; });
  REQUIRE(found != claims.end());
  return *found;
}

member gone(std::uint64_t i, member_state state, std::chrono::seconds since) {
  auto result = claim(i, state);
  result.gone_for = since;
  return result;
}

} // namespace

TEST_CASE(
  "membership reclaim: who is gone for reclaim_after is reclaimed, and told once") {
  for (auto state : {member_state::dead, member_state::left}) {
    auto subject = driven_membership{reclaiming()};
    subject.meet(2);
    (void)subject.hear(2, gossip{{claim(3, state)}});
    auto out = subject.pass_answering(59s);
    CHECK(subject.state_of(3) == state);
    CHECK(out.news.empty());
    out = subject.pass_answering(11s); // Looked for at each `reconnect_interval`.
    CHECK(events(out) == std::vector{member_event::reclaimed});
    CHECK(out.news.at(0).about.node.id == numbered(3));
    CHECK(subject.core.find(numbered(3)) == nullptr);
    CHECK(subject.pass_answering(120s).news.empty());
    CHECK(subject.core.members().size() == 2);
  }
}

TEST_CASE("membership reclaim: who comes back in time is not reclaimed") {
  auto subject = driven_membership{reclaiming()};
  subject.meet(2);
  (void)subject.hear(2, gossip{{claim(3, member_state::left)}});
  (void)subject.pass_answering(50s);
  (void)subject.hear(2, gossip{{claim(3, member_state::alive, 2)}});
  (void)subject.pass_answering(60s);
  CHECK(subject.state_of(3) == member_state::alive);
}

TEST_CASE("membership reclaim: with the gone goes how long they are") {
  auto subject = driven_membership{reclaiming()};
  subject.meet(2);
  (void)subject.hear(2, gossip{{gone(3, member_state::left, 20s)}});
  CHECK(told_of(subject, 3).gone_for == 20s);
  (void)subject.pass_answering(7'900ms);
  CHECK(told_of(subject, 3).gone_for == 27s);
  CHECK(told_of(subject, 2).gone_for == 0s);
  auto out = subject.pass_answering(43s);
  CHECK(events(out) == std::vector{member_event::reclaimed});
}

TEST_CASE(
  "membership reclaim: the long gone are not learnt from those who still list them") {
  auto subject = driven_membership{reclaiming()};
  subject.meet(2);
  auto out = subject.hear(
    2, gossip{
         {gone(3, member_state::dead, 30s), gone(4, member_state::left, 30s),
          gone(5, member_state::dead, 29s)}});
  CHECK(subject.core.find(numbered(3)) == nullptr);
  CHECK(subject.core.find(numbered(4)) == nullptr);
  CHECK(subject.state_of(5) == member_state::dead);
  CHECK(events(out) == std::vector{member_event::died});
  // One that is known is believed to be gone, however long others know it.
  (void)subject.hear(2, gossip{{claim(6)}});
  (void)subject.hear(2, gossip{{gone(6, member_state::left, 50s)}});
  CHECK(subject.state_of(6) == member_state::left);
}
