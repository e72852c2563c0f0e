/// Gives the door's commands their meaning: strings and expiry, as Redis 7 has them.
///
/// Replies are RESP2, ready to be written. A command that would be served wrongly is
/// refused in Redis's words; bytes that are no command are refused, whoever sent them.
/// Pure and without state: one serves all shards of a node, from any thread.
/// Source: Redis 7.0, t_string.c, expire.c, db.c.
#pragma once

#include "actors/base/config.hpp"
#include "storage/evaluator.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::router {

/// `row::type` of strings.
inline constexpr std::uint8_t string_row = 1;

struct string_evaluator_config {
  /// The longest value, where APPEND makes longer ones: `door.bulk_max`. A log record may
  /// hold twice as much (SET with GET), and must fit into a link's frame.
  byte_size value_max = mib(6);

  /// The longest reply to a read, before MGET is told to ask for less:
  /// `door.request_max`.
  byte_size reply_max = mib(12);

  /// None, or ec::invalid_config naming key, value and range.
  [[nodiscard]] error validate() const;
};

class string_evaluator final : public storage::evaluator {
public:
  explicit string_evaluator(string_evaluator_config config = {}) : config_{config} {}

  [[nodiscard]] storage::evaluation evaluate(
    const storage::command& what, slot in, const storage::row_view& rows,
    std::uint64_t wall_ms) const override;

  [[nodiscard]] std::optional<std::string> query(
    const storage::command& what, slot in, const storage::row_view& rows,
    std::uint64_t wall_ms) const override;

private:
  string_evaluator_config config_;
};

} // namespace troupe::router
