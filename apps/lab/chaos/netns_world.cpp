#include "apps/lab/chaos/netns_world.hpp"

#include "apps/lab/chaos/namespaces.hpp"
#include "apps/lab/chaos/system_tool.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace troupe::lab {

namespace {

constexpr auto device = "e0";
constexpr auto disk_bytes = std::size_t{256} << 20U;
constexpr auto block_bytes = std::size_t{64} << 10U;

constexpr auto seconds_ahead_max = std::uint64_t{1'000'000};

/// A time namespace is that of what is executed next only from Linux 6.3 on; before, the
/// node has the clocks of all.
bool has_time_namespaces() {
  auto problem = std::error_code{};
  return std::filesystem::exists("/proc/self/ns/time", problem)
         && !find_tool("unshare").empty();
}

/// The clients are behind the last node.
std::string address_of(std::size_t port) { return "10.77.0." + std::to_string(port + 1); }

/// The same ports everywhere: each node has an address of its own.
std::vector<apps::local_node>
nodes_of(const std::string& directory, const apps::cluster_options& options) {
  auto result = apps::layout_of(directory, options);
  for (std::size_t i = 0; i < result.size(); ++i)
    for (auto* x : {&result[i].link, &result[i].resp, &result[i].http})
      x->host = address_of(i);
  return result;
}

/// A switch with a device in each of `spaces`.
expected<std::unique_ptr<packet_switch>>
make_network(const std::vector<std::string>& spaces, std::uint64_t seed) {
  auto taps = std::vector<int>{};
  auto trouble = error{};
  for (std::size_t i = 0; i < spaces.size() && !trouble; ++i) {
    const auto tap = make_tap(spaces[i], device, i);
    if (tap)
      taps.push_back(*tap);
    trouble = tap ? configure_device(spaces[i], device, address_of(i)) : tap.error();
  }
  auto result = std::make_unique<packet_switch>(std::move(taps), seed); // Closes them.
  if (trouble)
    return trouble;
  return result;
}

} // namespace

expected<std::unique_ptr<chaos_world>> netns_world::make(
  const std::string& run_folder, const std::string& directory,
  const apps::cluster_options& options, std::uint64_t seed, bool own_disks) {
  auto nodes = nodes_of(directory, options);
  const auto spaces = namespaces::make(run_folder, nodes.size() + 1);
  if (!spaces)
    return spaces.error();
  auto network = make_network(spaces->names(), seed);
  if (!network)
    return network.error();
  auto processes = node_processes::make(directory, options, std::move(nodes));
  if (!processes)
    return processes.error();
  for (const auto& node : processes->nodes())
    if (own_disks)
      if (auto trouble = mount_disk(run_folder, node.data_dir, disk_bytes))
        return trouble;
  if (auto trouble = enter_namespace(spaces->names().back()))
    return trouble;
  return std::unique_ptr<chaos_world>{std::make_unique<netns_world>(
    run_folder, std::move(*processes), spaces->names(), std::move(*network),
    random_source{seed})};
}

netns_world::~netns_world() {
  static_cast<void>(close()); // What remains, the next run finds.
}

error netns_world::start(std::size_t node) {
  auto wrapper
    = std::vector<std::string>{find_tool("ip"), "netns", "exec", spaces_[node]};
  if (has_time_namespaces()) {
    const auto ahead = std::to_string(random_.below(seconds_ahead_max));
    wrapper.insert(
      wrapper.end(),
      {find_tool("unshare"), "--time", "--monotonic", ahead, "--boottime", ahead});
  }
  return processes().start(node, wrapper);
}

error netns_world::set_link(std::size_t from, std::size_t to, const link_rule& rule) {
  network_->set_rule(from, to, rule);
  return {};
}

error netns_world::fill_disk(std::size_t node) {
  // The disk says itself when it is full.
  auto file = std::ofstream{ballast_of(node), std::ios::binary};
  const auto block = std::string(block_bytes, '\0');
  for (auto size = std::size_t{0}; file && size < disk_bytes; size += block.size())
    file << block;
  return {};
}

error netns_world::free_disk(std::size_t node) {
  auto problem = std::error_code{};
  std::filesystem::remove(ballast_of(node), problem);
  return problem ? fail(ec::system, "cannot remove " + ballast_of(node)) : error{};
}

std::string netns_world::ballast_of(std::size_t node) const {
  return nodes()[node].data_dir + "/ballast";
}

error netns_world::close() {
  if (auto trouble = end_all())
    return trouble;
  network_.reset();
  return remove_namespaces_of(run_folder_);
}

} // namespace troupe::lab
