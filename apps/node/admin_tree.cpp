// What the admin answers about the supervision tree (admin_actor.hpp).
#include "apps/node/admin_actor.hpp"
#include "apps/node/tree_view.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace troupe::apps {

namespace {

using namespace std::chrono_literals;

// Answers of the node's own actors.
constexpr auto tree_question_deadline = 5s;

// A supervisor that is slower is shown as one that does not answer.
constexpr auto tree_deadline = 1s;

/// The answers that one question about the tree waits for; the last one completes it.
struct tree_answer {
  caf::typed_response_promise<tree_reply> promise;
  actors::tree_node root;
  std::vector<storage::replica_status> replicas;
  std::vector<cluster::link_summary> links;
  std::size_t missing = 0;

  void one_less() {
    if (--missing == 0 && promise.pending())
      promise.deliver(tree_reply{grow_tree(std::move(root), std::move(replicas), links)});
  }
};

} // namespace

caf::result<tree_reply> admin_state::tree() {
  const auto others = others_->get();
  auto answer = std::make_shared<tree_answer>();
  answer->promise = self_->make_response_promise<tree_reply>();
  answer->missing = others.shards ? 3 : 2;
  // The tree is there without what these hold.
  auto unknown = [answer](const error&) { answer->one_less(); };
  self_
    ->request(
      others.root, tree_question_deadline, actors::atom::tree_v, duration{tree_deadline})
    .then(
      [answer](actors::tree_node& root) {
        answer->root = std::move(root);
        answer->one_less();
      },
      [answer](error& why) { answer->promise.deliver(std::move(why)); });
  self_->request(others.links, tree_question_deadline, cluster::atom::list_links_v)
    .then(
      [answer](const std::vector<cluster::link_summary>& links) {
        answer->links = links;
        answer->one_less();
      },
      unknown);
  if (!others.shards)
    return answer->promise; // The node has not joined yet.
  self_->request(others.shards, tree_question_deadline, storage::atom::list_shards_v)
    .then(
      [answer](storage::node_replicas& held) {
        answer->replicas = std::move(held.replicas);
        answer->one_less();
      },
      unknown);
  return answer->promise;
}

} // namespace troupe::apps
