/// An error as bytes for another node. See actors.proto.
#pragma once

#include "actors/base/error.hpp"

#include <string>
#include <string_view>

namespace troupe::actors {

/// Errors of other categories arrive as ec::internal with their rendered text.
[[nodiscard]] std::string encode_error(const error& x);

/// Returns false, and leaves `result` alone, when `bytes` is not an error.
[[nodiscard]] bool decode_error(std::string_view bytes, error& result);

} // namespace troupe::actors
