/// Requests as people type them: `SET greeting "hello world"`.
///
/// Source: Redis 7, sds.c, sdssplitargs.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace troupe::router {

/// Splits a line at white space. 'Single' quotes keep all but \' as it is; "double" ones
/// know \n, \r, \t, \b, \a, \xHH and \ before any other character; a quoted argument ends
/// at its closing quote, which white space must follow. Writes the arguments over the
/// line, which they never outgrow, and appends them. False when quotes are not balanced.
[[nodiscard]] bool
split_inline(std::span<char> line, std::vector<std::string_view>& arguments);

} // namespace troupe::router
