/// The identifiers that cross folders. Each is a strong type; none is a bare integer.
#pragma once

#include "actors/base/strong.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>

namespace troupe {

/// Name that people give a node (`n1`). Unique in a cluster among live nodes.
using node_name = strong<struct node_name_tag, std::string>;

/// Number of starts of a node's process on its data directory, durable, from 1. Orders
/// two incarnations of one node (design decision 10).
using incarnation = strong<struct incarnation_tag, std::uint64_t>;

/// Epoch of a shard: the number of a mastership, raised by each election.
using epoch = strong<struct epoch_tag, std::uint64_t>;

/// Log sequence number: dense, from 1, within one shard's log. Alone it never names a
/// record; (epoch, lsn) does.
using lsn = strong<struct lsn_tag, std::uint64_t>;

/// A shard (a group of replicas). Shard 0 is the catalog.
using shard_id = strong<struct shard_id_tag, std::uint32_t>;

/// A member of a shard group, never reused: a replica that lost its disk gets a new one.
using replica_id = strong<struct replica_id_tag, std::uint64_t>;

/// A hash slot, 0 to 16383.
using slot = strong<struct slot_tag, std::uint16_t>;

/// 128 random bits that name a node's data directory or a cluster for ever.
///
/// Printed as 32 lower-case hex digits. The nil uuid (all zero) means "none yet".
class uuid {
public:
  using bytes = std::array<std::uint8_t, 16>;

  constexpr uuid() = default;
  constexpr explicit uuid(const bytes& value) : bytes_{value} {}
  /// The uuid with these 128 bits, `high` first.
  constexpr uuid(std::uint64_t high, std::uint64_t low) {
    for (std::size_t i = 0; i < 8; ++i) {
      bytes_[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
      bytes_[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
    }
  }

  [[nodiscard]] constexpr const bytes& value() const noexcept { return bytes_; }
  [[nodiscard]] constexpr bool nil() const noexcept { return bytes_ == bytes{}; }

  friend constexpr auto operator<=>(const uuid&, const uuid&) = default;
  friend constexpr bool operator==(const uuid&, const uuid&) = default;

private:
  bytes bytes_{};
};

[[nodiscard]] std::string to_string(const uuid& x);

/// Reads 32 hex digits of either case. Returns false, and leaves `result` alone, on
/// anything else.
[[nodiscard]] bool parse(std::string_view text, uuid& result);

std::ostream& operator<<(std::ostream& out, const uuid& x);

/// Names a node for ever: drawn when its data directory is made.
using node_id = strong<struct node_id_tag, uuid>;

/// Names a cluster for ever: drawn once, at founding.
using cluster_id = strong<struct cluster_id_tag, uuid>;

} // namespace troupe

template <>
struct std::hash<troupe::uuid> {
  std::size_t operator()(const troupe::uuid& x) const noexcept;
};
