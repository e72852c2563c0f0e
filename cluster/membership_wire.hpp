/// Membership messages to bytes and back, and their codec.
#pragma once

#include "actors/base/error.hpp"
#include "actors/codec.hpp"
#include "cluster/membership_messages.hpp"

#include <string>
#include <string_view>

namespace troupe::cluster {

[[nodiscard]] std::string encode(const membership_message& x);

/// Fails with ec::malformed on anything that `encode` cannot have written.
[[nodiscard]] expected<membership_message> decode_membership(std::string_view bytes);

/// The name of these messages' codec.
inline constexpr auto membership_codec = "troupe.cluster.membership";

/// Lets this folder's messages cross links.
void register_codecs(actors::message_codecs& codecs);

} // namespace troupe::cluster
