/// What a subscriber of a registry knows from its pushes alone, and the check that this
/// is what the registry itself serves.
///
/// A registry that has too many pushes unacknowledged leaves changes out and makes up for
/// it with a snapshot. So a difference is a doubt at first: the next push must be a
/// snapshot, and when all is quiet none may be left. Not thread-safe.
#pragma once

#include "registry/subscriptions.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::lab {

class rebuilt_view {
public:
  /// Takes in the next push. Returns what is wrong with it, if anything is.
  [[nodiscard]] std::optional<std::string> take(const registry::push& x);

  /// Compares with what the registry has served after the last push taken in and before
  /// the next one. A difference becomes the doubt.
  void compare(const std::vector<registry::view_entry>& served);

  /// How it differs from what was served, until a snapshot.
  [[nodiscard]] const std::optional<std::string>& doubt() const { return doubt_; }

private:
  [[nodiscard]] std::optional<std::string> change(const registry::view_change& x);

  std::map<registry::view::place, registry::view_entry> known_;
  std::uint64_t last_number_ = 0;
  std::optional<std::string> doubt_;
};

} // namespace troupe::lab
