#include "storage/evaluator.hpp"

#include <algorithm>

namespace troupe::storage {

namespace {

struct holds {
  const std::optional<row>& found;

  bool operator()(const is_absent&) const { return !found; }
  bool operator()(const has_version& x) const {
    return found && found->version == x.version;
  }
  bool operator()(const has_bytes& x) const { return found && found->bytes == x.bytes; }
};

} // namespace

evaluation evaluate(const conditional_write& what, slot in, const row_view& rows) {
  auto met = std::ranges::all_of(what.when, [&](const precondition& x) {
    auto found = rows.get(in, x.key);
    return std::visit(holds{found}, x.what);
  });
  if (!met)
    return {{}, what.refusal};
  return {what.effects, what.reply};
}

} // namespace troupe::storage
