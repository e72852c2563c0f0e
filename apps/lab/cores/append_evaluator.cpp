#include "apps/lab/cores/append_evaluator.hpp"

namespace troupe::lab {

using namespace storage;

evaluation append_evaluator::evaluate(
  const command& what, slot in, const row_view& rows, std::uint64_t) const {
  auto space = what.bytes.find(' ');
  auto key = what.bytes.substr(0, space);
  auto found = rows.get(in, key);
  auto value = (found ? found->bytes : std::string{}) + what.bytes.substr(space + 1);
  return {{{key, row{1, 0, 0, value}}}, value};
}

std::optional<std::string> append_evaluator::query(
  const command& what, slot in, const row_view& rows, std::uint64_t) const {
  auto found = rows.get(in, what.bytes);
  return found ? found->bytes : std::string{};
}

} // namespace troupe::lab
