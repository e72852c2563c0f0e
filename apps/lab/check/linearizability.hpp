/// Decides whether a history of one register is linearizable.
///
/// Wing and Gong's search with Lowe's memoisation, one key at a time, as Porcupine and
/// Knossos do. The register is a string with write, read, compare-and-set, append and
/// swap. Source: Wing, Gong, "Testing and verifying concurrent objects" (1993); Lowe,
/// "Testing for linearizability" (2017).
///
/// Cost: exponential at worst in the operations that overlap. Keep a key below some 500
/// operations and 8 unknown ones; `steps_max` bounds the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::lab {

enum class register_call : std::uint8_t { read, write, compare_and_set, append, swap };

/// One operation as its client saw it. An unset register is the empty string.
struct register_operation {
  register_call call{};
  std::string argument; ///< Written, swapped in or appended.
  std::string expected; ///< By compare_and_set.
  std::optional<std::string>
    read;                ///< What a read, swap (the old value) or append returned.
  bool succeeded = true; ///< compare_and_set's answer.
  std::int64_t invoked = 0;
  std::optional<std::int64_t> returned; ///< None: nobody knows whether it happened.
  std::size_t client = 0;               ///< For the report only.
};

enum class verdict : std::uint8_t { linearizable, violated, undecided };

struct linearizability {
  verdict what = verdict::linearizable;
  /// The longest order found, and the first operation that could not be placed.
  std::string report;
};

[[nodiscard]] linearizability check_linearizable(
  std::vector<register_operation> history, std::size_t steps_max = 2'000'000);

/// Of so many histories more than one in a hundred was too long to be judged: what they
/// show is not known, and people must be told.
[[nodiscard]] constexpr bool too_many_undecided(std::size_t undecided, std::size_t all) {
  return undecided * 100 > all;
}

/// The same by trying all orders: for histories of a few operations.
[[nodiscard]] bool
is_linearizable_by_force(const std::vector<register_operation>& history);

[[nodiscard]] std::string describe(const register_operation& x);

} // namespace troupe::lab
