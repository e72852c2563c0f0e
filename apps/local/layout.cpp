#include "apps/local/layout.hpp"

#include "actors/base/assert.hpp"
#include "actors/base/config.hpp"
#include "apps/node/config_value.hpp"

#include <cstdint>
#include <string_view>

namespace troupe::apps {

namespace {

constexpr auto resp_offset = std::uint32_t{100};
constexpr auto http_offset = std::uint32_t{200};

actors::address local(std::uint32_t port) {
  return {"127.0.0.1", static_cast<std::uint16_t>(port)};
}

local_node
node_at(const std::string& directory, std::uint32_t base_port, std::uint32_t number) {
  auto result = local_node{};
  result.name = "n" + std::to_string(number);
  result.link = local(base_port + number);
  result.resp = local(base_port + resp_offset + number);
  result.http = local(base_port + http_offset + number);
  result.folder = directory + "/" + result.name;
  result.config_file = result.folder + "/troupe.toml";
  result.log_file = result.folder + "/log";
  result.data_dir = result.folder + "/data";
  return result;
}

void put(config_settings& settings, std::string_view full, std::string value) {
  const auto* key = find_key(full);
  TROUPE_ASSERT(key != nullptr);
  settings.put(*key, std::move(value), "up");
}

} // namespace

std::vector<local_node>
layout_of(const std::string& directory, const cluster_options& options) {
  auto result = std::vector<local_node>{};
  for (std::uint32_t i = 1; i <= options.node_count; ++i)
    result.push_back(node_at(directory, options.base_port, i));
  return result;
}

config_settings settings_of(
  const local_node& node, const std::vector<local_node>& nodes,
  const cluster_options& options) {
  TROUPE_ASSERT(options.replica_count <= nodes.size());
  auto founders = std::vector<founder>{};
  for (std::size_t i = 0; i < options.replica_count; ++i)
    founders.push_back({node_name{nodes[i].name}, nodes[i].link});
  auto result = config_settings{};
  put(result, "node.name", node.name);
  put(result, "node.data_dir", node.data_dir);
  if (options.allow_inject)
    put(result, "node.allow_inject", print_value(true));
  put(result, "cluster.founders", print_value(founders));
  put(result, "storage.shards", print_value(options.shard_count));
  put(result, "storage.replicas", print_value(options.replica_count));
  put(result, "storage.ack", print_value(options.ack));
  // All nodes share one disk: it need not hold long logs ahead.
  put(result, "storage.segment_bytes", print_value(mib(16)));
  put(result, "link.listen", print_value(node.link));
  put(result, "resp.listen", print_value(node.resp));
  put(result, "http.listen", print_value(node.http));
  return result;
}

std::vector<std::string> arguments_of(const local_node& node) {
  return {"node", "--config", node.config_file};
}

} // namespace troupe::apps
