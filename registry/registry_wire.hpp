/// The registry's messages and its own entries' values, to bytes and back.
///
/// Decoding fails with ec::malformed on anything that no encoder of ours, of this or a
/// later version, has written; it never trusts a length and never stops the process.
#pragma once

#include "actors/base/bytes.hpp"
#include "actors/base/error.hpp"
#include "registry/entries.hpp"
#include "registry/sync.hpp"

namespace troupe::registry {

[[nodiscard]] byte_buffer encode(const sync_message& x);
[[nodiscard]] byte_buffer encode(const provider_entry& x);
[[nodiscard]] byte_buffer encode(const consumer_entry& x);
[[nodiscard]] byte_buffer encode(const admin_state_entry& x);

/// The message's deltas satisfy `check_shape`.
[[nodiscard]] expected<sync_message> decode_sync(byte_view bytes);
[[nodiscard]] expected<provider_entry> decode_provider(byte_view bytes);
[[nodiscard]] expected<consumer_entry> decode_consumer(byte_view bytes);
[[nodiscard]] expected<admin_state_entry> decode_admin_state(byte_view bytes);

} // namespace troupe::registry
