// What the admin answers about shards and data (admin_actor.hpp).
#include "apps/node/admin_actor.hpp"
#include "apps/node/shards_view.hpp"
#include "router/resp/data_command.hpp"
#include "router/resp/reply.hpp"

#include <algorithm>
#include <map>
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
  std::map<node_id, node_name> names;
  std::vector<node_shards> said;
  std::string waiting;
  std::size_t missing = 0;

  void take(const node_id& from, own_shards_reply& x) {
    said.push_back({from, std::move(x.replicas)});
    if (!x.waiting.empty())
      waiting = std::move(x.waiting);
    one_less();
  }

  void one_less() {
    if (--missing == 0)
      promise.deliver(shards_reply{compose_shards(said, names), std::move(waiting)});
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
  self_
    ->request(
      others_->get().membership, shard_question_deadline, cluster::atom::members_v)
    .then(
      [this, answer](const std::vector<cluster::member>& members) {
        auto asked = std::vector<node_id>{};
        for (const auto& x : members) {
          answer->names.emplace(x.node.id, x.node.name);
          if (present(x.state))
            asked.push_back(x.node.id);
        }
        // Counted first: an answer may come at once. One for this question itself.
        answer->missing = asked.size() + 1;
        for (const auto& node : asked)
          ask_shards_of(node, [answer, node](expected<own_shards_reply> x) {
            if (x)
              answer->take(node, *x);
            else
              answer->one_less();
          });
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
  const node_id& node, std::function<void(expected<own_shards_reply>)> done) {
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
