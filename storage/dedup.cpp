#include "storage/dedup.hpp"

#include <utility>

namespace troupe::storage {

bool node_row::is_closed(const client_id& client) const {
  if (client.incarnation != incarnation)
    return client.incarnation < incarnation;
  return client.connection < closed_below && !open.contains(client.connection);
}

dedup_table::answer
dedup_table::look_up(const request_id& request, const dedup_limits& limits) const {
  const auto& client = request.client;
  if (auto node = nodes_.find(client.node);
      node != nodes_.end() && node->second.is_closed(client))
    return {verdict::expired, {}};
  auto found = clients_.find(client);
  if (found == clients_.end())
    return {
      clients_.size() < limits.client_count_max ? verdict::fresh : verdict::full, {}};
  const auto& row = found->second;
  if (request.number < row.answered_below)
    return {verdict::answered, {}};
  if (auto reply = row.replies.find(request.number); reply != row.replies.end())
    return {verdict::stored, reply->second};
  return {
    row.replies.size() < limits.reply_count_max ? verdict::fresh : verdict::full, {}};
}

void dedup_table::apply(const record& x, dedup_changes& changes) {
  if (const auto* write = std::get_if<write_record>(&x.payload))
    apply_write(*write, changes);
  else if (const auto* trim = std::get_if<dedup_trim_record>(&x.payload))
    apply_trim(*trim, changes);
}

// A record of an incarnation that has ended meanwhile keeps its effects but gets no row:
// a retry of it is refused, which is as good.
void dedup_table::apply_write(const write_record& x, dedup_changes& changes) {
  const auto& client = x.request.client;
  if (enter_incarnation(client.node, client.incarnation, changes).is_closed(client))
    return;
  auto& row = clients_[client];
  row.answered_below = std::max(row.answered_below, x.answered_below);
  if (x.request.number >= row.answered_below)
    row.replies[x.request.number] = x.reply;
  row.replies.erase(row.replies.begin(), row.replies.lower_bound(row.answered_below));
  changes.clients[client] = row;
}

// Statements of one incarnation only grow, so that an old one that arrives late changes
// nothing.
void dedup_table::apply_trim(const dedup_trim_record& x, dedup_changes& changes) {
  auto& node = enter_incarnation(x.node, x.incarnation, changes);
  if (node.incarnation != x.incarnation || x.closed_below <= node.closed_below)
    return;
  node.closed_below = x.closed_below;
  node.open = {x.open.begin(), x.open.end()};
  changes.nodes[x.node] = node;
  auto i = clients_.lower_bound({x.node, x.incarnation, 0});
  while (i != clients_.end() && i->first.node == x.node
         && i->first.incarnation == x.incarnation) {
    if (node.is_closed(i->first)) {
      changes.clients[i->first] = std::nullopt;
      i = clients_.erase(i);
    } else {
      ++i;
    }
  }
}

node_row& dedup_table::enter_incarnation(
  const node_id& node, troupe::incarnation incarnation, dedup_changes& changes) {
  auto& row = nodes_[node];
  if (incarnation <= row.incarnation)
    return row;
  row = {incarnation, 0, {}};
  changes.nodes[node] = row;
  auto i = clients_.lower_bound({node, troupe::incarnation{0}, 0});
  while (i != clients_.end() && i->first.node == node
         && i->first.incarnation < incarnation) {
    changes.clients[i->first] = std::nullopt;
    i = clients_.erase(i);
  }
  return row;
}

} // namespace troupe::storage
