#include "router/resp/cluster_replies.hpp"

#include "router/resp/reply.hpp"

#include <string_view>
#include <vector>

namespace troupe::router {

namespace {

using std::to_string;

void put_slot_node(std::string& out, const shown_node& x) {
  put_array(out, 4);
  put_bulk(out, x.resp.host);
  put_integer(out, x.resp.port);
  put_bulk(out, shown_id(x.id));
  put_array(out, 0); // Further names of the host.
}

void put_shard_node(std::string& out, const shown_node& x, std::string_view role) {
  put_array(out, 14);
  put_bulk(out, "id");
  put_bulk(out, shown_id(x.id));
  put_bulk(out, "port");
  put_integer(out, x.resp.port);
  put_bulk(out, "ip");
  put_bulk(out, x.resp.host);
  put_bulk(out, "endpoint");
  put_bulk(out, x.resp.host);
  put_bulk(out, "role");
  put_bulk(out, role);
  put_bulk(out, "replication-offset");
  put_integer(out, 0); // Positions differ from shard to shard: no one number says them.
  put_bulk(out, "health");
  put_bulk(out, "online");
}

std::string line_of(const shown_node& x, const node_id& self) {
  auto flags = std::string{x.id == self ? "myself," : ""};
  flags += x.is_replica() ? "slave" : "master";
  if (!x.present)
    flags += ",fail";
  if (x.resp.empty())
    flags += ",noaddr";
  auto line = shown_id(x.id) + ' ' + x.resp.host + ':' + to_string(x.resp.port) + '@'
              + to_string(x.link_port) + ' ' + flags + ' '
              + (x.master ? shown_id(*x.master) : "-") + " 0 0 " + to_string(x.at) + ' '
              + (x.present ? "connected" : "disconnected");
  for (const auto& range : x.slots) {
    line += ' ' + to_string(range.first);
    if (range.last != range.first)
      line += '-' + to_string(range.last);
  }
  return line + '\n';
}

} // namespace

std::string cluster_slots_reply(const cluster_view& x) {
  auto body = std::string{};
  auto count = std::size_t{0};
  for (const auto& shard : x.shards()) {
    for (const auto& range : shard.slots) {
      ++count;
      put_array(body, 3 + shard.replicas.size());
      put_integer(body, range.first.value());
      put_integer(body, range.last.value());
      put_slot_node(body, *x.find(shard.master));
      for (const auto& replica : shard.replicas)
        put_slot_node(body, *x.find(replica));
    }
  }
  auto result = std::string{};
  put_array(result, count);
  return result + body;
}

std::string cluster_shards_reply(const cluster_view& x) {
  auto result = std::string{};
  put_array(result, x.shards().size());
  for (const auto& shard : x.shards()) {
    put_array(result, 4);
    put_bulk(result, "slots");
    put_array(result, 2 * shard.slots.size());
    for (const auto& range : shard.slots) {
      put_integer(result, range.first.value());
      put_integer(result, range.last.value());
    }
    put_bulk(result, "nodes");
    put_array(result, 1 + shard.replicas.size());
    put_shard_node(result, *x.find(shard.master), "master");
    for (const auto& replica : shard.replicas)
      put_shard_node(result, *x.find(replica), "replica");
  }
  return result;
}

std::string cluster_nodes_reply(const cluster_view& x) {
  auto lines = std::string{};
  for (const auto& [id, node] : x.nodes())
    lines += line_of(node, x.self());
  return bulk_reply(lines);
}

std::string cluster_info_reply(const cluster_view& x) {
  auto highest = epoch{};
  for (const auto& [id, node] : x.nodes())
    highest = std::max(highest, node.at);
  const auto* self = x.find(x.self());
  auto mine = self != nullptr ? self->at : epoch{};
  auto whole = x.served_count() == storage::slot_count;
  auto text = std::string{};
  text += std::string{"cluster_state:"} + (whole ? "ok" : "fail");
  text += "\r\ncluster_slots_assigned:" + to_string(x.assigned_count());
  text += "\r\ncluster_slots_ok:" + to_string(x.served_count());
  text += "\r\ncluster_slots_pfail:0";
  text += "\r\ncluster_slots_fail:" + to_string(x.assigned_count() - x.served_count());
  text += "\r\ncluster_known_nodes:" + to_string(x.nodes().size());
  text += "\r\ncluster_size:" + to_string(x.master_count());
  text += "\r\ncluster_current_epoch:" + to_string(highest);
  text += "\r\ncluster_my_epoch:" + to_string(mine);
  return bulk_reply(text + "\r\n");
}

std::string moved_reply(slot in, const shown_endpoint& to) {
  return error_reply("MOVED " + to_string(in) + ' ' + to.host + ':' + to_string(to.port));
}

} // namespace troupe::router
