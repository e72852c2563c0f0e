/// Clients' requests to other nodes, and their answers, to protobuf bytes and back.
/// docs/formats/shard.md has the rules.
#pragma once

#include "actors/base/error.hpp"
#include "storage/data.hpp"

#include <string>
#include <string_view>

namespace troupe::storage {

[[nodiscard]] std::string encode(const remote_requests& x);
[[nodiscard]] std::string encode(const remote_answers& x);

/// Fail with `ec::malformed` on anything that no node asks or answers.
[[nodiscard]] expected<remote_requests> decode_requests(std::string_view bytes);
[[nodiscard]] expected<remote_answers> decode_answers(std::string_view bytes);

} // namespace troupe::storage
