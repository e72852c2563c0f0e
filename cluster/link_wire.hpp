/// Link frames to bytes and back.
#pragma once

#include "actors/base/error.hpp"
#include "cluster/link_frame.hpp"

#include <string>
#include <string_view>

namespace troupe::cluster {

[[nodiscard]] std::string encode(link_frame x);

/// Fails with ec::malformed on anything that `encode` cannot have written.
[[nodiscard]] expected<link_frame> decode_link_frame(std::string_view bytes);

} // namespace troupe::cluster
