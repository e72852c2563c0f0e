/// Records: what a shard's log is made of.
///
/// A WRITE carries effects (rows put and deleted, and the reply), never commands: they
/// are idempotent and need no clock and no random number where they are applied. A record
/// is immutable once made and is shared by the log, the messages and the overlay.
#pragma once

#include "storage/position.hpp"
#include "storage/shard_config.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::storage {

/// Number of hash slots, as Redis Cluster has them.
inline constexpr std::uint16_t slot_count = 16'384;

/// A session that writes: one connection of one incarnation of one node.
struct client_id {
  node_id node;
  troupe::incarnation incarnation;
  std::uint64_t connection = 0; ///< From 1, dense within the incarnation.

  friend auto operator<=>(const client_id&, const client_id&) = default;
};

/// Names one request of a client, so that a retry is not executed again.
struct request_id {
  client_id client;
  std::uint64_t number = 0; ///< From 1, ascending within the client.

  friend auto operator<=>(const request_id&, const request_id&) = default;
};

/// A stored value, with what a reader needs to judge it.
struct row {
  std::uint8_t type = 0;          ///< The evaluator's business: string, hash, ...
  std::uint64_t version = 0;      ///< The LSN of the record that put it.
  std::uint64_t expire_at_ms = 0; ///< Milliseconds since 1970; 0 never expires.
  std::string bytes;

  friend bool operator==(const row&, const row&) = default;
};

/// One row put or deleted.
struct effect {
  std::string key;
  std::optional<row> value; ///< None deletes.

  friend bool operator==(const effect&, const effect&) = default;
};

/// Slots [first, last].
struct slot_range {
  slot first;
  slot last;

  [[nodiscard]] bool contains(slot x) const { return first <= x && x <= last; }
  friend bool operator==(const slot_range&, const slot_range&) = default;
};

/// A client's write, evaluated by the master.
struct write_record {
  request_id request;
  std::uint64_t answered_below = 0; ///< All requests below have been answered.
  slot in;
  std::vector<effect> effects;
  std::string reply;

  friend bool operator==(const write_record&, const write_record&) = default;
};

/// A new master's first record: by committing it, it commits what came before.
struct epoch_start_record {
  friend bool operator==(const epoch_start_record&, const epoch_start_record&) = default;
};

/// The group owns these slots from here on.
struct slot_own_record {
  std::vector<slot_range> slots;

  friend bool operator==(const slot_own_record&, const slot_own_record&) = default;
};

/// Connections that a node has closed in one of its incarnations: all below
/// `closed_below` that are not in `open`. Ends all earlier incarnations of that node,
/// too.
struct dedup_trim_record {
  node_id node;
  troupe::incarnation incarnation;
  std::uint64_t closed_below = 0;
  std::vector<std::uint64_t> open; ///< Ascending.

  friend bool operator==(const dedup_trim_record&, const dedup_trim_record&) = default;
};

using record_payload = std::variant<
  write_record, epoch_start_record, shard_config, slot_own_record, dedup_trim_record>;

struct record {
  position at;
  record_payload payload;

  friend bool operator==(const record&, const record&) = default;
};

using record_ptr = std::shared_ptr<const record>;

/// What a record costs in memory, on the wire and on disk, to within a few bytes. Flow
/// control and caps count in it.
[[nodiscard]] std::size_t bytes_of(const record& x);

/// "write", "epoch_start", "config", "slot_own" or "dedup_trim".
[[nodiscard]] std::string kind_of(const record& x);

} // namespace troupe::storage
