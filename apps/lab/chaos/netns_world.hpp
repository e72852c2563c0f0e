/// A cluster of processes, each in a network namespace of its own, on a switch that
/// loses, delays and doubles frames, and cuts links in each direction; and with monotonic
/// clocks of its own, which begin anew, elsewhere, when the node is started again: as on
/// machines of their own.
#pragma once

#include "actors/base/random.hpp"
#include "apps/lab/chaos/packet_switch.hpp"
#include "apps/lab/chaos/process_world.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::lab {

class netns_world final : public process_world {
public:
  /// Makes namespaces, switch and directories, and puts the calling thread into the
  /// namespace of the clients. With `own_disks` each node has a small disk in memory.
  /// What was made when it fails, `remove_namespaces_of` takes down.
  /// @pre why_no_namespaces() is empty.
  [[nodiscard]] static expected<std::unique_ptr<chaos_world>> make(
    const std::string& run_folder, const std::string& directory,
    const apps::cluster_options& options, std::uint64_t seed, bool own_disks);

  netns_world(
    std::string run_folder, node_processes processes, std::vector<std::string> spaces,
    std::unique_ptr<packet_switch> network, random_source random)
      : process_world{std::move(processes)}, run_folder_{std::move(run_folder)},
        spaces_{std::move(spaces)}, network_{std::move(network)}, random_{random} {}
  ~netns_world() override;

  [[nodiscard]] error start(std::size_t node) override;
  [[nodiscard]] error
  set_link(std::size_t from, std::size_t to, const link_rule& rule) override;
  [[nodiscard]] error fill_disk(std::size_t node) override;
  [[nodiscard]] error free_disk(std::size_t node) override;
  [[nodiscard]] error close() override;

private:
  [[nodiscard]] std::string ballast_of(std::size_t node) const;

  std::string run_folder_;
  std::vector<std::string> spaces_; // By node.
  std::unique_ptr<packet_switch> network_;
  random_source random_; // Of clocks.
};

} // namespace troupe::lab
