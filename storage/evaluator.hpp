/// From a write as it was asked for to the effects that go into the log.
///
/// The master evaluates when it appends, against the pending values over the stored ones,
/// so that what is in the log needs no evaluation anywhere. Evaluation is a pure
/// function: same command, same rows, same time of day, same effects.
#pragma once

#include "storage/record.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::storage {

/// Takes a row of a scan; returns whether to go on.
using row_visitor = std::function<bool(std::string_view key, const row& value)>;

/// A row is there and cannot be read: its disk has failed it. There is no answer that
/// would be right, so what was asked for must not go on; nothing catches this but the
/// frame of the thread or actor, which ends.
class unreadable_row : public known_failure {
public:
  using known_failure::known_failure;
};

/// The rows that an evaluation may look at. Reading may throw `unreadable_row`.
class row_view {
public:
  row_view() = default;
  row_view(const row_view&) = delete;
  row_view& operator=(const row_view&) = delete;
  virtual ~row_view() = default;

  [[nodiscard]] virtual std::optional<row> get(slot in, std::string_view key) const = 0;

  /// Visits the rows of `in` whose keys are `from` or behind it, in the order of their
  /// bytes, as they are when it begins. `visit` must not call back into the view.
  virtual void scan(slot in, std::string_view from, const row_visitor& visit) const = 0;
};

/// What a write does and what its client is told. `row::version` is set by the core.
struct evaluation {
  std::vector<effect> effects; ///< At most one for each key.
  std::string reply;
};

/// A write in the words of a door: INCR, APPEND, SET NX. Only its evaluator reads it.
struct command {
  std::string bytes;

  friend bool operator==(const command&, const command&) = default;
};

/// Gives commands their meaning. Plugged into the core by the folder that has the doors.
class evaluator {
public:
  evaluator() = default;
  evaluator(const evaluator&) = delete;
  evaluator& operator=(const evaluator&) = delete;
  virtual ~evaluator() = default;

  /// Never fails: a command that is wrong has an error as its reply and no effects. A row
  /// whose `expire_at_ms` is not after `wall_ms` counts as absent, and is deleted.
  [[nodiscard]] virtual evaluation evaluate(
    const command& what, slot in, const row_view& rows, std::uint64_t wall_ms) const = 0;

  /// The reply to a command that only reads; nothing is logged for it. None when a row
  /// that it looked at has expired: the caller submits the command as a write then, which
  /// deletes the row, so that it cannot come back under the next master's clock. A
  /// command that may write has an error as its reply.
  [[nodiscard]] virtual std::optional<std::string> query(
    const command& what, slot in, const row_view& rows, std::uint64_t wall_ms) const = 0;
};

/// The key must not exist.
struct is_absent {
  friend bool operator==(const is_absent&, const is_absent&) = default;
};
/// The row must have been put by the record of this LSN.
struct has_version {
  std::uint64_t version = 0;

  friend bool operator==(const has_version&, const has_version&) = default;
};
/// The row's bytes must be these.
struct has_bytes {
  std::string bytes;

  friend bool operator==(const has_bytes&, const has_bytes&) = default;
};

struct precondition {
  std::string key;
  std::variant<is_absent, has_version, has_bytes> what;

  friend bool operator==(const precondition&, const precondition&) = default;
};

/// Puts and deletes that happen when all preconditions hold, or not at all.
struct conditional_write {
  std::vector<precondition> when;
  std::vector<effect> effects;
  std::string reply;
  std::string refusal; ///< The reply when a precondition does not hold.

  friend bool operator==(const conditional_write&, const conditional_write&) = default;
};

[[nodiscard]] evaluation
evaluate(const conditional_write& what, slot in, const row_view& rows);

} // namespace troupe::storage
