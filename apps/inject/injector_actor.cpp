#include "apps/inject/injector_actor.hpp"

#include "apps/inject/injected_transport.hpp"
#include "cluster/link_wire.hpp"

#include <algorithm>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace troupe::apps {

namespace {

using namespace std::chrono_literals;

// Hello and welcome are smaller; what is larger is no node's.
constexpr auto first_frame_bytes_max = std::size_t{64} << 10;

// Bytes that are read ahead of their reader while they are late, per connection.
constexpr auto read_ahead_bytes = std::size_t{256} << 10;

// The answer that the process will stop leaves before it does.
constexpr auto pause_begins_after = 200ms;

std::string listed(const std::vector<node_name>& nodes) {
  auto result = std::string{};
  for (const auto& x : nodes)
    result += (result.empty() ? "" : ",") + x.value();
  return result.empty() ? "all" : result;
}

} // namespace

injector_metrics::injector_metrics(metrics_registry& registry)
    : standing{registry.make_gauge(
      "troupe_apps_injected_faults",
      "Injected faults that stand now. There is no such metric where none can.")},
      injected{registry.make_counter(
        "troupe_apps_injections_total", "Faults that were injected.")} {}

// -- life
// ---------------------------------------------------------------------------------

void injector_state::start(
  const actors::actor_context* context, injector_config config, random_source random) {
  context_ = context;
  config_ = std::move(config);
  random_.emplace(random);
  metrics_.emplace(*context->metrics);
  book_.emplace(config_.longest);
  context->log.warn("faults may be injected", "longest_ms", config_.longest / 1ms);
}

injector_state::~injector_state() {
  if (config_.disk != nullptr)
    config_.disk->set({});
  for (auto& [id, s] : streams_)
    s.below->close();
}

void injector_state::wake_at(time_point when) {
  if (wakes_at_ && *wakes_at_ <= when)
    return;
  wakes_at_ = when;
  context_->clock->after(
    self_, std::max(when - now(), duration::zero()), caf::tick_atom_v, ++plan_);
}

void injector_state::tick(std::uint64_t plan) {
  if (plan != plan_)
    return; // An earlier time was planned meanwhile.
  wakes_at_.reset();
  if (auto ended = book_->tick(now()); !ended.empty()) {
    tell_ended(ended);
    weather_changed();
  } else if (auto end = book_->next_end()) {
    wake_at(*end);
  }
  move_all();
}

// -- orders
// -------------------------------------------------------------------------------

caf::result<inject_reply> injector_state::on(const inject_command& x) {
  auto id = book_->add(x.what, now());
  if (!id)
    return id.error();
  metrics_->injected.add();
  context_->log.warn(
    "fault injected", "id", id->value(), "kind", to_string(x.what.kind), "peers",
    listed(x.what.peers), "values", parameters_of(x.what));
  if (x.what.kind == injected_kind::pause)
    context_->clock->after(self_, pause_begins_after, x.what.length);
  weather_changed();
  move_all();
  return inject_reply{*id};
}

caf::result<faults_reply> injector_state::faults() {
  return faults_reply{book_->standing(now())};
}

caf::result<heal_reply> injector_state::heal() {
  auto ended = book_->heal(now());
  tell_ended(ended);
  weather_changed();
  move_all();
  return heal_reply{static_cast<std::uint32_t>(ended.size())};
}

void injector_state::tell_ended(const std::vector<standing_fault>& faults) const {
  for (const auto& x : faults)
    context_->log.warn(
      "injected fault ended", "id", x.id.value(), "kind", to_string(x.what.kind));
}

void injector_state::weather_changed() {
  config_.disk->set(book_->disk());
  metrics_->standing.set(static_cast<double>(book_->standing(now()).size()));
  if (auto end = book_->next_end())
    wake_at(*end);
}

void injector_state::pause(duration length) {
  if (auto trouble = config_.pause(length))
    context_->log.error("the process cannot be paused", "why", render(trouble));
  else
    context_->log.warn("injected fault ended", "kind", "pause");
}

// -- dials
// --------------------------------------------------------------------------------

void injector_state::on(const injected_dial& x) {
  dials_.insert_or_assign(x.id, dial{x, now() + x.deadline, false});
  wake_at(now() + x.deadline);
  move_dials();
}

// A dial that a cut holds up goes on when it ends, as one does whose first packet is sent
// again.
void injector_state::move_dials() {
  for (auto i = dials_.begin(); i != dials_.end();) {
    auto& [id, x] = *i;
    const auto weather = over(x.what.where);
    const auto left = x.end - now();
    if (!x.under_way && left <= duration::zero()) {
      caf::anon_send(
        x.what.owner,
        actors::dial_failed{
          id, fail(ec::unreachable, to_string(x.what.where) + " did not answer")});
      i = dials_.erase(i);
      continue;
    }
    if (!x.under_way && !weather.cut_in && !weather.cut_out) {
      x.under_way = true;
      config_.transport->dial(
        x.what.where, id, left, caf::actor_cast<actors::dial_owner>(self_));
    }
    if (!x.under_way)
      wake_at(x.end);
    ++i;
  }
}

void injector_state::on(const actors::connected& x) {
  auto found = dials_.extract(x.dial);
  if (found.empty()) {
    x.connection->close();
    return;
  }
  const auto& what = found.mapped().what;
  auto peer = names_.find(to_string(what.where));
  caf::anon_send(
    what.owner,
    actors::connected{
      x.dial, adopt(
                x.connection,
                peer == names_.end() ? std::nullopt : std::optional{peer->second})});
}

void injector_state::on(const actors::dial_failed& x) {
  if (auto found = dials_.extract(x.dial); !found.empty())
    caf::anon_send(found.mapped().what.owner, x);
}

// -- connections
// --------------------------------------------------------------------------

void injector_state::on(const actors::accepted& x) {
  if (listener_)
    caf::anon_send(listener_, actors::accepted{adopt(x.connection, std::nullopt)});
  else
    x.connection->close();
}

actors::connection_ptr injector_state::adopt(
  const actors::connection_ptr& below, std::optional<node_name> peer) {
  auto backlog = std::make_shared<injected_backlog>();
  streams_.emplace(
    below->id(), stream{
                   below,
                   backlog,
                   cluster::frame_reader{first_frame_bytes_max},
                   std::move(peer),
                   false,
                   {},
                   {},
                   {},
                   false,
                   {},
                   false});
  return make_injected_connection(
    below, caf::actor_cast<injector_actor>(self_), std::move(backlog));
}

link_weather injector_state::over(const stream& s) const {
  return s.peer ? book_->over(*s.peer) : link_weather{};
}

link_weather injector_state::over(const actors::address& where) const {
  auto found = names_.find(to_string(where));
  return found == names_.end() ? link_weather{} : book_->over(found->second);
}

time_point injector_state::due(const link_weather& weather) {
  return now() + weather.delay + random_->between(duration::zero(), weather.jitter);
}

bool injector_state::strikes(const link_weather& weather) {
  return weather.drop_ratio > 0 && random_->chance(weather.drop_ratio);
}

void injector_state::on(injected_write& x) {
  auto found = streams_.find(x.connection);
  if (found == streams_.end())
    return;
  auto& s = found->second;
  if (s.closing || s.ended) {
    s.backlog->bytes -= x.bytes.size();
    return;
  }
  const auto weather = over(s);
  s.out.push(std::move(x.bytes), due(weather));
  if (strikes(weather))
    break_off(s);
  move_bytes(x.connection);
}

void injector_state::on(const injected_read& x) {
  auto found = streams_.find(x.connection);
  if (found == streams_.end())
    return;
  found->second.reader = x.owner;
  move_bytes(x.connection);
}

void injector_state::on(const injected_close& x) {
  auto found = streams_.find(x.connection);
  if (found == streams_.end())
    return;
  found->second.closing = true;
  found->second.reader = nullptr;
  move_bytes(x.connection);
}

void injector_state::on(actors::received& x) {
  auto found = streams_.find(x.connection);
  if (found == streams_.end())
    return;
  auto& s = found->second;
  s.reading = false;
  if (!s.known)
    get_to_know(s, x.bytes);
  const auto weather = over(s);
  s.in.push(std::move(x.bytes), due(weather));
  if (strikes(weather))
    break_off(s);
  move_bytes(x.connection);
}

void injector_state::on(const actors::disconnected& x) {
  auto found = streams_.find(x.connection);
  if (found == streams_.end())
    return;
  found->second.reading = false;
  found->second.known = true;
  found->second.ended = x.why;
  drop_held(found->second);
  move_bytes(x.connection);
}

void injector_state::break_off(stream& s) {
  s.in = {};
  drop_held(s);
  s.below->close();
  s.ended = fail(ec::link_lost, "an injected fault broke the connection");
}

void injector_state::drop_held(stream& s) {
  s.backlog->over = true;
  s.backlog->bytes -= s.out.size();
  s.out = {};
}

void injector_state::get_to_know(stream& s, byte_view bytes) {
  s.first_frame.feed(bytes);
  auto body = s.first_frame.next();
  if (body && !*body)
    return;
  s.known = true;
  if (body)
    if (auto frame = cluster::decode_link_frame(**body)) {
      meet(s, *frame);
      return;
    }
  s.peer.reset();
}

// The first frame of each side names it.
void injector_state::meet(stream& s, const cluster::link_frame& frame) {
  auto take = [&](const cluster::peer_identity& who, const std::string& address) {
    if (who.role != cluster::link_role::node) {
      s.peer.reset();
      return;
    }
    s.peer = who.name;
    if (!address.empty())
      names_.insert_or_assign(address, who.name);
  };
  if (const auto* x = std::get_if<cluster::hello>(&frame))
    take(x->from, x->link_address);
  else if (const auto* y = std::get_if<cluster::welcome>(&frame))
    take(y->from, y->link_address);
}

// -- bytes
// --------------------------------------------------------------------------------

void injector_state::move_bytes(actors::connection_id id) {
  auto& s = streams_.at(id);
  const auto weather = over(s);
  write_below(s, weather);
  deliver(id, s, weather);
  const auto gone = s.ended || (s.out.empty() && !weather.cut_out);
  if (s.closing && gone) {
    s.below->close();
    streams_.erase(id);
    return;
  }
  read_below(s, weather);
}

void injector_state::write_below(stream& s, const link_weather& weather) {
  if (s.ended || weather.cut_out)
    return;
  while (auto bytes = s.out.pop(now())) {
    s.backlog->bytes -= bytes->size();
    s.below->write(std::move(*bytes));
  }
  if (auto next = s.out.due())
    wake_at(*next);
}

void injector_state::deliver(
  actors::connection_id id, stream& s, const link_weather& weather) {
  if (!s.reader || weather.cut_in || (!s.known && !book_->empty()))
    return;
  if (auto bytes = s.in.pop(now()))
    caf::anon_send(std::exchange(s.reader, {}), actors::received{id, std::move(*bytes)});
  else if (s.in.empty() && s.ended)
    caf::anon_send(std::exchange(s.reader, {}), actors::disconnected{id, *s.ended});
  else if (auto next = s.in.due())
    wake_at(*next);
}

void injector_state::read_below(stream& s, const link_weather& weather) {
  if (s.reading || s.ended || weather.cut_in)
    return;
  const auto late = weather.delay + weather.jitter > duration::zero();
  // Who is there, the first frame has to tell.
  const auto unknown = !s.known && !book_->empty();
  const auto wanted
    = (s.reader && (s.in.empty() || unknown)) || (late && s.in.size() < read_ahead_bytes);
  if (!wanted)
    return;
  s.reading = true;
  s.below->read(caf::actor_cast<actors::connection_owner>(self_));
}

void injector_state::move_all() {
  auto ids = std::vector<actors::connection_id>{};
  for (const auto& [id, s] : streams_)
    ids.push_back(id);
  for (const auto id : ids)
    move_bytes(id);
  move_dials();
}

injector_actor::behavior_type make_injector(
  injector_actor::stateful_pointer<injector_state> self,
  const actors::actor_context* context, injector_config config, random_source random) {
  actors::install_defaults(self, context);
  auto* state = &self->state;
  state->start(context, std::move(config), random);
  return {
    [state](const inject_command& x) { return state->on(x); },
    [state](const faults_query&) { return state->faults(); },
    [state](const heal_command&) { return state->heal(); },
    [state](const injected_listen& x) { state->on(x); },
    [state](const injected_dial& x) { state->on(x); },
    [state](injected_write& x) { state->on(x); },
    [state](const injected_read& x) { state->on(x); },
    [state](const injected_close& x) { state->on(x); },
    [state](const actors::accepted& x) { state->on(x); },
    [state](const actors::connected& x) { state->on(x); },
    [state](const actors::dial_failed& x) { state->on(x); },
    [state](actors::received& x) { state->on(x); },
    [state](const actors::disconnected& x) { state->on(x); },
    [state](duration length) { state->pause(length); },
    [state](caf::tick_atom, std::uint64_t plan) { state->tick(plan); },
  };
}

} // namespace troupe::apps
