/// Whole nodes with one replica each of one shard, in one engine: the actors of the
/// folder over simulated disks, with a post office in place of links.
#pragma once

#include "actors/sim/disk.hpp"
#include "storage/applier_actor.hpp"
#include "storage/codecs_wire.hpp"
#include "storage/log_writer_actor.hpp"
#include "storage/memory_store.hpp"
#include "storage/replica_actor.hpp"
#include "tests/storage/data_samples.hpp"
#include "tests/support/test_context.hpp"

#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::storage::test {

class shard_fixture {
public:
  struct node {
    std::uint64_t number = 0;
    troupe::incarnation incarnation{0};
    sim::memory_disk disk;
    std::shared_ptr<memory_store> rows = std::make_shared<memory_store>();
    std::vector<replica_status> news;
    std::vector<caf::actor> actors; ///< None when it is down.
    replica_actor replica;
    error ended; ///< What the first of its actors that failed has ended with.
  };

  troupe::test::deterministic_system system;
  troupe::test::test_context context{system};
  actors::message_codecs codecs;
  word_evaluator commands;
  std::map<std::uint64_t, node> nodes;
  std::set<std::pair<std::uint64_t, std::uint64_t>> cut; ///< From, to.
  std::size_t posts = 0;

  explicit shard_fixture(std::uint64_t replica_count = 3);
  ~shard_fixture();
  shard_fixture(const shard_fixture&) = delete;
  shard_fixture& operator=(const shard_fixture&) = delete;

  void start(std::uint64_t number);
  void kill(std::uint64_t number);

  /// Lets time pass until a master is announced; returns its number.
  std::uint64_t elect();
  replica_status status(std::uint64_t number);

  /// Gives requests to a replica, and lets things settle.
  std::shared_ptr<test_sink> ask(std::uint64_t number, std::vector<data_request> what);

  /// The same, and the one answer; fails the test when there is none.
  data_answer answer_to(std::uint64_t number, data_request what);

  void carry(std::uint64_t from, const cluster::post& x);

private:
  template <class... Ts>
  auto spawn_on(node& on, Ts&&... xs) {
    auto handle = system.spawn(std::forward<Ts>(xs)...);
    auto plain = caf::actor_cast<caf::actor>(handle);
    plain->attach_functor([&on, here = std::weak_ptr{here}](const error& why) {
      if (!here.expired() && !on.ended)
        on.ended = why;
    });
    on.actors.push_back(plain);
    return handle;
  }

  std::shared_ptr<bool> here = std::make_shared<bool>(true); // Last: the nodes are there.
};

} // namespace troupe::storage::test
