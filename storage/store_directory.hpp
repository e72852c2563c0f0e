/// Which of the databases in a replica's directory is its store, and whether it is whole.
///
/// A store may be replaced as a whole, so it has a number: `db-1`, `db-2`, ... The file
/// CURRENT_DB names the one that counts, and is switched to another by one rename; all
/// other `db-*` were not finished, or are done with, and are removed at the next start.
/// A file DAMAGED says that the store was found damaged while it was in use: it may look
/// whole at the next start, and would fail again later. docs/formats/store.md.
#pragma once

#include "actors/base/disk.hpp"

#include <optional>
#include <string>

namespace troupe::storage {

/// The name of the store in `directory`; none when there never was one.
/// Fails with `ec::corrupt` when CURRENT_DB or the store that it names is not what it
/// was, or the store was marked as damaged.
[[nodiscard]] expected<std::optional<std::string>>
current_store(disk& files, const std::string& directory);

/// Makes an empty directory for the first store, durably, in place of any leftover, and
/// returns its name. It counts once `switch_store` was told so.
[[nodiscard]] expected<std::string>
make_first_store(disk& files, const std::string& directory);

/// Lets `name` be the store, durably.
[[nodiscard]] error
switch_store(disk& files, const std::string& directory, const std::string& name);

/// Removes every other store.
[[nodiscard]] error remove_other_stores(
  disk& files, const std::string& directory, const std::string& current);

/// Notes durably that the store is damaged. The first note stays.
[[nodiscard]] error
mark_damaged(disk& files, const std::string& directory, const std::string& why);

} // namespace troupe::storage
