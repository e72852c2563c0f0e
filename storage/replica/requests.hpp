/// What clients ask of a replica.
#pragma once

#include "storage/evaluator.hpp"
#include "storage/replica/output.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::storage {

struct write_request {
  ticket from;
  request_id request;
  std::uint64_t answered_below = 0; ///< The client has the answers of all before.
  slot in;
  std::variant<conditional_write, command> what;
  std::uint64_t wall_ms = 0;    ///< The time of day for the evaluator.
  std::optional<ack_mode> mode; ///< The shard's when none.
  time_point deadline = time_point::max();
};

enum class read_level : std::uint8_t {
  master = 1, ///< Linearizable by a round of Beats.
  lease = 2,  ///< Linearizable while clock rates differ by less than `drift_percent`.
};

struct read_request {
  ticket from;
  read_level level = read_level::lease;
  slot in;
  std::vector<std::string> keys; ///< None: a scan, which reads all that is in the log.
  command what;                  ///< For `evaluator::query`.
  std::uint64_t wall_ms = 0;     ///< The time of day for the evaluator.
  time_point deadline = time_point::max();
};

using client_request = std::variant<write_request, read_request>;

} // namespace troupe::storage
