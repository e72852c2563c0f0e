#include "storage/catalog/placer_actor.hpp"

#include "storage/catalog/catalog_wire.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace troupe::storage {

namespace {

using namespace std::chrono_literals;

// How long the catalog may take; well below the core's own patience.
constexpr auto request_deadline = 5s;

// A client of the catalog is a connection of its node. Doors count theirs from 1, and
// close those below a bound; this one is closed with the incarnation alone.
constexpr auto connection = std::uint64_t{1} << 63;

/// Posts answers to the placer. Keeps no actor alive.
class placer_sink final : public answer_sink {
public:
  explicit placer_sink(const placer_actor& to)
      : to_{caf::actor_cast<caf::actor_addr>(to)} {}

  void take(shard_id, std::vector<data_answer> answers) override {
    if (auto to = caf::actor_cast<placer_actor>(to_))
      caf::anon_send(to, placer_answers{std::move(answers)});
  }

private:
  caf::actor_addr to_;
};

} // namespace

void placer_state::start(
  const actors::actor_context* context, const placer_identity& who,
  const cluster::membership_actor& membership, replica_actor catalog, placer core) {
  context_ = context;
  who_ = who;
  catalog_ = std::move(catalog);
  core_.emplace(std::move(core));
  sink_ = std::make_shared<placer_sink>(placer_actor{self_});
  self_->send(
    membership,
    cluster::subscribe_members{caf::actor_cast<cluster::member_listener>(self_)});
}

void placer_state::on(const cluster::member_news& x) {
  auto alive = x.about.state == cluster::member_state::alive;
  perform(core_->member(x.about.node.id, x.about.node.name, alive, now()));
}

void placer_state::on(const replica_news& x) {
  if (x.status.shard != catalog_shard)
    return;
  auto held = x.status.role == replica_role::master && x.status.announced;
  perform(core_->mastership(held, now()));
}

void placer_state::tick(std::uint64_t number) {
  if (!alarm_.rings(number))
    return;
  perform(core_->tick(now()));
}

// -- the catalog
// ------------------------------------------------------------------------------

void placer_state::list() {
  begin(false);
  for (const auto* prefix : {placement_prefix, slot_map_key})
    ask(read_of(catalog_list{prefix, {}, 0}));
  submit();
}

void placer_state::put(const std::vector<catalog_put>& puts) {
  begin(true);
  for (const auto& x : puts) {
    auto number = last_request_ + 1;
    auto request = request_id{{who_.node, who_.incarnation, connection}, number};
    ask(write_of(x, request, first_open_));
  }
  submit();
}

// What was asked before is given up: its answers are ignored from here on.
void placer_state::begin(bool writing) {
  first_open_ = last_request_ + 1;
  writing_ = writing;
  trouble_.clear();
  read_.clear();
}

template <class What>
void placer_state::ask(What what) {
  requests_.push_back({++last_request_, catalog_slot, std::move(what), request_deadline});
}

void placer_state::submit() {
  unanswered_ = requests_.size();
  self_->send(catalog_, local_requests{std::exchange(requests_, {}), sink_});
}

void placer_state::on(const placer_answers& x) {
  for (const auto& answer : x.what) {
    if (answer.id < first_open_ || unanswered_ == 0)
      continue;
    --unanswered_;
    take(answer);
    if (unanswered_ == 0)
      finish();
  }
}

void placer_state::take(const data_answer& x) {
  if (x.status != answer_status::ok) {
    trouble_ = to_string(x.status);
    return;
  }
  auto reply = decode_catalog_reply(x.reply);
  if (!reply)
    trouble_ = render(reply.error());
  else if (reply->status == catalog_status::refused)
    trouble_ = reply->why;
  else // A conflict is as good as ok: the key has a value, of somebody else.
    std::ranges::move(reply->entries, std::back_inserter(read_));
}

void placer_state::finish() {
  if (!trouble_.empty()) {
    context_->log.info("the catalog did not take it; trying again", "why", trouble_);
    perform(core_->failed(now()));
  } else if (writing_) {
    perform(core_->written(now()));
  } else {
    perform(core_->listed(read_, now()));
  }
}

// -- output
// ------------------------------------------------------------------------------

void placer_state::perform(placer::output out) {
  if (out.list)
    list();
  if (!out.puts.empty()) {
    context_->log.info("placing shards", "entries", out.puts.size());
    put(out.puts);
  }
  if (out.status && !out.status->empty())
    context_->log.warn("shards are not placed", "why", *out.status);
  alarm_.plan(self_, *context_->clock, out.wake_at);
}

placer_actor::behavior_type make_placer(
  placer_actor::stateful_pointer<placer_state> self, const actors::actor_context* context,
  const placer_identity& who, const cluster::membership_actor& membership,
  replica_actor catalog, placer core) {
  actors::install_defaults(self, context);
  auto* state = &self->state;
  state->start(context, who, membership, std::move(catalog), std::move(core));
  return {
    [state](const cluster::member_news& x) { state->on(x); },
    [state](const replica_news& x) { state->on(x); },
    [state](atom::placing) { return state->status(); },
    [state](const placer_answers& x) { state->on(x); },
    [state](caf::tick_atom, std::uint64_t number) { state->tick(number); },
  };
}

} // namespace troupe::storage
