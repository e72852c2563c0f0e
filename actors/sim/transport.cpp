#include "actors/sim/transport.hpp"

#include "actors/base/assert.hpp"
#include "actors/sim/clock.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/send.hpp>
#include <caf/spawn_options.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::sim {

namespace {

/// Gets a tick when the network has something to do.
using ticker_actor = caf::typed_actor<caf::reacts_to<caf::tick_atom>>;

struct waiting_dial {
  std::string host;
  actors::dial_id id;
  actors::dial_owner owner;
};

} // namespace

/// The network, who waits for its answers, and its next tick.
class fabric_state : public std::enable_shared_from_this<fabric_state> {
public:
  fabric_state(caf::actor_system& system, network_config config, std::uint64_t seed)
      : system_{&system}, core_{config, seed} {}

  void start_ticking();
  void stop_ticking();
  void on_tick();

  std::uint64_t start_host(const std::string& name);
  void stop_host(const std::string& name);
  [[nodiscard]] bool lives(const std::string& name, std::uint64_t incarnation) const;

  expected<std::unique_ptr<actors::listener>> listen(
    const std::string& host, const actors::address& where, actors::listener_owner owner);
  void stop_listening(listener_id id);
  void dial(const actors::address& where, duration deadline, waiting_dial waiting);

  void read(end_id end, actors::connection_owner owner);
  void write(end_id end, byte_buffer bytes);
  void close(end_id end);

  void strike(const fault& what);

  network& core() { return core_; }

private:
  [[nodiscard]] time_point now() const { return time_point{virtual_time(*system_)}; }

  void perform(network::output output);
  void tell(network::accepted& x);
  void tell(network::connected& x);
  void tell(network::dial_failed& x);
  void tell(network::received& x);
  void tell(network::disconnected& x);
  actors::connection_ptr make_connection(end_id end, std::string peer);
  void forget_the_dead();
  void arm();

  caf::actor_system* system_;
  network core_;
  ticker_actor ticker_;
  time_point armed_ = time_point::max(); // The earliest tick under way.
  std::map<std::string, std::uint64_t> incarnations_;
  std::map<listener_id, actors::listener_owner> listeners_;
  std::map<end_id, actors::connection_owner> readers_;
  std::map<end_id, waiting_dial> dials_;
};

namespace {

/// The handle of an end.
class sim_connection final : public actors::connection {
public:
  sim_connection(std::weak_ptr<fabric_state> state, end_id end, std::string peer)
      : state_{std::move(state)}, end_{end}, peer_{std::move(peer)} {}

  ~sim_connection() override { finish(); }

  [[nodiscard]] actors::connection_id id() const override {
    return actors::connection_id{end_.value()};
  }
  [[nodiscard]] const std::string& peer() const override { return peer_; }

  void read(actors::connection_owner owner) override {
    if (auto state = state_.lock())
      state->read(end_, std::move(owner));
  }
  void write(byte_buffer bytes) override {
    if (auto state = state_.lock())
      state->write(end_, std::move(bytes));
  }
  [[nodiscard]] std::size_t unsent_bytes() const override {
    auto state = state_.lock();
    return state ? state->core().unsent_bytes(end_) : 0;
  }
  void close() override { finish(); }

private:
  void finish() {
    if (auto state = state_.lock())
      state->close(end_);
  }

  std::weak_ptr<fabric_state> state_;
  end_id end_;
  std::string peer_;
};

class sim_listener final : public actors::listener {
public:
  sim_listener(std::weak_ptr<fabric_state> state, listener_id id, actors::address where)
      : state_{std::move(state)}, id_{id}, where_{std::move(where)} {}

  ~sim_listener() override {
    if (auto state = state_.lock())
      state->stop_listening(id_);
  }

  [[nodiscard]] const actors::address& where() const override { return where_; }

private:
  std::weak_ptr<fabric_state> state_;
  listener_id id_;
  actors::address where_;
};

ticker_actor::behavior_type
make_ticker(ticker_actor::pointer /*self*/, std::weak_ptr<fabric_state> state) {
  return {[state](caf::tick_atom) {
    if (auto alive = state.lock())
      alive->on_tick();
  }};
}

} // namespace

// --- the tick ---

void fabric_state::start_ticking() {
  ticker_ = system_->spawn<caf::hidden>(make_ticker, weak_from_this());
}

void fabric_state::stop_ticking() {
  caf::anon_send_exit(ticker_, caf::exit_reason::kill);
  ticker_ = nullptr;
}

void fabric_state::on_tick() {
  if (now() < armed_)
    return; // Armed before the one that counts.
  armed_ = time_point::max();
  perform(core_.advance(now()));
}

void fabric_state::arm() {
  auto due = core_.next_due();
  if (!due || *due >= armed_ || !ticker_)
    return;
  armed_ = *due;
  auto& clock = system_->clock();
  clock.schedule_message(
    clock.now() + std::max(duration{}, *due - now()),
    caf::actor_cast<caf::strong_actor_ptr>(ticker_),
    caf::make_mailbox_element(
      nullptr, caf::make_message_id(), {}, caf::make_message(caf::tick_atom_v)));
}

// --- what handles ask for ---

std::uint64_t fabric_state::start_host(const std::string& name) {
  TROUPE_ASSERT(!core_.is_up(name) && "the host has a transport already");
  core_.start_host(name);
  return ++incarnations_[name];
}

void fabric_state::stop_host(const std::string& name) {
  perform(core_.stop_host(name, now()));
  forget_the_dead();
}

bool fabric_state::lives(const std::string& name, std::uint64_t incarnation) const {
  auto found = incarnations_.find(name);
  return found != incarnations_.end() && found->second == incarnation
         && core_.is_up(name);
}

expected<std::unique_ptr<actors::listener>> fabric_state::listen(
  const std::string& host, const actors::address& where, actors::listener_owner owner) {
  auto place = core_.listen(host, where);
  if (!place)
    return place.error();
  auto& [id, real] = *place;
  listeners_.emplace(id, std::move(owner));
  return std::unique_ptr<actors::listener>{
    std::make_unique<sim_listener>(weak_from_this(), id, std::move(real))};
}

void fabric_state::stop_listening(listener_id id) {
  core_.stop_listening(id);
  auto dropped = listeners_.extract(id);
}

void fabric_state::dial(
  const actors::address& where, duration deadline, waiting_dial waiting) {
  auto [end, output] = core_.dial(waiting.host, where, deadline, now());
  dials_.emplace(end, std::move(waiting));
  perform(std::move(output));
}

void fabric_state::read(end_id end, actors::connection_owner owner) {
  if (!core_.is_alive(end))
    return;
  readers_.emplace(end, std::move(owner));
  perform(core_.read(end, now()));
}

void fabric_state::write(end_id end, byte_buffer bytes) {
  perform(core_.write(end, std::move(bytes), now()));
}

void fabric_state::close(end_id end) {
  auto dropped = readers_.extract(end);
  perform(core_.close(end, now()));
}

void fabric_state::strike(const fault& what) {
  perform(core_.strike(what, now()));
  forget_the_dead();
}

/// Drops the owners of what a crash has ended; together, at the end: with an actor may go
/// connections, which come back to these tables.
void fabric_state::forget_the_dead() {
  auto listeners = std::exchange(listeners_, {});
  auto readers = std::exchange(readers_, {});
  auto dials = std::exchange(dials_, {});
  for (auto& [id, owner] : listeners)
    if (core_.is_alive(id))
      listeners_.emplace(id, std::move(owner));
  for (auto& [id, owner] : readers)
    if (core_.is_alive(id))
      readers_.emplace(id, std::move(owner));
  // A dial may have failed already and be untold, when its host is paused.
  for (auto& [id, waiting] : dials)
    if (core_.is_up(waiting.host))
      dials_.emplace(id, std::move(waiting));
}

// --- output ---

void fabric_state::perform(network::output output) {
  arm();
  // Nothing is held across a `tell`: an actor that has ended drops its connection there,
  // which comes back to this object.
  for (auto& event : output)
    std::visit([this](auto& x) { tell(x); }, event);
}

void fabric_state::tell(network::accepted& x) {
  auto handle = make_connection(x.end, std::move(x.peer));
  auto found = listeners_.find(x.listener);
  if (found == listeners_.end())
    return; // The handle closes the connection as it goes.
  auto owner = found->second;
  caf::anon_send(owner, actors::accepted{std::move(handle)});
}

void fabric_state::tell(network::connected& x) {
  auto handle = make_connection(x.end, std::move(x.peer));
  if (auto waiting = dials_.extract(x.end)) {
    auto& [host, id, owner] = waiting.mapped();
    caf::anon_send(owner, actors::connected{id, std::move(handle)});
  }
}

void fabric_state::tell(network::dial_failed& x) {
  if (auto waiting = dials_.extract(x.end)) {
    auto& [host, id, owner] = waiting.mapped();
    caf::anon_send(owner, actors::dial_failed{id, std::move(x.why)});
  }
}

void fabric_state::tell(network::received& x) {
  if (auto reader = readers_.extract(x.end))
    caf::anon_send(
      reader.mapped(),
      actors::received{actors::connection_id{x.end.value()}, std::move(x.bytes)});
}

void fabric_state::tell(network::disconnected& x) {
  if (auto reader = readers_.extract(x.end))
    caf::anon_send(
      reader.mapped(),
      actors::disconnected{actors::connection_id{x.end.value()}, std::move(x.why)});
}

actors::connection_ptr fabric_state::make_connection(end_id end, std::string peer) {
  return std::make_shared<sim_connection>(weak_from_this(), end, std::move(peer));
}

// --- the public face ---

fabric::fabric(caf::actor_system& system, network_config config, std::uint64_t seed)
    : state_{std::make_shared<fabric_state>(system, config, seed)} {
  state_->start_ticking();
}

fabric::~fabric() { state_->stop_ticking(); }

void fabric::strike(const fault& what) { state_->strike(what); }

const fault_counters& fabric::counters() const { return state_->core().counters(); }

void fabric::set_trace(network::trace_hook hook) {
  state_->core().set_trace(std::move(hook));
}

transport::transport(fabric& network, std::string name)
    : state_{network.state_}, name_{std::move(name)},
      incarnation_{network.state_->start_host(name_)} {}

transport::~transport() {
  if (auto state = living())
    state->stop_host(name_);
}

std::shared_ptr<fabric_state> transport::living() const {
  auto state = state_.lock();
  return state && state->lives(name_, incarnation_) ? state : nullptr;
}

expected<std::unique_ptr<actors::listener>>
transport::listen(const actors::address& where, actors::listener_owner owner) {
  if (auto state = living())
    return state->listen(name_, where, std::move(owner));
  return fail(
    ec::stopping, "cannot listen on " + to_string(where) + ": " + name_
                    + " has crashed; make a new transport for its restart");
}

void transport::dial(
  const actors::address& where, actors::dial_id id, duration deadline,
  actors::dial_owner owner) {
  if (auto state = living())
    state->dial(where, deadline, {name_, id, std::move(owner)});
}

} // namespace troupe::sim
