#include "tests/router/data_world.hpp"

#include "storage/catalog/placement_wire.hpp"

#include <chrono>

#include <caf/actor_cast.hpp>

namespace troupe::test {

using namespace std::chrono_literals;
using registry::entry_kind;

std::vector<storage::data_request> reads(const std::vector<std::uint64_t>& ids) {
  auto result = std::vector<storage::data_request>{};
  for (auto id : ids)
    result.push_back(
      {id, slot{1},
       storage::data_read{storage::read_level::lease, {"k"}, storage::command{"GET"}},
       5s});
  return result;
}

cluster::links_actor data_world::spawn_fake_links() {
  auto result = system.spawn([this]() -> fake_links::behavior_type {
    return {
      [](const cluster::subscribe_links&) {},
      [this](const cluster::pin_link& x) {
        if (x.pinned)
          pinned.push_back(x.peer);
        else
          std::erase(pinned, x.peer);
      },
      [this](const cluster::refer& x) -> caf::result<caf::strong_actor_ptr> {
        ++refers;
        auto found = references_.find({x.peer, x.name});
        if (found == references_.end())
          return fail(ec::unreachable, "no such replica");
        return found->second;
      }};
  });
  return caf::actor_cast<cluster::links_actor>(result);
}

data_world::data_world(router::data_router_config config, const make_links& links) {
  auto membership = system.spawn([]() -> fake_membership::behavior_type {
    return {[](const cluster::subscribe_members&) {}};
  });
  auto registry = system.spawn([this]() -> fake_registry::behavior_type {
    return {[this](const registry::subscribe_entries& x) {
      CHECK(x.wanted.name.empty());
      subscriptions_[x.wanted.kind] = x.listener;
      return caf::ok_atom_v;
    }};
  });
  auto shards = system.spawn([]() -> fake_shards::behavior_type {
    return {[](const storage::subscribe_shards&) {}};
  });
  environment.context = &context;
  environment.self = n1;
  environment.links = links ? links(*this) : spawn_fake_links();
  environment.membership = caf::actor_cast<cluster::membership_actor>(membership);
  environment.registry = caf::actor_cast<registry::registry_actor>(registry);
  environment.shards = shards;
  environment.board = &board;
  environment.sessions = &sessions;
  environment.config = config;
  router = system.spawn(router::make_data_router, &environment);
  system.settle();
}

fake_replica data_world::add_replica(const node_id& node, shard_id shard) {
  auto* log = &log_of(node, shard);
  auto result = system.spawn([log](fake_replica::pointer self) {
    return fake_replica::behavior_type{
      [log](storage::local_requests& x) { log->local.push_back(std::move(x)); },
      [log, self](storage::remote_requests& x) -> caf::result<void> {
        CHECK(self->current_sender() != nullptr);
        log->remote.push_back(std::move(x));
        if (log->refusal)
          return log->refusal;
        return caf::unit;
      }};
  });
  references_[{node, storage::shard_name(shard)}]
    = caf::actor_cast<caf::strong_actor_ptr>(result);
  return result;
}

void data_world::push(
  entry_kind kind, const std::vector<registry::view_change>& changes, bool snapshot) {
  auto number = ++pushes_;
  auto content = std::make_shared<const std::vector<registry::view_change>>(changes);
  auto acked = system.self()->request(
    subscriptions_.at(kind), caf::infinite,
    registry::push{{}, number, snapshot, std::move(content)});
  system.settle();
  acked.receive(
    [&](std::uint64_t x) { CHECK(x == number); },
    [](const error& why) { FAIL(render(why)); });
}

void data_world::tell_map(
  const std::map<shard_id, std::pair<std::uint64_t, node_id>>& masters) {
  for (const auto& id : {n1, n2, n3}) {
    auto about = cluster::member{{id, node_name{"n"}, incarnation{1}}, {}, {}, {}, {},
                                 cluster::member_state::alive,         {}};
    system.self()->send(
      router, cluster::member_news{cluster::member_event::joined, about, {}});
  }
  tell_slots({{{slot{0}, slot{16'383}}, s1}});
  tell_roles(masters);
}

void data_world::tell_death(const node_id& node) {
  auto about = cluster::member{};
  about.node = {node, node_name{"n"}, incarnation{1}};
  about.state = cluster::member_state::dead;
  system.self()->send(
    router, cluster::member_news{cluster::member_event::died, about, {}});
  system.settle();
}

void data_world::tell_slots(std::vector<storage::slot_map::range> ranges) {
  auto value = storage::encode(storage::slot_map{std::move(ranges)});
  auto view = as_bytes(value);
  auto key = registry::entry_key{entry_kind::config, storage::slot_map_key, {}};
  push(
    entry_kind::config, {{{std::move(key),
                           registry::owner_id::catalog(),
                           {1, 1},
                           {view.begin(), view.end()},
                           false},
                          false}});
}

void data_world::tell_roles(
  const std::map<shard_id, std::pair<std::uint64_t, node_id>>& masters) {
  auto changes = std::vector<registry::view_change>{};
  for (const auto& [shard, role] : masters) {
    auto x = storage::shard_role_entry{
      shard, epoch{role.first}, replica_id{1}, role.second, incarnation{1}};
    auto key
      = registry::entry_key{entry_kind::shard_role, storage::shard_name(shard), {}};
    changes.push_back(
      {{std::move(key),
        registry::owner_id{role.second},
        {1, role.first},
        storage::encode(x),
        false},
       false});
  }
  push(entry_kind::shard_role, changes);
}

void data_world::forward(
  const node_id& node, const std::vector<std::uint64_t>& ids,
  const std::shared_ptr<recording_sink>& sink) {
  system.self()->send(router, router::forward{s1, node, reads(ids), sink});
  system.settle();
}

void data_world::answer(const storage::data_request& x, storage::answer_status status) {
  system.self()->send(router, storage::remote_answers{s1, {answer_to(x, status)}});
  system.settle();
}

void data_world::tell_link(cluster::link::news_kind what, const node_id& node) {
  auto why = what == cluster::link::news_kind::up ? error{} : fail(ec::link_lost, "cut");
  system.self()->send(
    router, cluster::link_news{
              what,
              {node, node_name{"n"}, incarnation{1}, cluster::link_role::node},
              {},
              std::move(why)});
  system.settle();
}

} // namespace troupe::test
