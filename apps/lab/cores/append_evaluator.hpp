/// What the simulated shard's writes and reads mean.
#pragma once

#include "storage/replica/requests.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::lab {

/// The one command of the simulation: "<key> <text>" appends the text to the row and
/// replies with the whole. Executed twice, it shows.
class append_evaluator final : public storage::evaluator {
public:
  [[nodiscard]] storage::evaluation evaluate(
    const storage::command& what, slot in, const storage::row_view& rows,
    std::uint64_t wall_ms) const override;

  /// "<key>" replies with the row's text, and "" when there is none. Nothing expires.
  [[nodiscard]] std::optional<std::string> query(
    const storage::command& what, slot in, const storage::row_view& rows,
    std::uint64_t wall_ms) const override;
};

} // namespace troupe::lab
