#include "apps/lab/chaos/loopback_world.hpp"

#include "apps/local/ports.hpp"

#include <limits>

namespace troupe::lab {

namespace {

error no_such_means() {
  return fail(
    ec::wrong_state, "nodes on the loopback interface share one network and one disk");
}

error check_ports(const std::vector<apps::local_node>& nodes) {
  for (const auto& node : nodes)
    if (auto trouble = apps::check_ports_free(node))
      return trouble;
  return {};
}

} // namespace

expected<std::unique_ptr<chaos_world>>
loopback_world::make(const std::string& directory, const apps::cluster_options& options) {
  auto nodes = apps::layout_of(directory, options);
  if (auto trouble = check_ports(nodes))
    return trouble;
  auto processes = node_processes::make(directory, options, std::move(nodes));
  if (!processes)
    return processes.error();
  return std::unique_ptr<chaos_world>{
    std::make_unique<loopback_world>(std::move(*processes))};
}

loopback_world::~loopback_world() {
  static_cast<void>(close()); // What remains, the next run finds.
}

error loopback_world::set_link(std::size_t, std::size_t, const link_rule&) {
  return no_such_means();
}

error loopback_world::fill_disk(std::size_t) { return no_such_means(); }

error loopback_world::free_disk(std::size_t) { return no_such_means(); }

expected<std::uint16_t> find_base_port(const apps::cluster_options& options) {
  constexpr auto ports_of_a_cluster = 300; // Three kinds, a hundred apart.
  auto trouble = error{};
  auto tried = options;
  for (auto base = std::uint32_t{options.base_port};
       base + ports_of_a_cluster <= std::numeric_limits<std::uint16_t>::max();
       base += ports_of_a_cluster) {
    tried.base_port = static_cast<std::uint16_t>(base);
    trouble = check_ports(apps::layout_of("", tried));
    if (!trouble)
      return tried.base_port;
  }
  return fail(ec::in_use, "no ports are free for a cluster: " + sentence_of(trouble));
}

} // namespace troupe::lab
