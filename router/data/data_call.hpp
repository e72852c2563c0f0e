/// One request of an asker to a shard, and how it ended.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/strong.hpp"
#include "actors/base/time.hpp"
#include "storage/data.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace troupe::router {

/// Names a call for its asker.
using data_call_id = strong<struct data_call_id_tag, std::uint64_t>;

/// A request to make.
struct data_call {
  /// The slot's owner when none; the catalog's rows are in slots of its own.
  std::optional<shard_id> shard;
  slot in;
  std::variant<storage::data_write, storage::data_read, storage::data_wait> what;
  time_point deadline;
};

/// How a call ended.
enum class data_status : std::uint8_t {
  done = 1,      ///< The shard answered: see `reply` and `at`.
  no_quorum = 2, ///< Nothing was done: the shard has no master that hears a majority.
  busy = 3,      ///< Nothing was done: something is full, or in motion. Try again.
  unknown = 4,   ///< The write may be done, now or later. Never repeat it blindly.
  too_large = 5, ///< Nothing was done, nor will be: request or reply fit into no message.
};

[[nodiscard]] std::string_view to_string(data_status x);

struct data_outcome {
  data_status status = data_status::done;
  std::optional<shard_id> shard; ///< None: it is not known who owns the slot.
  std::string reply;             ///< When done.
  storage::position at;          ///< When done: the write's record.
  std::string why;               ///< When not: a sentence that names the shard.
};

/// Why a call was not done, as far as its asker can tell.
enum class data_refusal : std::uint8_t {
  too_large,       ///< It does not fit into a message.
  reply_too_large, ///< What it reads does not, from another node.
  too_many,        ///< The asker has too many under way.
  too_late,        ///< It was past its deadline when it was made.
  no_owner,        ///< Nobody is known to own the slot.
  no_master,       ///< The shard has none that is known.
  no_quorum,       ///< The shard's master hears no majority.
  busy,            ///< The shard takes no more.
  moved,           ///< The shard does not own the slot, and no other is known to.
  expired,         ///< The write's session is closed.
  no_answer,       ///< A read was not answered in time.
  unknown,         ///< A write was not answered in time, and may be done.
};

[[nodiscard]] data_outcome
outcome_of(data_refusal why, std::optional<shard_id> shard, slot in);

/// What the failure is to an actor: ec::unreachable for `no_quorum`, ec::busy,
/// ec::too_large, or ec::deadline_exceeded for `unknown`.
/// @pre `x` is not done.
[[nodiscard]] error error_of(const data_outcome& x);

/// What a call, and a request, costs in memory, to within some hundred bytes.
[[nodiscard]] std::size_t bytes_of(const data_call& x);
[[nodiscard]] std::size_t bytes_of(const storage::data_request& x);

} // namespace troupe::router
