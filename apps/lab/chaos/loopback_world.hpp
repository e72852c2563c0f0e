/// A cluster of processes on the loopback interface: it can be killed and stopped, and
/// not be cut apart.
#pragma once

#include "apps/lab/chaos/chaos_world.hpp"
#include "apps/lab/chaos/node_processes.hpp"

#include <memory>
#include <utility>

namespace troupe::lab {

class loopback_world final : public chaos_world {
public:
  /// Makes the directory and what is in it; starts nothing. Fails with ec::in_use when a
  /// port of the cluster is not free.
  [[nodiscard]] static expected<std::unique_ptr<chaos_world>>
  make(const std::string& directory, const apps::cluster_options& options);

  explicit loopback_world(node_processes processes) : processes_{std::move(processes)} {}
  ~loopback_world() override;

  [[nodiscard]] const std::vector<apps::local_node>& nodes() const override {
    return processes_.nodes();
  }
  [[nodiscard]] error start(std::size_t node) override { return processes_.start(node); }
  [[nodiscard]] error wait_ready(duration timeout) override {
    return processes_.wait_ready(timeout);
  }
  [[nodiscard]] bool runs(std::size_t node) const override {
    return processes_.runs(node);
  }
  [[nodiscard]] std::optional<std::string> ended_by_itself(std::size_t node) override {
    return processes_.ended_by_itself(node);
  }
  [[nodiscard]] error kill(std::size_t node) override { return processes_.kill(node); }
  [[nodiscard]] error pause(std::size_t node) override { return processes_.pause(node); }
  [[nodiscard]] error resume(std::size_t node) override {
    return processes_.resume(node);
  }
  [[nodiscard]] error
  set_link(std::size_t from, std::size_t to, const link_rule& rule) override;
  [[nodiscard]] error fill_disk(std::size_t node) override;
  [[nodiscard]] error free_disk(std::size_t node) override;
  [[nodiscard]] error close() override;

private:
  node_processes processes_;
};

/// The first base of free ports for the cluster, from `options.base_port` on. Fails with
/// ec::in_use when there is none.
[[nodiscard]] expected<std::uint16_t>
find_base_port(const apps::cluster_options& options);

} // namespace troupe::lab
