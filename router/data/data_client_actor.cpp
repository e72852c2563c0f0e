#include "router/data/data_client_actor.hpp"

#include "actors/base/assert.hpp"
#include "storage/catalog/catalog_wire.hpp"

#include <chrono>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace troupe::router {

namespace {

using namespace std::chrono_literals;

// How exactly deadlines are kept: an ending may be told this late.
constexpr auto client_tick_period = 5ms;

/// Sends what it hears to the client's actor, for as long as there is one.
class actor_sink final : public data_sink {
public:
  explicit actor_sink(const data_client_parts& owner) : owner_{owner.address()} {}

  void take(shard_id, std::vector<storage::data_answer> answers) override {
    if (auto owner = caf::actor_cast<data_client_parts>(owner_))
      caf::anon_send(owner, data_answers{std::move(answers)});
  }

  void lost(const node_id& node) override {
    if (auto owner = caf::actor_cast<data_client_parts>(owner_))
      caf::anon_send(owner, data_node_lost{node});
  }

private:
  caf::actor_addr owner_; // Weak: the owner holds this.
};

} // namespace

void hand_over(
  data_calls::dispatch x, const data_snapshot& snapshot, const data_router_actor& router,
  const std::shared_ptr<data_sink>& sink) {
  auto local = snapshot.local.find(x.shard);
  if (x.node == snapshot.self && local != snapshot.local.end())
    caf::anon_send(local->second, storage::local_requests{std::move(x.requests), sink});
  else
    caf::anon_send(router, forward{x.shard, x.node, std::move(x.requests), sink});
}

// -- data_client
// --------------------------------------------------------------------------

data_client::data_client(
  const data_client_environment* environment, random_source random,
  const data_client_parts& owner)
    : environment_{environment}, calls_{environment->calls, random},
      sink_{std::make_shared<actor_sink>(owner)} {
  caf::anon_send(
    environment->router, subscribe_data{caf::actor_cast<data_listener>(owner)});
}

data_client::~data_client() {
  for (const auto& x : sessions_)
    environment_->sessions->close(x.client());
}

// A shard without a master holds its writes, and with them the oldest number of their
// session: writes to others go on in a further one.
write_session* data_client::session_with_room() {
  auto found = std::ranges::find_if(sessions_, [](const auto& x) { return !x.full(); });
  if (found != sessions_.end())
    return &*found;
  if (sessions_.size() == sessions_max)
    return nullptr;
  return &sessions_.emplace_back(environment_->sessions->open());
}

void data_client::write(data_write_request x, callback done) {
  auto* session = session_with_room();
  if (session == nullptr) {
    done(outcome_of(data_refusal::too_many, x.shard, x.in));
    return;
  }
  auto request = session->begin();
  auto what
    = storage::data_write{request, session->answered_below(), std::move(x.what), x.mode};
  begin(
    {x.shard, x.in, std::move(what), now() + x.time_left},
    {std::move(done), write_under_way{session, request.number}});
}

void data_client::read(data_read_request x, callback done) {
  auto what = storage::data_read{x.level, std::move(x.keys), std::move(x.what)};
  begin(
    {x.shard, x.in, std::move(what), now() + x.time_left},
    {std::move(done), std::nullopt});
}

void data_client::begin(data_call x, under_way entry) {
  auto out = data_calls::output{};
  auto id = calls_.call(std::move(x), now(), out);
  under_way_.emplace(id, std::move(entry));
  perform(std::move(out));
}

void data_client::on(const data_changed& x) {
  auto before = std::exchange(snapshot_, x.now);
  auto out = data_calls::output{};
  for (const auto& [shard, replica] : before->local)
    if (!snapshot_->local.contains(shard))
      calls_.lost(shard, snapshot_->self, now(), out);
  calls_.map_is(snapshot_->map, now(), out);
  perform(std::move(out));
}

void data_client::on(data_answers& x) {
  auto out = data_calls::output{};
  calls_.answered(std::move(x.answers), now(), out);
  perform(std::move(out));
}

void data_client::on(const data_node_lost& x) {
  auto out = data_calls::output{};
  calls_.lost(x.node, now(), out);
  perform(std::move(out));
}

void data_client::tick() {
  auto out = data_calls::output{};
  calls_.tick(now(), out);
  perform(std::move(out));
}

void data_client::perform(data_calls::output out) {
  for (auto& each : out.dispatches)
    hand_over(std::move(each), *snapshot_, environment_->router, sink_);
  for (auto& each : out.endings) {
    auto ended = under_way_.extract(each.id);
    TROUPE_ASSERT(!ended.empty());
    if (const auto& write = ended.mapped().write)
      write->in->ended(write->number);
    ended.mapped().done(std::move(each.outcome));
  }
}

// -- catalog_client
// -----------------------------------------------------------------------

void catalog_client::ask(
  const storage::catalog_command& x, duration time_left, callback done) {
  auto finish = [done = std::move(done)](const data_outcome& outcome) {
    if (outcome.status != data_status::done) {
      done(error_of(outcome));
      return;
    }
    auto reply = storage::decode_catalog_reply(outcome.reply);
    if (reply)
      done(catalog_answer{std::move(*reply), outcome.at});
    else
      done(std::move(reply.error()));
  };
  auto is_write = std::holds_alternative<storage::catalog_put>(x)
                  || std::holds_alternative<storage::catalog_delete>(x);
  if (is_write) {
    calls_->write(
      {storage::catalog_shard, storage::catalog_slot, storage::encode(x), {}, time_left},
      std::move(finish));
    return;
  }
  auto read = storage::read_of(x);
  calls_->read(
    {storage::catalog_shard, storage::catalog_slot, std::move(read.keys),
     std::move(read.what), read.level, time_left},
    std::move(finish));
}

// -- data_client_actor
// --------------------------------------------------------------------

namespace {

using pointer = data_client_actor::stateful_pointer<data_client_state>;

void keep_ticking(pointer self, const actors::actor_context* context) {
  auto& state = self->state;
  if (!state.ticking && state.calls->calls_count() > 0) {
    state.ticking = true;
    context->clock->after(self, client_tick_period, caf::tick_atom_v);
  }
}

data_client::callback answer_by(caf::typed_response_promise<data_reply> promise) {
  return [promise](data_outcome x) mutable {
    if (x.status == data_status::done)
      promise.deliver(data_reply{*x.shard, std::move(x.reply), x.at});
    else
      promise.deliver(error_of(x));
  };
}

} // namespace

data_client_actor::behavior_type make_data_client(
  pointer self, const data_client_environment* environment, random_source random) {
  const auto* context = environment->context;
  actors::install_defaults(self, context);
  auto& calls = self->state.calls;
  calls.emplace(environment, random, caf::actor_cast<data_client_parts>(self));
  return {
    [self, context](data_write_request& x) {
      auto promise = self->make_response_promise<data_reply>();
      self->state.calls->write(std::move(x), answer_by(promise));
      keep_ticking(self, context);
      return promise;
    },
    [self, context](data_read_request& x) {
      auto promise = self->make_response_promise<data_reply>();
      self->state.calls->read(std::move(x), answer_by(promise));
      keep_ticking(self, context);
      return promise;
    },
    [self](const data_changed& x) { self->state.calls->on(x); },
    [self](data_answers& x) { self->state.calls->on(x); },
    [self](const data_node_lost& x) { self->state.calls->on(x); },
    [self, context](caf::tick_atom) {
      self->state.ticking = false;
      self->state.calls->tick();
      keep_ticking(self, context);
    },
  };
}

} // namespace troupe::router
