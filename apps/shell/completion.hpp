/// What can stand where the cursor is: commands, their flags, and the names that their
/// arguments take.
#pragma once

#include "apps/shell/command.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::apps::shell {

struct completion {
  /// Where the text begins that a candidate replaces; it ends at the cursor.
  std::size_t begin = 0;
  /// In natural order, quoted where needed. All begin as the replaced text does.
  std::vector<std::string> candidates;

  bool operator==(const completion&) const = default;
};

/// The names of that kind which a cluster has now, for a word of which `typed` is there.
using name_source
  = std::function<std::vector<std::string>(argument_kind kind, std::string_view typed)>;

/// Those that `node` tells; none when it does not answer.
[[nodiscard]] std::vector<std::string>
names_of(argument_kind kind, std::string_view typed, admin& node);

/// Completes `line`, which ends at the cursor. Asks `names` at most once.
[[nodiscard]] completion complete(std::string_view line, const name_source& names);

/// The longest text that all of `words` begin with, not ending within a character.
[[nodiscard]] std::string common_beginning(const std::vector<std::string>& words);

} // namespace troupe::apps::shell
