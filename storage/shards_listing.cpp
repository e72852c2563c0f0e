// What the shards tell people of their replicas (shards_actor.hpp).
#include "storage/shards_actor.hpp"

#include <memory>
#include <utility>

namespace troupe::storage {

namespace {

using namespace std::chrono_literals;

// Answers of the node's own actors; one that is stuck must not hold the others up.
constexpr auto listing_deadline = 1s;

/// The answers that one question waits for.
struct gathering {
  caf::typed_response_promise<node_replicas> promise;
  node_replicas what;
  std::size_t missing = 0;

  void one_less() {
    if (--missing == 0)
      promise.deliver(std::move(what));
  }
};

} // namespace

caf::result<node_replicas> shards_state::list() {
  if (replicas_.empty())
    return node_replicas{};
  auto all = std::make_shared<gathering>();
  all->promise = self_->make_response_promise<node_replicas>();
  all->missing = replicas_.size() + (placer_ ? 1 : 0);
  if (placer_)
    self_->request(placer_, listing_deadline, atom::placing_v)
      .then(
        [all](std::string& why) {
          all->what.waiting = std::move(why);
          all->one_less();
        },
        [all](const error&) { all->one_less(); });
  for (const auto& [shard, replica] : replicas_)
    self_->request(replica.actor, listing_deadline, atom::status_v)
      .then(
        [all](const replica_status& x) {
          all->what.replicas.push_back(x);
          all->one_less();
        },
        [all](const error&) { all->one_less(); }); // Stuck: others say what it was.
  return all->promise;
}

} // namespace troupe::storage
