/// What a registry entry is called, who owns it, and where in its owner's history it was
/// written.
///
/// Source: design decisions 4 and 10.
#pragma once

#include "actors/base/ids.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace troupe::registry {

/// What an entry says. Values are on the wire. A kind that this build does not know (a
/// newer node's) is carried and served like any other, never dropped; zero is no kind.
enum class entry_kind : std::uint8_t {
  provider = 1,        ///< An instance offers a service.
  consumer = 2,        ///< A node wants changes of a name at once.
  shard_role = 3,      ///< A replica is master or slave of a shard.
  rule = 4,            ///< A routing rule.
  config = 5,          ///< A configuration value.
  weight_override = 6, ///< A weight set by an operator.
  admin_state = 7,     ///< Ready, drain or maint.
};

[[nodiscard]] std::string to_string(entry_kind kind);

/// Names an entry within its owner. `name` is what is looked up and subscribed to (a
/// service, a shard, a rule) and is never empty; `instance` tells apart the entries of
/// one owner under that name, and may be empty.
struct entry_key {
  entry_kind kind{};
  std::string name;
  std::string instance;

  friend auto operator<=>(const entry_key&, const entry_key&) = default;
  friend bool operator==(const entry_key&, const entry_key&) = default;
};

[[nodiscard]] std::string to_string(const entry_key& key);

/// Who alone may write an entry: a node, or the catalog (shard 0). The catalog orders
/// first.
class owner_id {
public:
  /// The catalog.
  constexpr owner_id() = default;
  /// A node.
  /// @pre `node` is not nil.
  explicit owner_id(const node_id& node);

  [[nodiscard]] static constexpr owner_id catalog() { return {}; }
  [[nodiscard]] bool is_catalog() const noexcept { return node_.value().nil(); }

  /// @pre Not the catalog.
  [[nodiscard]] const node_id& node() const;

  friend auto operator<=>(const owner_id&, const owner_id&) = default;
  friend bool operator==(const owner_id&, const owner_id&) = default;

private:
  node_id node_; // Nil stands for the catalog.
};

[[nodiscard]] std::string to_string(const owner_id& owner);

/// A point in an owner's history of writes, ordered by era, then number.
///
/// Of a node: (incarnation, count of writes in this incarnation); a new era starts empty.
/// Of the catalog: (epoch, lsn) of shard 0; a new era goes on from the old one, and
/// numbers that changed no entry are skipped. All zero comes before every write.
struct version {
  std::uint64_t era = 0;
  std::uint64_t number = 0;

  /// The version after every write of `era`: what a digest says of an owner that left, so
  /// that nobody offers its entries any more.
  [[nodiscard]] static constexpr version end_of(std::uint64_t era) {
    return {era, std::numeric_limits<std::uint64_t>::max()};
  }

  [[nodiscard]] constexpr bool is_end() const { return *this == end_of(era); }

  /// The least version after this one.
  /// @pre Not an end.
  [[nodiscard]] constexpr version next() const { return {era, number + 1}; }

  friend constexpr auto operator<=>(const version&, const version&) = default;
  friend constexpr bool operator==(const version&, const version&) = default;
};

[[nodiscard]] std::string to_string(const version& x);

} // namespace troupe::registry
