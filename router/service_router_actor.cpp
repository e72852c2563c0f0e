#include "router/service_router_actor.hpp"

#include "registry/registry_wire.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <caf/actor_cast.hpp>

namespace troupe::router {

namespace {

using namespace std::chrono_literals;

constexpr auto snapshot_deadline = 10s;

// An actor that has ended may be back under its name after its supervisor's backoff.
constexpr auto look_up_interval = 500ms;

std::optional<provider> provider_of(const registry::view_entry& x) {
  auto entry = registry::decode_provider(x.value);
  if (!entry)
    return std::nullopt;
  return provider{
    {entry->node, entry->incarnation, entry->actor}, entry->weight, x.unconfirmed};
}

} // namespace

void service_router_state::start(
  const service_router_environment* environment, const registry::service_name& service) {
  environment_ = environment;
  self_->set_down_handler([this](const caf::down_msg& x) { on(x); });
  self_->send(
    environment_->links,
    cluster::subscribe_links{caf::actor_cast<cluster::link_listener>(self_)});
  auto wanted = registry::subscribe_entries{
    {registry::entry_kind::provider, to_string(service)},
    caf::actor_cast<registry::registry_listener>(self_)};
  self_->request(environment_->registry, snapshot_deadline, wanted)
    .then([](caf::ok_atom) {}, [this](error& why) { self_->quit(std::move(why)); });
  environment_->context->clock->after(self_, look_up_interval, caf::tick_atom_v);
}

// -- who there is
// -------------------------------------------------------------------------

std::uint64_t service_router_state::on(const registry::push& x) {
  if (x.snapshot) {
    auto gone = entries_;
    for (const auto& change : *x.changes)
      if (auto known = provider_of(change.entry))
        gone.erase(known->key);
    for (const auto& [key, entry] : gone)
      remove(key, fail(ec::not_found, "the provider has deregistered"));
  }
  for (const auto& change : *x.changes)
    take(change);
  publish();
  return x.number;
}

void service_router_state::take(const registry::view_change& x) {
  auto known = provider_of(x.entry);
  if (!known) {
    environment_->context->log.error(
      "a provider's entry does not parse", "key", to_string(x.entry.key));
  } else if (x.removed) {
    remove(known->key, fail(ec::not_found, "the provider has deregistered"));
  } else {
    auto [where, is_new] = entries_.try_emplace(known->key);
    where->second.what = *known;
    if (is_new)
      look_up(known->key);
  }
}

// A provider that deregisters answers what it runs: its calls are not lost by this.
void service_router_state::remove(const provider_key& key, const error& why) {
  auto entry = entries_.extract(key);
  if (entry.empty() || !entry.mapped().reference)
    return;
  environment_->context->log.debug(
    "provider out", "actor", key.actor, "why", render(why));
}

void service_router_state::look_up(const provider_key& key) {
  if (key.node == environment_->self) {
    found(key, environment_->directory->find(key.actor));
    return;
  }
  ++looking_up_;
  self_
    ->request(environment_->links, snapshot_deadline, cluster::refer{key.node, key.actor})
    .then(
      [this, key](const caf::strong_actor_ptr& reference) {
        --looking_up_;
        found(key, reference);
        publish();
      },
      [this, key](const error& why) {
        --looking_up_;
        environment_->context->log.warn(
          "a provider cannot be addressed", "actor", key.actor, "why", render(why));
        publish();
      });
}

void service_router_state::found(
  const provider_key& key, const caf::strong_actor_ptr& reference) {
  auto entry = entries_.find(key);
  if (entry == entries_.end() || !reference)
    return;
  entry->second.reference = reference;
  self_->monitor(reference);
  monitored_.insert_or_assign(caf::actor_cast<caf::actor_addr>(reference), key);
}

// -- who can be reached
// -------------------------------------------------------------------

void service_router_state::on(const cluster::link_news& x) {
  auto cut_off = x.kind != cluster::link::news_kind::up;
  auto changed = std::vector<provider_key>{};
  for (auto& [key, entry] : entries_)
    if (key.node == x.peer.id && std::exchange(entry.cut_off, cut_off) != cut_off)
      changed.push_back(key);
  if (changed.empty())
    return;
  // First who there is, then what is lost: a retry must not go to the same provider.
  publish();
  if (cut_off)
    for (const auto& key : changed)
      tell_lost(key, x.why);
}

// Those that could not be found are looked up again.
void service_router_state::tick() {
  auto missing = std::vector<provider_key>{};
  for (const auto& [key, entry] : entries_)
    if (!entry.reference && !entry.cut_off)
      missing.push_back(key);
  for (const auto& key : missing)
    look_up(key);
  if (!missing.empty())
    publish();
  environment_->context->clock->after(self_, look_up_interval, caf::tick_atom_v);
}

void service_router_state::on(const caf::down_msg& x) {
  listeners_.erase(x.source);
  auto monitored = monitored_.extract(x.source);
  if (monitored.empty())
    return;
  const auto& key = monitored.mapped();
  if (auto entry = entries_.find(key); entry != entries_.end())
    entry->second.reference = nullptr;
  publish();
  tell_lost(key, fail(ec::link_lost, "the provider has ended"));
}

// -- who is told
// --------------------------------------------------------------------------

void service_router_state::on(const subscribe_providers& x) {
  listeners_.emplace(x.listener.address(), x.listener);
  self_->monitor(x.listener);
  self_->send(x.listener, providers_changed{published_});
}

void service_router_state::tell_lost(const provider_key& key, const error& why) {
  for (const auto& [address, listener] : listeners_)
    self_->send(listener, provider_lost{key, why});
}

// Waits for look-ups under way, so that the first that callers hear of is whole.
void service_router_state::publish() {
  if (looking_up_ > 0)
    return;
  auto next = std::make_shared<provider_snapshot>();
  next->version = published_->version + 1;
  for (const auto& [key, entry] : entries_)
    if (entry.reference && !entry.cut_off) {
      next->providers.push_back(entry.what);
      next->references.emplace(key, entry.reference);
    }
  published_ = std::move(next);
  for (const auto& [address, listener] : listeners_)
    self_->send(listener, providers_changed{published_});
}

service_router_actor::behavior_type make_service_router(
  service_router_actor::stateful_pointer<service_router_state> self,
  const service_router_environment* environment, const registry::service_name& service) {
  actors::install_defaults(self, environment->context);
  auto* state = &self->state;
  state->start(environment, service);
  return {
    [state](const registry::push& x) { return state->on(x); },
    [state](const cluster::link_news& x) { state->on(x); },
    [state](const subscribe_providers& x) { state->on(x); },
    [state](caf::tick_atom) { state->tick(); },
  };
}

} // namespace troupe::router
