#include "apps/mall/mall_client.hpp"

#include "apps/mall/inventory_wire.hpp"

#include <chrono>
#include <utility>

namespace troupe::mall {

namespace {

using namespace std::chrono_literals;

constexpr auto connect_deadline = 2s;

// Longer than the inventory waits for a shard, and an attempt or two of the gateway.
constexpr auto call_deadline = 15s;

} // namespace

error mall_client::connect(const std::string& address) {
  if (auto why = client_.connect(address, connect_deadline))
    return why;
  learn(address);
  return {};
}

error mall_client::reconnect() {
  auto result = error{fail(ec::unreachable, "no node is known")};
  for (const auto& address : std::vector{nodes_}) {
    result = connect(address);
    if (!result)
      return {};
  }
  return result;
}

// The one connected to comes last: whoever reconnects has lost it.
void mall_client::learn(const std::string& connected) {
  auto members = client_.ask(apps::members_query{}, connect_deadline);
  if (!members)
    return; // It has just gone, too; what was known is better.
  nodes_.clear();
  for (const auto& x : members->members)
    if ((x.state == "alive" || x.state == "suspect") && x.link != connected)
      nodes_.push_back(x.link);
  nodes_.push_back(connected);
}

std::string mall_client::node_name() const { return client_.node().name.value(); }

void mall_client::call(
  const char* method, std::string json, std::function<void(expected<std::string>)> done) {
  client_.ask_later(
    {inventory_service, method, std::move(json), true}, call_deadline,
    [done = std::move(done)](expected<apps::call_reply> x) {
      if (x)
        done(std::move(x->json));
      else
        done(std::move(x.error()));
    });
}

} // namespace troupe::mall
