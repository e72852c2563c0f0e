#include "router/resp/string_evaluator.hpp"

#include "router/resp/data_command.hpp"
#include "router/resp/key_slot.hpp"
#include "router/resp/live_rows.hpp"
#include "router/resp/reply.hpp"
#include "router/resp/string_commands.hpp"

#include <utility>

namespace troupe::router {

namespace {

/// The command, when it is one whose keys are all in the slot: a row put under another
/// slot would never be found again.
std::optional<data_command> understand(const storage::command& what, slot in) {
  auto result = decode_data_command(what.bytes);
  if (!result)
    return std::nullopt;
  auto at_home = true;
  result->for_each_key(
    [&](std::string_view key) { at_home = at_home && key_slot(key) == in; });
  return at_home ? std::move(result) : std::nullopt;
}

std::string not_understood() {
  return error_reply("ERR malformed command, or of a version that this node lacks");
}

} // namespace

error string_evaluator_config::validate() const {
  return first_error({
    check_range("door.bulk_max", value_max, byte_size{1}, mib(512)),
    check_range("door.request_max", reply_max, kib(1), gib(1)),
  });
}

storage::evaluation string_evaluator::evaluate(
  const storage::command& what, slot in, const storage::row_view& rows,
  std::uint64_t wall_ms) const {
  auto found = understand(what, in);
  if (!found)
    return {{}, not_understood()};
  auto live = live_rows{rows, in, wall_ms};
  auto reply = is_read(found->what) ? read_rows(*found, live, config_)
                                    : write_rows(*found, live, config_);
  return {live.take_effects(), std::move(reply)};
}

std::optional<std::string> string_evaluator::query(
  const storage::command& what, slot in, const storage::row_view& rows,
  std::uint64_t wall_ms) const {
  auto found = understand(what, in);
  if (!found || !is_read(found->what))
    return not_understood();
  auto live = live_rows{rows, in, wall_ms};
  auto reply = read_rows(*found, live, config_);
  if (live.changed())
    return std::nullopt;
  return reply;
}

} // namespace troupe::router
