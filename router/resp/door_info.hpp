/// What INFO and CONFIG GET say of a node.
#pragma once

#include "actors/base/time.hpp"
#include "router/resp/cluster_view.hpp"
#include "router/resp/command_table.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::router {

/// The version of Redis whose commands these are, for clients that ask.
inline constexpr auto redis_version = "7.0.15";

/// What the door knows of its node.
struct door_facts {
  std::string version; ///< Of troupe.
  std::uint64_t process_id = 0;
  std::uint16_t port = 0;
  duration uptime{};
  std::size_t connection_count = 0;
  std::size_t connection_count_max = 0;
  std::uint64_t connections_total = 0;
  std::uint64_t commands_total = 0;
  std::uint64_t memory_bytes = 0;

  /// Names and values for CONFIG GET, besides those that follow from the above.
  std::vector<std::pair<std::string, std::string>> config;
};

/// The sections of these names, in any case; all when none is named. Names of sections
/// that there are not are passed over, as Redis does.
[[nodiscard]] std::string info_reply(
  request_arguments sections, const cluster_view& cluster, const door_facts& facts);

/// Names and values of the settings that match one of the patterns.
[[nodiscard]] std::string
config_get_reply(request_arguments patterns, const door_facts& facts);

/// Whether `text` matches the pattern: `*` is any run of characters, `?` any one.
/// Cost: O(pattern * text).
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view text);

} // namespace troupe::router
