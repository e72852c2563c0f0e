/// A cluster of processes on the loopback interface: it can be killed and stopped, and
/// not be cut apart.
#pragma once

#include "apps/lab/chaos/process_world.hpp"

#include <memory>
#include <utility>

namespace troupe::lab {

class loopback_world final : public process_world {
public:
  /// Makes the directory and what is in it; starts nothing. Fails with ec::in_use when a
  /// port of the cluster is not free.
  [[nodiscard]] static expected<std::unique_ptr<chaos_world>>
  make(const std::string& directory, const apps::cluster_options& options);

  explicit loopback_world(node_processes processes)
      : process_world{std::move(processes)} {}
  ~loopback_world() override;

  [[nodiscard]] error
  set_link(std::size_t from, std::size_t to, const link_rule& rule) override;
  [[nodiscard]] error fill_disk(std::size_t node) override;
  [[nodiscard]] error free_disk(std::size_t node) override;
  [[nodiscard]] error close() override { return end_all(); }
};

/// The first base of free ports for the cluster, from `options.base_port` on. Fails with
/// ec::in_use when there is none.
[[nodiscard]] expected<std::uint16_t>
find_base_port(const apps::cluster_options& options);

} // namespace troupe::lab
