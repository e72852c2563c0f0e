#include "actors/base/random.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

namespace troupe {
namespace {

using namespace std::chrono_literals;

using numbers = std::vector<std::uint64_t>;

template <class Draw>
numbers draw(int count, Draw next) {
  auto result = numbers{};
  for (int i = 0; i < count; ++i)
    result.push_back(next());
  return result;
}

// The expected values of this file come from a second implementation of the same papers.
// They must never change: a stored seed of a failed simulation would be another run.
TEST_CASE("random_source: gives the same numbers for a seed for ever") {
  CHECK(
    draw(4, random_source{0})
    == numbers{
      0x99ec5f36cb75f2b4, 0xbf6e1f784956452a, 0x1a5f849d4933e6e0, 0x6aa594f1262d2d2c});
  CHECK(
    draw(4, random_source{42})
    == numbers{
      0x15780b2e0c2ec716, 0x6104d9866d113a7e, 0xae17533239e499a1, 0xecb8ad4703b360a1});
}

TEST_CASE("random_source: below rejects the draws that would favour small results") {
  // Half of all draws fall into the incomplete last range of this bound.
  constexpr auto bound = (std::uint64_t{1} << 63) + 1;
  auto random = random_source{0};
  CHECK(
    draw(4, [&] { return random.below(bound); })
    == numbers{
      0x19ec5f36cb75f2b3, 0x3f6e1f7849564529, 0x3ba5ad4a1f842e58, 0x7fef8375d9ebcac9});
}

TEST_CASE("random_source: below gives each number under the bound equally often") {
  auto random = random_source{1};
  auto counts = std::array<int, 7>{};
  for (int i = 0; i < 70'000; ++i)
    ++counts.at(random.below(7));
  for (auto count : counts) {
    CHECK(count > 9'600);
    CHECK(count < 10'400);
  }
}

TEST_CASE("random_source: below one is always zero") {
  auto random = random_source{5};
  CHECK(draw(3, [&] { return random.below(1); }) == numbers{0, 0, 0});
}

TEST_CASE("random_source: between includes both ends") {
  auto random = random_source{7};
  auto drawn = draw(100, [&] { return random.between(10, 12); });
  auto [low, high] = std::ranges::minmax(drawn);
  CHECK(low == 10);
  CHECK(high == 12);
}

TEST_CASE("random_source: between equal ends gives them without fail") {
  auto random = random_source{7};
  CHECK(random.between(9, 9) == 9);
  CHECK(random.between(3s, 3s) == 3s);
}

TEST_CASE("random_source: between takes the whole range of 64 bits") {
  auto random = random_source{42};
  CHECK(random.between(0, random_source::max()) == 0x15780b2e0c2ec716);
}

TEST_CASE("random_source: a duration between two lies there, negative ones too") {
  auto random = random_source{11};
  auto lowest = duration{10ns};
  auto highest = duration{-10ns};
  for (int i = 0; i < 200; ++i) {
    auto x = random.between(-2ns, 2ns);
    lowest = std::min(lowest, x);
    highest = std::max(highest, x);
  }
  CHECK(lowest == -2ns);
  CHECK(highest == 2ns);
}

TEST_CASE("random_source: uniform is made of the upper 53 bits, from 0 to below 1") {
  auto random = random_source{3};
  CHECK(random.uniform() == 0.690638295117788);
  CHECK(random.uniform() == 0.6405810067354607);
  for (int i = 0; i < 1'000; ++i) {
    auto x = random.uniform();
    CHECK(x >= 0.0);
    CHECK(x < 1.0);
  }
}

TEST_CASE(
  "random_source: chance of 0 is never, of 1 always, of a quarter about a quarter") {
  auto random = random_source{13};
  auto hits = 0;
  for (int i = 0; i < 10'000; ++i) {
    CHECK_FALSE(random.chance(0.0));
    CHECK(random.chance(1.0));
    hits += random.chance(0.25) ? 1 : 0;
  }
  CHECK(hits > 2'300);
  CHECK(hits < 2'700);
}

TEST_CASE("random_source: a uuid is two draws, the first one high") {
  auto random = random_source{42};
  CHECK(random.draw_uuid() == uuid{0x15780b2e0c2ec716, 0x6104d9866d113a7e});
}

TEST_CASE("random_source: a fork costs its parent one draw and goes its own way") {
  auto parent = random_source{42};
  auto child = parent.fork();
  CHECK(child() == 0x8ee445d14631c453);
  CHECK(parent() == 0x6104d9866d113a7e);
}

TEST_CASE("entropy_seed: does not repeat") { CHECK(entropy_seed() != entropy_seed()); }

} // namespace
} // namespace troupe
