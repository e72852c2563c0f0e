/// What two registries say to each other: digests (what I have) and deltas (what you
/// lack).
///
/// Source: Scuttlebutt (van Renesse, Dumitriu, Gough, Thomas: Efficient Reconciliation
/// and Flow Control for Anti-Entropy Protocols, 2008).
#pragma once

#include "actors/base/bytes.hpp"
#include "actors/base/error.hpp"
#include "registry/key.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

namespace troupe::registry {

/// One write: a value, or, without one, a tombstone.
struct entry {
  entry_key key;
  version written;
  std::optional<byte_buffer> value;

  friend bool operator==(const entry&, const entry&) = default;
};

/// Everything of one owner in (from, to] that its sender holds, oldest first.
///
/// Who stands anywhere in [from, to) stands at `to` after it. Overwritten values are not
/// in it, so a receiver may skip states, but never a key's latest one.
struct owner_delta {
  owner_id owner;
  version from;
  version to;
  /// The whole owner: it replaces all that the receiver has, whatever its version. Sent
  /// to who stands before `floor`, as tombstones that it lacks may be dropped already.
  bool full = false;
  /// With `full`: the newest tombstone that the sender no longer has.
  version floor;
  std::vector<entry> entries;

  friend bool operator==(const owner_delta&, const owner_delta&) = default;
};

/// Which version of each owner the sender of it has.
struct digest {
  enum class scope : std::uint8_t {
    all,    ///< What is not listed, the sender does not have. Asks for deltas and asks.
    listed, ///< Only about the owners listed. Asks for deltas.
  };

  scope about = scope::all;
  std::map<owner_id, version> versions;

  friend bool operator==(const digest&, const digest&) = default;
};

/// The one message between registries.
struct sync_message {
  std::vector<owner_delta> deltas; ///< To merge first.
  std::optional<digest> have;      ///< Then to answer.
  bool more = false; ///< The byte limit cut the deltas: come back for the rest at once.
  bool ack = false;  ///< Answer with a listed digest of the owners in `deltas`.

  [[nodiscard]] bool empty() const { return deltas.empty() && !have; }

  friend bool operator==(const sync_message&, const sync_message&) = default;
};

/// An upper bound for the bytes that an entry takes on the wire, with its framing. All
/// byte limits of the registry count in it.
[[nodiscard]] std::size_t wire_bytes(const entry_key& key, std::size_t value_bytes);
/// As above, for an `owner_delta` without its entries.
inline constexpr std::size_t owner_delta_bytes = 128;
[[nodiscard]] std::size_t wire_bytes(const owner_delta& delta);

/// Says whether `delta` is one that an honest sender could have made: ec::malformed names
/// the first thing wrong. Cost: O(entries log entries).
[[nodiscard]] error check_shape(const owner_delta& delta);

} // namespace troupe::registry
