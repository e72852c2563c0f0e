/// Seeded random numbers, the same on every machine and with every standard library.
///
/// `std::` distributions differ between libraries, so that a replayed seed would not be
/// the same run; these do not. Not for secrets.
/// Source: xoshiro256** 1.0 and splitmix64 (Blackman, Vigna, prng.di.unimi.it).
#pragma once

#include "actors/base/ids.hpp"
#include "actors/base/time.hpp"

#include <array>
#include <cstdint>

namespace troupe {

class random_source {
public:
  using result_type = std::uint64_t;

  explicit random_source(std::uint64_t seed);

  /// The next 64 random bits. With `min` and `max` it is a UniformRandomBitGenerator.
  std::uint64_t operator()();
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t{0}; }

  /// A number in [0, bound), without bias.
  /// @pre `bound` > 0.
  std::uint64_t below(std::uint64_t bound);

  /// A number in [low, high], both included.
  /// @pre low <= high.
  std::uint64_t between(std::uint64_t low, std::uint64_t high);

  /// A duration in [low, high].
  /// @pre low <= high.
  duration between(duration low, duration high);

  /// A number in [0, 1).
  double uniform();

  /// True with the given probability; 0 never, 1 always.
  bool chance(double probability);

  uuid draw_uuid();

  /// An independent generator, for a part whose draws must not disturb those of others.
  random_source fork() { return random_source{(*this)()}; }

private:
  std::array<std::uint64_t, 4> state_{};
};

/// A seed from the operating system's entropy. Edges call it once per process; nothing
/// that the simulator runs may.
[[nodiscard]] std::uint64_t entropy_seed();

} // namespace troupe
