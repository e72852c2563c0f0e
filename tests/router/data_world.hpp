/// A node's surroundings for the tests of the data router's actors: links, membership,
/// registry and shards that remember what they were asked, and replicas that answer when
/// the test says so. The node is n1.
#pragma once

#include "router/data/data_client_actor.hpp"
#include "router/data/data_router_actor.hpp"
#include "tests/router/data_fixture.hpp"
#include "tests/support/test_context.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::test {

using fake_links = caf::typed_actor<
  caf::reacts_to<cluster::subscribe_links>, caf::reacts_to<cluster::pin_link>,
  caf::replies_to<cluster::refer>::with<caf::strong_actor_ptr>>;
using fake_membership = caf::typed_actor<caf::reacts_to<cluster::subscribe_members>>;
using fake_registry
  = caf::typed_actor<caf::replies_to<registry::subscribe_entries>::with<caf::ok_atom>>;
using fake_shards = caf::typed_actor<caf::reacts_to<storage::subscribe_shards>>;
using fake_replica = caf::typed_actor<
  caf::reacts_to<storage::local_requests>, caf::reacts_to<storage::remote_requests>>;

/// What a replica was asked, and what it says to being asked.
struct replica_log {
  std::vector<storage::local_requests> local;
  std::vector<storage::remote_requests> remote;
  error refusal; ///< Of the request that carries remote ones, as a link would fail it.
};

class recording_sink final : public router::data_sink {
public:
  void take(shard_id from, std::vector<storage::data_answer> x) override {
    for (auto& each : x)
      answers.emplace_back(from, std::move(each));
  }
  void lost(const node_id& node) override { lost_nodes.push_back(node); }

  std::vector<std::pair<shard_id, storage::data_answer>> answers;
  std::vector<node_id> lost_nodes;
};

class data_world {
public:
  /// Makes the node's links, where they shall be real ones.
  using make_links = std::function<cluster::links_actor(data_world&)>;

  explicit data_world(
    router::data_router_config config = {}, const make_links& links = {});
  data_world(const data_world&) = delete;
  data_world& operator=(const data_world&) = delete;

  /// Ends the router while what it works with is there.
  ~data_world() {
    board.clear();
    end(router);
  }

  template <class Actor>
  void end(const Actor& x) {
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    system.settle();
  }

  /// Spawns a replica of `shard` on `node`, which links find from now on.
  fake_replica add_replica(const node_id& node, shard_id shard);

  /// Tells of three live nodes, and of these masters.
  void tell_map(const std::map<shard_id, std::pair<std::uint64_t, node_id>>& masters);
  void tell_roles(const std::map<shard_id, std::pair<std::uint64_t, node_id>>& masters);
  void tell_death(const node_id& node);
  void tell_slots(std::vector<storage::slot_map::range> ranges);

  void forward(
    const node_id& node, const std::vector<std::uint64_t>& ids,
    const std::shared_ptr<recording_sink>& sink);
  void answer(const storage::data_request& x, storage::answer_status status);
  void break_link(const node_id& node) {
    tell_link(cluster::link::news_kind::lost, node);
  }
  void tell_link(cluster::link::news_kind what, const node_id& node);

  /// Pushes to the subscription of that kind, and checks that it is acknowledged.
  void push(
    registry::entry_kind kind, const std::vector<registry::view_change>& changes,
    bool snapshot = false);

  replica_log& log_of(const node_id& node, shard_id shard) {
    return logs_[{node, shard}];
  }

  deterministic_system system;
  test_context context{system};
  router::data_board board;
  router::session_book sessions{n1, incarnation{1}};
  std::size_t refers = 0;      ///< References that were asked for.
  std::vector<node_id> pinned; ///< Links.
  router::data_router_environment environment;
  router::data_router_actor router;

private:
  [[nodiscard]] cluster::links_actor spawn_fake_links();

  std::map<std::pair<node_id, shard_id>, replica_log> logs_;
  std::map<std::pair<node_id, std::string>, caf::strong_actor_ptr> references_;
  std::map<registry::entry_kind, registry::registry_listener> subscriptions_;
  std::uint64_t pushes_ = 0;
};

[[nodiscard]] std::vector<storage::data_request>
reads(const std::vector<std::uint64_t>& ids);

} // namespace troupe::test
