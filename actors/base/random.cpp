#include "actors/base/random.hpp"

#include "actors/base/assert.hpp"

#include <bit>
#include <random>

namespace troupe {

namespace {

std::uint64_t splitmix64(std::uint64_t& x) {
  auto z = (x += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

} // namespace

random_source::random_source(std::uint64_t seed) {
  for (auto& word : state_)
    word = splitmix64(seed);
}

std::uint64_t random_source::operator()() {
  auto& s = state_;
  auto result = std::rotl(s[1] * 5, 7) * 9;
  auto t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = std::rotl(s[3], 45);
  return result;
}

std::uint64_t random_source::below(std::uint64_t bound) {
  TROUPE_ASSERT(bound > 0);
  // Rejects the draws of the incomplete last range, which would favour small results.
  auto threshold = (0 - bound) % bound;
  for (;;) {
    auto x = (*this)();
    if (x >= threshold)
      return x % bound;
  }
}

std::uint64_t random_source::between(std::uint64_t low, std::uint64_t high) {
  TROUPE_ASSERT(low <= high);
  auto span = high - low;
  if (span == max())
    return (*this)();
  return low + below(span + 1);
}

duration random_source::between(duration low, duration high) {
  TROUPE_ASSERT(low <= high);
  auto span = static_cast<std::uint64_t>((high - low).count());
  return low + duration{static_cast<duration::rep>(between(0, span))};
}

double random_source::uniform() {
  return static_cast<double>((*this)() >> 11) * 0x1.0p-53;
}

bool random_source::chance(double probability) { return uniform() < probability; }

uuid random_source::draw_uuid() {
  auto high = (*this)();
  auto low = (*this)();
  return uuid{high, low};
}

std::uint64_t entropy_seed() {
  auto device = std::random_device{};
  return std::uint64_t{device()} << 32 | device();
}

} // namespace troupe
