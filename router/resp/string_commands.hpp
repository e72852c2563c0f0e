/// What each data command does to the rows, and replies.
#pragma once

#include "router/resp/data_command.hpp"
#include "router/resp/live_rows.hpp"
#include "router/resp/string_evaluator.hpp"

#include <string>

namespace troupe::router {

/// The reply to a read.
/// @pre `is_read(x.what)`, and `x` was decoded.
[[nodiscard]] std::string
read_rows(const data_command& x, live_rows& rows, const string_evaluator_config& config);

/// The reply to a write, whose changes are in `rows`. A refused one changes nothing but
/// to delete what had expired.
/// @pre `is_write(x.what)`, and `x` was decoded.
[[nodiscard]] std::string
write_rows(const data_command& x, live_rows& rows, const string_evaluator_config& config);

/// Whether the row holds a string: other folders may put rows of their own types.
[[nodiscard]] bool is_string(const storage::row& x);

/// What Redis says of the others.
inline constexpr auto wrong_type_error
  = "WRONGTYPE Operation against a key holding the wrong kind of value";

} // namespace troupe::router
