// What the admin answers about shards and data (admin_actor.hpp).
#include "apps/node/admin_actor.hpp"
#include "apps/node/shards_view.hpp"
#include "router/resp/data_command.hpp"
#include "router/resp/reply.hpp"
#include "storage/catalog/genesis.hpp"
#include "storage/catalog/placement_wire.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <caf/actor_cast.hpp>

namespace troupe::apps {

namespace {

using namespace std::chrono_literals;

// Answers of the node's own actors.
constexpr auto shard_question_deadline = 5s;

// A node that is slower is left out: the others say enough of its replicas.
constexpr auto peer_deadline = 1s;

// A command on data waits out an election.
constexpr auto data_deadline = duration{5s};

/// The answers that one question about shards waits for; the last one completes it.
struct shards_answer {
  caf::typed_response_promise<shards_reply> promise;
  shards_facts facts;
  std::string waiting;
  std::size_t missing = 3; ///< Charter, catalog's entries, members.

  void take(const node_progress& x) {
    if (x.charter)
      if (auto founded = storage::founding_of(*x.charter))
        facts.placed.push_back({storage::catalog_shard, std::move(*founded)});
    one_less();
  }

  /// What does not parse was told to the log by those who act on it.
  void take(const std::vector<registry::view_entry>& configs) {
    for (const auto& x : configs) {
      if (!x.owner.is_catalog())
        continue;
      if (x.key.name == storage::slot_map_key) {
        if (auto slots = storage::decode_slot_map(x.value))
          facts.slots = std::move(*slots);
      } else if (storage::shard_of_placement_key(x.key.name)) {
        if (auto placed = storage::decode_placement(x.value))
          facts.placed.push_back(std::move(*placed));
      }
    }
    one_less();
  }

  void take(const node_id& from, own_shards_reply& x) {
    facts.said.push_back({from, std::move(x.replicas)});
    if (!x.waiting.empty())
      waiting = std::move(x.waiting);
    one_less();
  }

  void one_less() {
    if (--missing == 0 && promise.pending())
      promise.deliver(shards_reply{compose_shards(facts), std::move(waiting)});
  }
};

} // namespace

error admin_state::not_joined() const {
  return fail(
    ec::wrong_state, "node " + facts_.self.name.value()
                       + " has not joined its cluster yet; ask again when its status is "
                         "ready");
}

caf::result<own_shards_reply> admin_state::own_shards() {
  auto shards = others_->get().shards;
  if (!shards)
    return not_joined();
  auto promise = self_->make_response_promise<own_shards_reply>();
  self_->request(shards, shard_question_deadline, storage::atom::list_shards_v)
    .then(
      [promise](storage::node_replicas& x) mutable {
        promise.deliver(own_shards_reply{std::move(x.replicas), std::move(x.waiting)});
      },
      [promise](error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

caf::result<shards_reply> admin_state::shards() {
  if (!others_->get().shards)
    return not_joined();
  auto answer = std::make_shared<shards_answer>();
  answer->promise = self_->make_response_promise<shards_reply>();
  auto unknown = [answer](const error&) { answer->one_less(); };
  self_->request(others_->get().lifecycle, shard_question_deadline, atom::phase_v)
    .then([answer](const node_progress& x) { answer->take(x); }, unknown);
  self_
    ->request(
      others_->get().registry, shard_question_deadline,
      registry::lookup{registry::entry_kind::config, {}})
    .then(
      [answer](const std::vector<registry::view_entry>& x) { answer->take(x); }, unknown);
  self_
    ->request(
      others_->get().membership, shard_question_deadline, cluster::atom::members_v)
    .then(
      [this, answer](const std::vector<cluster::member>& members) {
        answer->facts.members = members;
        for (const auto& x : members) {
          if (!present(x.state))
            continue;
          ++answer->missing;
          ask_shards_of(
            x.node.id, [answer, node = x.node.id](expected<own_shards_reply> said) {
              if (said)
                answer->take(node, *said);
              else
                answer->one_less();
            });
        }
        answer->one_less();
      },
      [answer](error& why) { answer->promise.deliver(std::move(why)); });
  return answer->promise;
}

namespace {

data_reply refusal(std::string_view text) { return {router::error_reply(text)}; }

} // namespace

caf::result<data_reply> admin_state::on(const data_command& x) {
  if (x.words.empty())
    return refusal("ERR no command");
  auto words = std::vector<std::string_view>{x.words.begin(), x.words.end()};
  auto found = router::look_up_command(words);
  if (found.spec == nullptr)
    return refusal(found.trouble);
  if (!found.spec->is_data())
    return refusal("ERR '" + x.words.front() + "' does not read or write data");
  auto parsed = router::parse_data_command(*found.spec, words);
  if (const auto* wrong = std::get_if<router::command_syntax_error>(&parsed))
    return refusal(wrong->text);
  const auto& command = std::get<router::data_command>(parsed);
  auto in = router::common_slot(command);
  if (!in)
    return refusal("CROSSSLOT Keys in request don't hash to the same slot");
  return router::is_write(found.spec->id) ? write(*in, command) : read(*in, command);
}

caf::result<data_reply> admin_state::write(slot in, const router::data_command& x) {
  auto request = router::data_write_request{};
  request.in = in;
  request.what = router::encode(x);
  return ask_data(std::move(request));
}

caf::result<data_reply> admin_state::read(slot in, const router::data_command& x) {
  auto request = router::data_read_request{};
  request.in = in;
  request.what = router::encode(x);
  x.for_each_key([&](std::string_view key) { request.keys.emplace_back(key); });
  return ask_data(std::move(request));
}

template <class Request>
caf::result<data_reply> admin_state::ask_data(Request request) {
  auto client = others_->get().data_client;
  if (!client)
    return not_joined();
  request.time_left = data_deadline;
  auto promise = self_->make_response_promise<data_reply>();
  // The client keeps the deadline; this only covers its death.
  self_->request(client, 2 * data_deadline, std::move(request))
    .then(
      [promise](router::data_reply& x) mutable {
        promise.deliver(data_reply{std::move(x.reply)});
      },
      [promise](error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

void admin_state::ask_shards_of(
  const node_id& node, const std::function<void(expected<own_shards_reply>)>& done) {
  auto failed = [done](error& why) { done(std::move(why)); };
  auto ask = [this, done, failed](const admin_actor& admin) {
    self_->request(admin, peer_deadline, own_shards_query{})
      .then([done](own_shards_reply& x) { done(std::move(x)); }, failed);
  };
  if (node == facts_.self.id) {
    ask(admin_actor{self_});
    return;
  }
  self_
    ->request(
      others_->get().links, shard_question_deadline, cluster::refer{node, admin_name})
    .then(
      [ask](const caf::strong_actor_ptr& x) { ask(caf::actor_cast<admin_actor>(x)); },
      failed);
}

} // namespace troupe::apps
