/// What the clients of a run saw: each operation with its call, its answer, and when.
///
/// A timeout is unknown, never failed; a client that got one goes on under a new number,
/// because its next operation no longer follows from its last.
#pragma once

#include "actors/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::lab {

/// A key is a register (read, write, swap), a list (read, append) or a counter (read,
/// add), for its whole life.
enum class operation_call : std::uint8_t { read, write, swap, append, add };

enum class operation_outcome : std::uint8_t {
  done,    ///< Acknowledged.
  refused, ///< The cluster says that nothing was done.
  unknown, ///< It may have happened, or may yet.
};

struct recorded_operation {
  std::size_t client = 0;
  std::uint64_t request = 0; ///< From 1, within the client.
  operation_call call{};
  std::string key;
  std::string argument;  ///< Written, swapped in, appended; how much was added.
  std::string node;      ///< Who was asked.
  bool readonly = false; ///< By a client that reads from slaves, too.
  duration invoked{};    ///< Since the run's start, as is `returned`.
  std::optional<duration> returned{}; ///< None: nothing was heard.
  operation_outcome outcome = operation_outcome::unknown;

  /// What a read or a swap showed, none being no such key; the length in bytes after an
  /// append; the sum after an add.
  std::optional<std::string> value{};

  /// Whether it may have changed anything.
  [[nodiscard]] bool counts() const { return outcome != operation_outcome::refused; }
  [[nodiscard]] bool done() const { return outcome == operation_outcome::done; }
  /// Whether it would, if done.
  [[nodiscard]] bool writes() const { return call != operation_call::read; }

  /// How old it may be, when reads from slaves may be as old as `lag_max`.
  [[nodiscard]] duration lag(duration lag_max) const {
    return readonly && call == operation_call::read ? lag_max : duration::zero();
  }

  bool operator==(const recorded_operation&) const = default;
};

using history = std::vector<recorded_operation>;

enum class key_kind : std::uint8_t { reg, list, counter };

/// By the calls on it. A key that was only read is a register.
[[nodiscard]] key_kind kind_of(const history& operations_of_key);

/// The operations of each key, in the order of `all`.
[[nodiscard]] std::map<std::string, history> by_key(const history& all);

/// What every append ends in, so that a list's elements can be told apart.
inline constexpr char element_end = ';';

/// The elements of a list's value, each with its end.
[[nodiscard]] std::vector<std::string_view> elements_of(std::string_view value);

[[nodiscard]] std::string_view to_string(operation_call x);
[[nodiscard]] std::string_view to_string(operation_outcome x);
[[nodiscard]] std::optional<operation_call> parse_call(std::string_view text);
[[nodiscard]] std::optional<operation_outcome> parse_outcome(std::string_view text);

/// One line for people: "3.250 s to 3.252 s, client 4 at n2: write r1 'c4-7', done".
[[nodiscard]] std::string to_string(const recorded_operation& x);

} // namespace troupe::lab
