#include "actors/base/random.hpp"
#include "cluster/member.hpp"
#include "tests/cluster/membership_fixture.hpp"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::cluster;
using troupe::test::claim;
using troupe::test::numbered;

namespace {

member join(const member& a, const member& b) { return supersedes(b, a) ? b : a; }

/// Equal in the eyes of the order, which ignores who accuses, and all but the id of the
/// forgotten.
bool same(const member& a, const member& b) {
  return !supersedes(a, b) && !supersedes(b, a);
}

member random_claim(random_source& random) {
  auto state = static_cast<member_state>(random.between(1, 5));
  if (state == member_state::forgotten)
    return tombstone(numbered(7));
  auto result
    = claim(7, state, random.between(1, 3), random.between(0, 2), random.between(1, 4));
  result.meta = random.chance(0.2) ? "other" : "";
  return result;
}

} // namespace

TEST_CASE(
  "member: SWIM 4.2, the later word of equal standing wins, and the worse state") {
  using enum member_state;
  struct scenario {
    member claim;
    member known;
    bool wins;
  };
  const auto table = std::vector<scenario>{
    // Alive overrides alive and suspect only with a higher refutation.
    {claim(7, alive, 1, 0), claim(7, alive, 1, 0), false},
    {claim(7, alive, 1, 1), claim(7, alive, 1, 0), true},
    {claim(7, alive, 1, 0), claim(7, suspect, 1, 0), false},
    {claim(7, alive, 1, 1), claim(7, suspect, 1, 0), true},
    // Suspect overrides alive of the same refutation, not of a later one.
    {claim(7, suspect, 1, 0), claim(7, alive, 1, 0), true},
    {claim(7, suspect, 1, 0), claim(7, alive, 1, 1), false},
    // Dead overrides both; unlike SWIM's confirm it can be refuted.
    {claim(7, dead, 1, 0), claim(7, suspect, 1, 0), true},
    {claim(7, dead, 1, 0), claim(7, alive, 1, 1), false},
    {claim(7, alive, 1, 1), claim(7, dead, 1, 0), true},
    // Left is final in its incarnation, whatever the refutations.
    {claim(7, left, 1, 0), claim(7, alive, 1, 5), true},
    {claim(7, alive, 1, 9), claim(7, left, 1, 0), false},
    {claim(7, dead, 1, 9), claim(7, left, 1, 0), false},
    // A restart beats everything of the incarnation before, and nothing old beats it.
    {claim(7, alive, 2, 0), claim(7, left, 1, 9), true},
    {claim(7, alive, 2, 0), claim(7, dead, 1, 9), true},
    {claim(7, dead, 1, 9), claim(7, alive, 2, 0), false},
    // Forgotten is final for ever.
    {claim(7, forgotten, 1, 0), claim(7, alive, 9, 9), true},
    {claim(7, alive, 9, 9), claim(7, forgotten, 1, 0), false},
    {claim(7, forgotten, 2, 0), claim(7, forgotten, 1, 0), false},
  };
  for (const auto& row : table) {
    CAPTURE(row.claim.state);
    CAPTURE(row.known.state);
    CHECK(supersedes(row.claim, row.known) == row.wins);
  }
}

TEST_CASE("member: who accuses does not make a claim a newer one") {
  auto by_two = claim(7, member_state::suspect, 1, 0, 2);
  auto by_three = claim(7, member_state::suspect, 1, 0, 3);
  CHECK(same(by_two, by_three));
}

TEST_CASE("member: merging claims is commutative, associative and idempotent") {
  auto random = random_source{42};
  for (auto run = 0; run < 20'000; ++run) {
    auto a = random_claim(random);
    auto b = random_claim(random);
    auto c = random_claim(random);
    REQUIRE(same(join(a, a), a));
    REQUIRE(same(join(a, b), join(b, a)));
    REQUIRE(join(a, b).meta == join(b, a).meta);
    REQUIRE(same(join(a, join(b, c)), join(join(a, b), c)));
    REQUIRE((same(a, b) || supersedes(a, b) != supersedes(b, a)));
  }
}

TEST_CASE("member: a claim's size counts its texts") {
  auto small = claim(7);
  auto large = small;
  large.meta = std::string(500, 'x');
  CHECK(wire_bytes(large) == wire_bytes(small) + 500);
}
