/// What can be asked of the catalog, and what it answers: a small versioned map from keys
/// to bytes.
///
/// The version of an entry is the LSN of the record that put it, so versions ascend over
/// all keys and none is ever reused. A put or delete may name what it expects to replace,
/// which makes read, change, write safe against others. `catalog_wire.hpp` makes commands
/// of a shard of these, and reads the replies.
///
/// There is no watch command: committed changes come with the registry, as entries of
/// kind config of the owner "catalog" (`catalog_feed.hpp`). Watching from a version is a
/// subscription to them: its first push is the present state, in which every entry says
/// at which (epoch, LSN) it was written, so what is not newer than the version in hand is
/// known already.
///
/// Source: docs/decisions/0003.
#pragma once

#include "storage/evaluator.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::storage {

struct is_anything {};

/// Puts `value` under `key`, if what is there is as expected.
struct catalog_put {
  std::string key; ///< 1 to 256 printable ASCII characters, no space.
  std::string value;
  std::variant<is_anything, is_absent, has_version> expected;
};

/// Deletes an entry, if it has the version, where one is named.
struct catalog_delete {
  std::string key;
  std::optional<std::uint64_t> expected;
};

struct catalog_get {
  std::string key;
};

/// The entries whose keys begin with `prefix`, in their order, from `from` on.
struct catalog_list {
  std::string prefix;
  std::string from;        ///< Where to go on: the last key of the list before, and "!".
  std::uint32_t limit = 0; ///< Entries; 0: as many as a reply may have.
};

/// The values that a key has had, newest first, the present one included. They outlive
/// the entry's deletion.
struct catalog_history {
  std::string key;
  std::uint32_t limit = 0; ///< Revisions; 0: all that are kept.
};

using catalog_command
  = std::variant<catalog_put, catalog_delete, catalog_get, catalog_list, catalog_history>;

struct catalog_entry {
  std::string key;
  std::string value;
  std::uint64_t version = 0;

  friend bool operator==(const catalog_entry&, const catalog_entry&) = default;
};

struct catalog_revision {
  std::string value;
  std::uint64_t version = 0;
  std::uint64_t replaced_at = 0; ///< By a put or a delete of this LSN; 0: it is present.

  friend bool operator==(const catalog_revision&, const catalog_revision&) = default;
};

enum class catalog_status : std::uint8_t {
  ok = 1,
  conflict = 2,  ///< Nothing was done: the entry is not as expected.
  not_found = 3, ///< Nothing was done: there is no such entry.
  refused = 4,   ///< Nothing was done: the command is wrong, or a limit is reached.
};

[[nodiscard]] std::string to_string(catalog_status x);

struct catalog_reply {
  catalog_status status = catalog_status::ok;
  std::uint64_t current = 0; ///< With conflict: the version that there is, 0 for none.
  std::string why{};         ///< With refused: a sentence.
  std::vector<catalog_entry> entries{};    ///< Of get (one) and list.
  bool more = false;                       ///< The list was cut at its limit.
  std::vector<catalog_revision> history{}; ///< Of history.

  friend bool operator==(const catalog_reply&, const catalog_reply&) = default;
};

} // namespace troupe::storage
