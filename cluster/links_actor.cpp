#include "cluster/links_actor.hpp"

#include "cluster/link_wire.hpp"

#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

namespace troupe::cluster {

namespace {

// A hello or welcome is small; before it, nobody may make us hold more.
constexpr std::size_t greeting_bytes_max = 8U << 10;

/// Takes out of `map` the values for which `matches` holds.
template <class Map, class Matches>
std::vector<typename Map::mapped_type> take_out(Map& map, Matches matches) {
  auto result = std::vector<typename Map::mapped_type>{};
  for (auto i = map.begin(); i != map.end();)
    if (matches(i->second)) {
      result.push_back(std::move(i->second));
      i = map.erase(i);
    } else {
      ++i;
    }
  return result;
}

} // namespace

void links_state::start(
  const link_environment* environment, const link_config& config,
  const local_identity& self, random_source random) {
  environment_ = environment;
  config_ = config;
  greeter_.emplace(config, self);
  random_.emplace(random);
  self_->set_down_handler([this](const caf::down_msg& x) { on(x); });
  environment_->context->clock->after(
    self_, config_.handshake_deadline / 4, caf::tick_atom_v);
}

links_state::~links_state() {
  for (const auto& [id, peer] : peers_)
    caf::anon_send_exit(peer.link, caf::exit_reason::user_shutdown);
}

void links_state::tick() {
  perform(greeter_->tick(now()));
  auto late = take_out(contacts_, [&](const auto& x) { return now() >= x.deadline; });
  for (auto& waiting : late)
    waiting.promise.deliver(
      fail(ec::deadline_exceeded, "the link did not come up in time"));
  environment_->context->clock->after(
    self_, config_.handshake_deadline / 4, caf::tick_atom_v);
}

// -- requests -------------------------------------------------------------------------

caf::result<std::string> links_state::on(const listen_at& x) {
  auto where = actors::parse_address(x.address);
  if (!where)
    return std::move(where.error());
  listener_.reset();
  auto listener = environment_->transport->listen(
    *where, caf::actor_cast<actors::listener_owner>(self_));
  if (!listener)
    return std::move(listener.error());
  listener_ = std::move(*listener);
  return to_string(listener_->where());
}

// A dial to a peer whose link is up would replace it, and fail what is under way there.
caf::result<peer_identity> links_state::on(const contact& x) {
  // A peer without an address cannot be meant.
  if (!leaving_ && !x.address.empty())
    for (const auto& [id, peer] : peers_)
      if (peer.up && peer.address == x.address)
        return peer.identity;
  auto promise = self_->make_response_promise<peer_identity>();
  auto session = session_id{(*random_)()};
  auto deadline
    = now()
      + 2 * (config_.dial_deadline + config_.handshake_deadline + config_.down_after);
  contacts_.emplace(session, pending_contact{promise, std::nullopt, deadline});
  dial({session, lane::control, std::nullopt}, x.address);
  return promise;
}

caf::result<caf::strong_actor_ptr> links_state::on(const refer& x) {
  return self_->delegate(entry_of(x.peer).link, x);
}

void links_state::on(const post& x) {
  auto content = environment_->codecs->encode(x.content);
  if (!content) {
    environment_->context->log.error(
      "a message cannot leave the process", "why", render(content.error()));
    return;
  }
  self_->send(entry_of(x.peer).link, link_post{x.name, std::move(*content)});
}

void links_state::on(const subscribe_links& x) {
  listeners_.emplace(x.listener.address(), x.listener);
  self_->monitor(x.listener);
  for (const auto& [id, peer] : peers_)
    if (peer.up)
      self_->send(
        x.listener, link_news{link::news_kind::up, peer.identity, peer.address, {}});
}

void links_state::on(const peer_moved& x) {
  addresses_.insert_or_assign(x.peer, x.address);
  if (auto found = peers_.find(x.peer); found != peers_.end()) {
    found->second.address = x.address;
    self_->send(found->second.link, x);
  }
}

void links_state::on(const peer_died& x) {
  if (auto found = peers_.find(x.peer); found != peers_.end())
    self_->send(found->second.link, x);
}

void links_state::on(const peer_forgotten& x) {
  addresses_.erase(x.peer);
  for (const auto& [owner, peers] : pins_)
    unpin(owner, x.peer);
}

void links_state::on(const own_health& x) {
  health_ = x.multiplier;
  for (const auto& [id, peer] : peers_)
    self_->send(peer.link, x);
}

void links_state::on(const cluster_joined& x) {
  greeter_->joined(x.cluster);
  for (const auto& [id, peer] : peers_)
    self_->send(peer.link, x);
}

void links_state::on(const pin_link& x) {
  auto owner = caf::actor_cast<caf::actor_addr>(self_->current_sender());
  if (x.pinned)
    pin(owner, x.peer);
  else
    unpin(owner, x.peer);
}

// A link actor is told of its first pin and of the end of the last.
void links_state::pin(const caf::actor_addr& owner, const node_id& peer) {
  auto [held, is_new] = pins_.try_emplace(owner);
  if (is_new && owner)
    self_->monitor(owner);
  auto is_first = !is_pinned(peer);
  held->second.insert(peer);
  if (!is_first)
    return;
  if (auto found = peers_.find(peer); found != peers_.end())
    self_->send(found->second.link, atom::pin_v);
  else
    entry_of(peer); // Which pins it.
}

void links_state::unpin(const caf::actor_addr& owner, const node_id& peer) {
  auto held = pins_.find(owner);
  if (held == pins_.end() || held->second.erase(peer) == 0 || is_pinned(peer))
    return;
  if (auto found = peers_.find(peer); found != peers_.end())
    self_->send(found->second.link, atom::unpin_v);
}

bool links_state::is_pinned(const node_id& peer) const {
  return std::any_of(pins_.begin(), pins_.end(), [&](const auto& entry) {
    return entry.second.contains(peer);
  });
}

std::vector<link_summary> links_state::list() const {
  auto result = std::vector<link_summary>{};
  for (const auto& [id, peer] : peers_)
    result.push_back({peer.identity, peer.address, peer.up});
  return result;
}

// -- link actors ----------------------------------------------------------------------

links_state::peer_entry& links_state::entry_of(const node_id& peer) {
  auto [found, is_new] = peers_.try_emplace(peer);
  auto& entry = found->second;
  if (is_new) {
    if (auto known = addresses_.find(peer); known != addresses_.end())
      entry.address = known->second;
    entry.identity.id = peer;
    entry.link = self_->spawn(
      make_link, environment_, config_, greeter_->self(), peer, entry.address,
      random_->fork(), caf::actor_cast<link_owner_actor>(self_));
    self_->send(entry.link, own_health{health_});
    if (is_pinned(peer))
      self_->send(entry.link, atom::pin_v);
    self_->monitor(entry.link);
    link_actors_.emplace(entry.link.address(), peer);
  }
  return entry;
}

void links_state::on(const link_dial& x) {
  dial({x.dial.session, x.dial.lane, x.peer}, x.dial.where);
}

void links_state::on(const link_report& x) {
  auto address = std::string{};
  // The last words of a link that was ended as unused must not make a new one.
  if (auto found = peers_.find(x.peer); found != peers_.end()) {
    found->second.identity = x.news.peer;
    found->second.up = x.news.kind == link::news_kind::up;
    address = found->second.address;
  }
  settle_contacts(x.peer, x.news);
  fan_out({x.news.kind, x.news.peer, address, x.news.why});
}

void links_state::fan_out(const link_news& x) {
  for (const auto& [address, listener] : listeners_)
    self_->send(listener, x);
}

void links_state::on(const link_unused& x) {
  // Somebody has pinned it since it said so.
  if (is_pinned(x.peer))
    return;
  // Behind all that was sent to it before; what its references send later fails.
  if (auto found = peers_.find(x.peer); found != peers_.end()) {
    self_->send(found->second.link, atom::leave_links_v);
    link_actors_.erase(found->second.link.address());
    peers_.erase(found);
  }
}

void links_state::on(const caf::down_msg& x) {
  listeners_.erase(x.source);
  if (auto owned = pins_.find(x.source); owned != pins_.end()) {
    for (const auto& peer : std::set{owned->second})
      unpin(x.source, peer);
    pins_.erase(owned);
  }
  auto actor = link_actors_.extract(x.source);
  if (!actor.empty())
    if (auto peer = peers_.extract(actor.mapped()); !peer.empty()) {
      if (peer.mapped().up)
        fan_out(
          {link::news_kind::down, peer.mapped().identity, peer.mapped().address,
           fail(ec::internal, "the link actor has ended")});
      if (!leaving_ && is_pinned(actor.mapped()))
        entry_of(actor.mapped());
    }
  finish_leaving();
}

// -- dials and greetings --------------------------------------------------------------

void links_state::dial(const greeting_dial& dial, const std::string& where) {
  auto target = actors::parse_address(where);
  if (!target || leaving_)
    return dial_has_failed(
      dial, target ? fail(ec::stopping, "this node is leaving") : target.error());
  auto id = actors::dial_id{++last_dial_};
  dials_.emplace(id, pending_dial{dial, where});
  environment_->transport->dial(
    *target, id, config_.dial_deadline, caf::actor_cast<actors::dial_owner>(self_));
}

void links_state::on(const actors::connected& x) {
  auto dial = dials_.extract(x.dial);
  if (dial.empty())
    return;
  take(x.connection);
  perform(greeter_->dialled(x.connection->id(), dial.mapped().dial, now()));
}

void links_state::on(const actors::dial_failed& x) {
  auto dial = dials_.extract(x.dial);
  if (!dial.empty())
    dial_has_failed(dial.mapped().dial, x.why);
}

void links_state::dial_has_failed(const greeting_dial& dial, const error& why) {
  if (auto waiting = contacts_.extract(dial.session); !waiting.empty())
    waiting.mapped().promise.deliver(error{why});
  if (dial.expected)
    if (auto found = peers_.find(*dial.expected); found != peers_.end())
      self_->send(found->second.link, link_dial_failed{dial.session, why});
}

void links_state::on(const actors::accepted& x) {
  if (leaving_) {
    x.connection->close();
    return;
  }
  take(x.connection);
  perform(greeter_->accepted(x.connection->id(), now()));
}

void links_state::take(const actors::connection_ptr& connection) {
  connections_.insert_or_assign(
    connection->id(), open_connection{connection, frame_reader{greeting_bytes_max}});
  connection->read(caf::actor_cast<actors::connection_owner>(self_));
}

void links_state::on(const actors::received& x) {
  if (!connections_.contains(x.connection))
    return;
  take_bytes(x.connection, x.bytes);
  // It may be with its link now, or closed.
  if (auto found = connections_.find(x.connection); found != connections_.end())
    found->second.connection->read(caf::actor_cast<actors::connection_owner>(self_));
}

void links_state::take_bytes(connection_id id, const byte_buffer& bytes) {
  auto& open = connections_.at(id);
  open.reader.feed(bytes);
  auto body = open.reader.next();
  if (body && !*body)
    return;
  auto frame = body ? decode_link_frame(**body) : expected<link_frame>{body.error()};
  // Neither end says more before the other has answered.
  if (frame && !open.reader.empty())
    frame = fail(ec::malformed, "bytes behind the first frame of a connection");
  if (frame) {
    perform(greeter_->arrived(id, *frame));
    return;
  }
  auto connection = open.connection;
  connections_.erase(id);
  environment_->context->log.warn(
    "a connection does not speak our protocol", "peer", connection->peer(), "why",
    render(frame.error()));
  connection->close();
  perform(greeter_->broke(id, frame.error()));
}

void links_state::on(const actors::disconnected& x) {
  if (connections_.erase(x.connection) > 0)
    perform(greeter_->broke(x.connection, x.why));
}

void links_state::perform(greeter::output out) {
  for (const auto& [connection, why] : out.refusals)
    if (auto found = connections_.find(connection); found != connections_.end())
      if (auto told = refusals_.refused(why, now()))
        environment_->context->log.warn(
          "a link was refused", "peer", found->second.connection->peer(), "why",
          told->why, "untold", told->untold);
  for (auto& x : out.frames)
    if (auto found = connections_.find(x.connection); found != connections_.end()) {
      auto bytes = byte_buffer{};
      append_frame(bytes, encode(std::move(x.frame)));
      found->second.connection->write(std::move(bytes));
    }
  for (auto id : out.closes)
    if (auto open = connections_.extract(id); !open.empty())
      open.mapped().connection->close();
  for (const auto& x : out.offers)
    offer(x);
  for (const auto& x : out.failures)
    dial_has_failed(x.dial, x.why);
}

void links_state::offer(const greeter::ready& x) {
  auto open = connections_.extract(x.connection);
  auto& peer = entry_of(x.offer.peer.id);
  if (!x.offer.address.empty())
    peer.address = x.offer.address;
  self_->send(peer.link, link_offered{open.mapped().connection, x.offer});
  auto waiting = contacts_.find(x.offer.session);
  if (waiting == contacts_.end())
    return;
  waiting->second.peer = x.offer.peer.id;
  if (peer.up)
    settle_contacts(x.offer.peer.id, {link::news_kind::up, peer.identity, {}});
}

void links_state::settle_contacts(const node_id& peer, const link::news& x) {
  for (auto& waiting : take_out(contacts_, [&](const auto& y) { return y.peer == peer; }))
    if (x.kind == link::news_kind::up)
      waiting.promise.deliver(x.peer);
    else
      waiting.promise.deliver(error{x.why});
}

// -- the end --------------------------------------------------------------------------

caf::result<caf::ok_atom> links_state::leave() {
  auto promise = self_->make_response_promise<caf::ok_atom>();
  leaving_ = promise;
  listener_.reset();
  for (auto& [id, open] : std::exchange(connections_, {}))
    open.connection->close();
  for (auto& [session, waiting] : std::exchange(contacts_, {}))
    waiting.promise.deliver(fail(ec::stopping, "this node is leaving"));
  for (const auto& [id, peer] : peers_)
    self_->send(peer.link, atom::leave_links_v);
  finish_leaving();
  return promise;
}

void links_state::finish_leaving() {
  if (leaving_ && link_actors_.empty() && leaving_->pending())
    leaving_->deliver(caf::ok_atom_v);
}

links_actor::behavior_type make_links(
  links_actor::stateful_pointer<links_state> self, const link_environment* environment,
  const link_config& config, const local_identity& local, random_source random) {
  actors::install_defaults(self, environment->context);
  auto* state = &self->state;
  state->start(environment, config, local, random);
  return {
    [state](const listen_at& x) { return state->on(x); },
    [state](const contact& x) { return state->on(x); },
    [state](const refer& x) { return state->on(x); },
    [state](const post& x) { state->on(x); },
    [state](const subscribe_links& x) { state->on(x); },
    [state](const peer_moved& x) { state->on(x); },
    [state](const peer_died& x) { state->on(x); },
    [state](const peer_forgotten& x) { state->on(x); },
    [state](const own_health& x) { state->on(x); },
    [state](const cluster_joined& x) { state->on(x); },
    [state](const pin_link& x) { state->on(x); },
    [state](atom::list_links) { return state->list(); },
    [state](atom::leave_links) { return state->leave(); },
    [state](const link_dial& x) { state->on(x); },
    [state](const link_report& x) { state->on(x); },
    [state](const link_unused& x) { state->on(x); },
    [state](const actors::accepted& x) { state->on(x); },
    [state](const actors::connected& x) { state->on(x); },
    [state](const actors::dial_failed& x) { state->on(x); },
    [state](const actors::received& x) { state->on(x); },
    [state](const actors::disconnected& x) { state->on(x); },
    [state](caf::tick_atom) { state->tick(); },
  };
}

} // namespace troupe::cluster
