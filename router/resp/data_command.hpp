/// Reads and writes of data as they travel from a door to a shard's master: checked at
/// the door as far as no row is needed, so that a mistyped command costs no log record.
///
/// docs/formats/command.md describes the encoding.
#pragma once

#include "router/resp/command_table.hpp"
#include "storage/evaluator.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::router {

/// Options of a command; which of them may stand together is checked at the door. They
/// are sent between nodes, so that none is ever reused for another.
enum class data_flag : std::uint16_t {
  if_absent = 1,    ///< NX
  if_present = 2,   ///< XX
  if_later = 4,     ///< GT
  if_earlier = 8,   ///< LT
  reply_old = 16,   ///< GET
  keep_expiry = 32, ///< KEEPTTL
  drop_expiry = 64, ///< PERSIST
  expires = 128,    ///< `number` is an expiry.
  from_now = 256,   ///< ... counted from the time of evaluation, not from 1970.
};

struct data_command {
  command_id what{};
  std::uint16_t flags = 0;
  /// An expiry in milliseconds, or what is to be added. 0 for commands without either.
  std::int64_t number = 0;
  /// Keys, each followed by its value for commands that have values.
  std::vector<std::string_view> arguments;

  [[nodiscard]] bool has(data_flag x) const {
    return (flags & static_cast<std::uint16_t>(x)) != 0;
  }
  void add(data_flag x) {
    flags = static_cast<std::uint16_t>(flags | static_cast<std::uint16_t>(x));
  }

  /// Calls `visit(key)` for each key, in order.
  template <class Visit>
  void for_each_key(Visit visit) const {
    for (std::size_t i = 0; i < arguments.size(); i += key_distance())
      visit(arguments[i]);
  }

  friend bool operator==(const data_command&, const data_command&) = default;

private:
  /// From one key to the next, or past the end.
  [[nodiscard]] std::size_t key_distance() const;
};

/// What a client has asked for, or why not, in Redis's words. A number that can never be
/// is refused here; Redis looks at the row first in one case, and replies nil to GETEX of
/// a key that is not there.
/// @pre the request was looked up as `spec`, which is a read or a write.
struct command_syntax_error {
  std::string text;
};
[[nodiscard]] std::variant<data_command, command_syntax_error>
parse_data_command(const command_spec& spec, request_arguments request);

/// The slot of all keys of the command; none when they are in several.
[[nodiscard]] std::optional<slot> common_slot(const data_command& x);

[[nodiscard]] storage::command encode(const data_command& x);

/// None when the bytes are not what `encode` makes, or name a command with a number of
/// arguments that it cannot have. The result points into `bytes`.
[[nodiscard]] std::optional<data_command> decode_data_command(std::string_view bytes);

} // namespace troupe::router
