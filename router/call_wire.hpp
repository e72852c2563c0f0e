/// Invocations and their results, to bytes and back.
#pragma once

#include "actors/base/error.hpp"
#include "actors/codec.hpp"
#include "router/call.hpp"

#include <string>
#include <string_view>

namespace troupe::router {

[[nodiscard]] std::string encode(const invocation& x);
[[nodiscard]] std::string encode(const invocation_result& x);

/// Each fails with ec::malformed on anything that `encode` cannot have written.
[[nodiscard]] expected<invocation> decode_invocation(std::string_view bytes);
[[nodiscard]] expected<invocation_result> decode_result(std::string_view bytes);

/// Lets this folder's messages cross links.
void register_codecs(actors::message_codecs& codecs);

} // namespace troupe::router
