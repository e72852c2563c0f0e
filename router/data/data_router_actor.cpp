#include "router/data/data_router_actor.hpp"

#include "actors/base/assert.hpp"
#include "router/data/data_call.hpp"

#include <algorithm>
#include <iterator>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace troupe::router {

namespace {

using namespace std::chrono_literals;
using storage::answer_status;

constexpr auto local_deadline = 10s;

// A message to another node holds at most so much, or one request: larger ones would
// keep others waiting behind them.
constexpr auto chunk_bytes = std::size_t{512} << 10U;

/// Passes on what one subscription hears.
registry::registry_listener::behavior_type make_ear(
  registry::registry_listener::pointer self, const actors::actor_context* context,
  const data_router_actor& router, registry::entry_kind kind) {
  actors::install_defaults(self, context);
  return {[self, router, kind](const registry::push& x) {
    return self->delegate(router, heard_entries{kind, x});
  }};
}

class closings_ear final : public data_sink {
public:
  explicit closings_ear(caf::actor_addr router) : router_{std::move(router)} {}

  void take(shard_id from, std::vector<storage::data_answer> answers) override {
    auto router = caf::actor_cast<caf::strong_actor_ptr>(router_);
    for (const auto& x : answers)
      if (router)
        caf::anon_send(
          caf::actor_cast<data_router_actor>(router),
          closings_answered{from, x.id, x.status});
  }

  void lost(const node_id&) override {} // It is said again anyway.

private:
  caf::actor_addr router_;
};

void refuse(const forward& x, answer_status why) {
  auto answers = std::vector<storage::data_answer>{};
  for (const auto& each : x.requests)
    answers.push_back({each.id, why, {}, {}, {}});
  x.to->take(x.shard, std::move(answers));
}

/// Takes the first requests of `x` that make one message.
std::vector<storage::data_request> take_chunk(std::vector<storage::data_request>& x) {
  auto bytes = std::size_t{0};
  auto end = std::ranges::find_if(x, [&](const auto& each) {
    bytes += bytes_of(each);
    return bytes > chunk_bytes;
  });
  if (end == x.begin())
    ++end;
  auto result = std::vector<storage::data_request>(
    std::move_iterator{x.begin()}, std::move_iterator{end});
  x.erase(x.begin(), end);
  return result;
}

duration longest_wait(const std::vector<storage::data_request>& x) {
  auto result = duration{1ms};
  for (const auto& each : x)
    result = std::max(result, each.time_left);
  return result;
}

} // namespace

data_router_metrics::data_router_metrics(metrics_registry& registry)
    : forwarded{registry.make_counter(
      "troupe_router_forwarded_total", "Data requests sent to other nodes.")},
      refused{registry.make_counter(
        "troupe_router_forwards_refused_total",
        "Data requests that could not be sent to another node.")},
      lost{registry.make_counter(
        "troupe_router_forwards_lost_total",
        "Times that an asker's requests to another node were lost with its link.")} {}

data_router_state::~data_router_state() {
  for (const auto& ear : ears_)
    caf::anon_send_exit(ear, caf::exit_reason::user_shutdown);
}

void data_router_state::start(const data_router_environment* environment) {
  environment_ = environment;
  forwards_.emplace(environment->config.forwards);
  metrics_.emplace(*environment->context->metrics);
  closings_sink_
    = std::make_shared<closings_ear>(caf::actor_cast<caf::actor_addr>(self_));
  self_->set_down_handler([this](const caf::down_msg& x) { on(x); });
  self_->send(
    environment->links,
    cluster::subscribe_links{caf::actor_cast<cluster::link_listener>(self_)});
  self_->send(
    environment->membership,
    cluster::subscribe_members{caf::actor_cast<cluster::member_listener>(self_)});
  self_->send(
    environment->shards,
    storage::subscribe_shards{caf::actor_cast<storage::shard_listener>(self_)});
  listen(registry::entry_kind::config);
  listen(registry::entry_kind::shard_role);
  publish();
  environment->context->clock->after(
    self_, environment->config.closings_interval, caf::tick_atom_v);
}

void data_router_state::listen(registry::entry_kind kind) {
  auto ear = self_->spawn(
    make_ear, environment_->context, caf::actor_cast<data_router_actor>(self_), kind);
  ears_.push_back(ear);
  self_
    ->request(
      environment_->registry, local_deadline,
      registry::subscribe_entries{{kind, {}}, ear})
    .then([](caf::ok_atom) {}, [this](error& why) { self_->quit(std::move(why)); });
}

// -- who is where
// -------------------------------------------------------------------------

std::uint64_t data_router_state::on(const heard_entries& x) {
  auto trouble = x.kind == registry::entry_kind::config ? builder_.configs(x.what)
                                                        : builder_.roles(x.what);
  for (const auto& why : trouble)
    environment_->context->log.error("data map", "why", render(why));
  publish();
  return x.what.number;
}

void data_router_state::on(const cluster::member_news& x) {
  // Nobody is helped by dialling a node that is gone: when it is back, we ask again.
  if (!present(x.about.state) && pinned_.erase(x.about.node.id) > 0)
    self_->send(environment_->links, cluster::pin_link{x.about.node.id, false});
  builder_.member(x);
  publish();
}

void data_router_state::on(const storage::replica_opened& x) {
  local_.insert_or_assign(x.shard, x.replica);
  self_->monitor(x.replica);
  publish();
}

void data_router_state::on(const storage::replica_news& x) {
  builder_.follows(x.status.shard, x.status.follows);
  publish();
}

void data_router_state::on(const subscribe_data& x) {
  listeners_.emplace(x.listener.address(), x.listener);
  self_->monitor(x.listener);
  self_->send(x.listener, data_changed{published_});
}

void data_router_state::publish() {
  auto map = builder_.build();
  if (published_ && map == published_->map && local_ == published_->local)
    return;
  auto version = published_ ? published_->version : environment_->board->version();
  published_ = std::make_shared<data_snapshot>(
    data_snapshot{version + 1, environment_->self, std::move(map), local_});
  environment_->board->publish(published_);
  for (const auto& [address, listener] : listeners_)
    self_->send(listener, data_changed{published_});
}

void data_router_state::on(const caf::down_msg& x) {
  listeners_.erase(x.source);
  if (auto gone = places_.extract(x.source); !gone.empty())
    references_.erase(gone.mapped());
  std::erase_if(local_, [&](const auto& each) {
    if (each.second.address() != x.source)
      return false;
    builder_.follows(each.first, std::nullopt);
    return true;
  });
  publish();
}

// -- requests for other nodes
// -------------------------------------------------------------

void data_router_state::on(forward& x) {
  if (x.node == environment_->self) {
    serve_here(x);
    return;
  }
  // A link that nobody uses closes, and one that broke is dialled again only on demand.
  if (pinned_.insert(x.node).second)
    self_->send(environment_->links, cluster::pin_link{x.node, true});
  // What is not sent has surely not happened: its asker need not fear the worst.
  if (cut_off_.contains(x.node)) {
    metrics_->refused.add(x.requests.size());
    refuse(x, answer_status::not_master);
    return;
  }
  while (!x.requests.empty()) {
    auto chunk = take_chunk(x.requests);
    auto count = chunk.size();
    auto batch = forwards_->add(x.node, x.shard, x.to, chunk, now());
    if (!batch) {
      metrics_->refused.add(count);
      refuse({x.shard, x.node, std::move(chunk), x.to}, answer_status::busy);
      continue;
    }
    metrics_->forwarded.add(count);
    send({x.node, x.shard}, *batch, {x.shard, std::move(chunk)});
  }
}

// The asker's snapshot was older than ours, or the replica has ended.
void data_router_state::serve_here(forward& x) {
  if (auto local = local_.find(x.shard); local != local_.end())
    self_->send(local->second, storage::local_requests{std::move(x.requests), x.to});
  else
    refuse(x, answer_status::not_master);
}

void data_router_state::send(
  const place& where, forwards::batch_id batch, storage::remote_requests requests) {
  auto& known = references_[where];
  if (!known.replica) {
    known.waiting.emplace_back(batch, std::move(requests));
    if (known.waiting.size() == 1)
      look_up(where);
    return;
  }
  auto deadline = longest_wait(requests.requests);
  self_->request(known.replica, deadline, std::move(requests))
    .then(
      [this, batch] { forwards_->taken(batch); },
      [this, where, batch](const error& why) { failed(where, batch, why); });
}

// Nothing is sent by this; an answer is there at once.
void data_router_state::look_up(const place& where) {
  auto wanted = cluster::refer{where.first, storage::shard_name(where.second)};
  self_->request(environment_->links, local_deadline, wanted)
    .then(
      [this, where](const caf::strong_actor_ptr& found) {
        auto& known = references_[where];
        known.replica = caf::actor_cast<storage::replica_actor>(found);
        self_->monitor(found);
        places_.insert_or_assign(caf::actor_cast<caf::actor_addr>(found), where);
        for (auto& [batch, requests] : std::exchange(known.waiting, {}))
          send(where, batch, std::move(requests));
      },
      [this, where](const error& why) {
        auto waiting = std::move(references_[where].waiting);
        references_.erase(where);
        for (const auto& [batch, requests] : waiting)
          failed(where, batch, why);
      });
}

// Some errors say that nothing arrived. Of all others the asker must think the worst.
void data_router_state::failed(
  const place& where, forwards::batch_id batch, const error& why) {
  auto refused = std::optional<forwards::reply>{};
  switch (code_of(actors::ours(why))) {
    case ec::busy:
    case ec::too_large:
    case ec::malformed:
    case ec::not_remotable:
      refused = forwards_->refused(batch, answer_status::busy);
      break;
    case ec::unreachable:
    case ec::not_found:
    case ec::stale_incarnation:
      refused = forwards_->refused(batch, answer_status::not_master);
      break;
    default:
      if (auto sink = forwards_->lost(batch)) {
        metrics_->lost.add();
        sink->lost(where.first);
      }
  }
  if (refused) {
    metrics_->refused.add(refused->answers.size());
    refused->to->take(refused->shard, std::move(refused->answers));
  }
}

void data_router_state::on(storage::remote_answers& x) {
  for (auto& each : forwards_->answered(std::move(x.answers)))
    each.to->take(each.shard, std::move(each.answers));
}

void data_router_state::on(const cluster::link_news& x) {
  if (x.kind == cluster::link::news_kind::up) {
    cut_off_.erase(x.peer.id);
    return;
  }
  cut_off_.insert(x.peer.id);
  for (const auto& sink : forwards_->lost(x.peer.id)) {
    metrics_->lost.add();
    sink->lost(x.peer.id);
  }
}

// -- time
// ---------------------------------------------------------------------------------

void data_router_state::tick() {
  forwards_->tick(now());
  tell_closings();
  environment_->context->clock->after(
    self_, environment_->config.closings_interval, caf::tick_atom_v);
}

void data_router_state::tell_closings() {
  const auto& map = *published_->map;
  auto due = closings_.due(map, environment_->sessions->version());
  if (due.empty())
    return;
  auto statement = environment_->sessions->state();
  for (auto shard : due) {
    const auto& route = *map.find(shard);
    auto number = closings_.told(shard, route.at, statement.version);
    auto wait = duration{environment_->config.closings_interval};
    auto word = forward{
      shard, *route.master, {{number, slot{0}, statement.what, wait}}, closings_sink_};
    on(word);
  }
}

void data_router_state::on(const closings_answered& x) {
  if (x.status == answer_status::ok)
    closings_.confirmed(x.shard, x.number);
}

data_router_actor::behavior_type make_data_router(
  data_router_actor::stateful_pointer<data_router_state> self,
  const data_router_environment* environment) {
  TROUPE_ASSERT(!environment->config.validate());
  actors::install_defaults(self, environment->context);
  auto* state = &self->state;
  state->start(environment);
  return {
    [state](const heard_entries& x) { return state->on(x); },
    [state](const cluster::member_news& x) { state->on(x); },
    [state](const cluster::link_news& x) { state->on(x); },
    [state](const storage::replica_opened& x) { state->on(x); },
    [state](const storage::replica_news& x) { state->on(x); },
    [state](const subscribe_data& x) { state->on(x); },
    [state](forward& x) { state->on(x); },
    [state](storage::remote_answers& x) { state->on(x); },
    [state](const closings_answered& x) { state->on(x); },
    [state](caf::tick_atom) { state->tick(); },
  };
}

} // namespace troupe::router
