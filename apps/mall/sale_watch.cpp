#include "apps/mall/sale_watch.hpp"

#include "apps/node/admin_client.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <utility>

namespace troupe::mall {

namespace {

using namespace std::chrono_literals;

constexpr auto ask_deadline = 2s;
constexpr auto interval = 250ms;

std::string
summary(const apps::shards_reply& shards, const apps::members_reply& members) {
  auto masters = std::map<std::string, std::size_t>{};
  auto without = std::size_t{0};
  for (const auto& x : shards.shards)
    if (x.master)
      ++masters[x.master->value()];
    else
      ++without;
  auto result = std::string{"masters"};
  for (const auto& [name, count] : masters)
    result += " " + name + ":" + std::to_string(count);
  if (without > 0)
    result += ", shards without a master " + std::to_string(without);
  auto down = std::string{};
  for (const auto& x : members.members)
    if (x.state != "alive")
      down += " " + x.name.value();
  return down.empty() ? result : result + ", down" + down;
}

} // namespace

sale_watch::sale_watch(std::vector<std::string> nodes)
    : thread_{[this, nodes = std::move(nodes)](const std::stop_token& stop) {
        watch(stop, nodes);
      }} {}

std::string sale_watch::seen() const {
  auto guard = std::lock_guard{mutex_};
  return seen_;
}

void sale_watch::watch(const std::stop_token& stop, std::vector<std::string> nodes) {
  auto client = apps::admin_client{};
  auto connected = false;
  for (std::size_t next = 0; !stop.stop_requested();
       std::this_thread::sleep_for(interval)) {
    if (!connected)
      connected = !client.connect(nodes[next++ % nodes.size()], ask_deadline);
    if (!connected)
      continue;
    auto shards = client.ask(apps::shards_query{}, ask_deadline);
    auto members = client.ask(apps::members_query{}, ask_deadline);
    connected = shards && members;
    if (!connected)
      continue;
    auto guard = std::lock_guard{mutex_};
    seen_ = summary(*shards, *members);
  }
}

} // namespace troupe::mall
