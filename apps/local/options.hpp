/// What `troupe up` was asked for, and what a cluster's directory remembers of it.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"
#include "storage/shard_config.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::apps {

/// A cluster on this machine. Fixed by its first `up`, except that nodes may be added,
/// the program replaced, and faults allowed.
struct cluster_options {
  std::uint32_t node_count = 0;
  std::uint16_t base_port = 7400;
  std::uint32_t shard_count = 4;

  /// Copies of each shard. The first nodes, this many, found the cluster.
  std::uint32_t replica_count = 0;

  std::string program; ///< Absolute path of what the nodes run.

  /// When a write is answered.
  storage::ack_mode ack = storage::ack_mode::quorum;

  /// Whether shells may inject faults into the nodes that are started from now on.
  bool allow_inject = false;

  friend bool operator==(const cluster_options&, const cluster_options&) = default;
};

/// The flags of one call. What is absent is remembered, or has its default.
struct up_request {
  std::string directory;
  std::optional<std::uint32_t> node_count;
  std::optional<std::uint16_t> base_port;
  std::optional<std::uint32_t> shard_count;
  std::optional<std::uint32_t> replica_count;
  std::optional<storage::ack_mode> ack;
  std::optional<std::string> program;
  bool allow_inject = false;
  duration timeout = std::chrono::seconds{60}; ///< Until all nodes are ready.
};

/// With more nodes the ports of one kind would meet those of the next.
inline constexpr std::uint32_t node_count_max = 100;

/// The options of the first call; `program` is the default one. Fails with
/// ec::invalid_argument when --nodes is missing or a value is out of range.
[[nodiscard]] expected<cluster_options>
first_options(const up_request& request, const std::string& program);

/// The options of a later call. Fails with ec::invalid_argument when the request is for
/// fewer nodes or another shape than the directory remembers.
[[nodiscard]] expected<cluster_options>
later_options(const up_request& request, const cluster_options& remembered);

/// As the directory's cluster.json. Fails with ec::invalid_argument when the program's
/// path is not UTF-8.
[[nodiscard]] expected<std::string> print_options(const cluster_options& options);

/// Reads what `print_options` wrote. Fails with ec::corrupt, or with
/// ec::version_mismatch when a later program wrote it.
[[nodiscard]] expected<cluster_options> parse_options(std::string_view text);

} // namespace troupe::apps
