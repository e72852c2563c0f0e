/// The replicas' messages to protobuf bytes and back. docs/formats/shard.md has the
/// rules.
///
/// Cost: a Ship's rows are copied twice on the way out (into the message, into the bytes)
/// and once on the way in.
#pragma once

#include "actors/base/error.hpp"
#include "storage/beat_bundles.hpp"
#include "storage/replica/protocol.hpp"

#include <string>
#include <string_view>

namespace troupe::storage {

[[nodiscard]] std::string encode(const message& x);

/// Fails with `ec::malformed` on anything that no replica says: the core asserts what is
/// checked here (that records follow each other, that epochs ascend), and a stranger must
/// not be able to stop a process.
[[nodiscard]] expected<message> decode_message(std::string_view bytes);

[[nodiscard]] std::string encode(const beat_bundle& x);

/// Fails with `ec::malformed` when any of its messages does, or is no Beat and no
/// acknowledgement of one.
[[nodiscard]] expected<beat_bundle> decode_beat_bundle(std::string_view bytes);

} // namespace troupe::storage
