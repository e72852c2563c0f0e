#include "actors/inprocess_transport.hpp"

#include "actors/base/assert.hpp"
#include "actors/byte_queue.hpp"
#include "actors/read_reply.hpp"
#include "actors/transport_error.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include <caf/send.hpp>

// Two rules keep this free of deadlocks. Events go out, and handles of actors are
// dropped, only after every lock is released: either may run the end of an actor, which
// closes its connections, right here. And no function holds two locks.

namespace troupe::actors {

namespace {

/// Both ends of one connection. What an end writes waits in its `unsent` until the peer's
/// `inbox` has room.
class wire {
public:
  struct end_name {
    connection_id id;
    std::string peer;
  };

  wire(std::size_t window, end_name first, end_name second)
      : window_{window}, ends_{end{std::move(first)}, end{std::move(second)}} {}

  [[nodiscard]] const end_name& name(std::size_t side) const { return ends_[side].name; }
  void read(std::size_t side, connection_owner owner);
  void write(std::size_t side, byte_buffer bytes);
  void close(std::size_t side);
  void close_both();
  [[nodiscard]] std::size_t unsent_bytes(std::size_t side);

private:
  struct end {
    end_name name; // Never changes.
    byte_queue unsent{};
    byte_queue inbox{};
    connection_owner reader{};
    bool closed = false;
  };

  void refill(end& to, end& from) const;
  read_reply answer(end& mine, end& peer) const;
  connection_owner shut(end& mine);

  std::mutex mutex_;
  std::size_t window_;
  std::array<end, 2> ends_;
};

void wire::read(std::size_t side, connection_owner owner) {
  auto lock = std::unique_lock{mutex_};
  auto& mine = ends_[side];
  TROUPE_ASSERT(!mine.reader && "a read is outstanding");
  if (mine.closed)
    return;
  mine.reader = std::move(owner);
  auto result = answer(mine, ends_[1 - side]);
  lock.unlock();
  result.send();
}

void wire::write(std::size_t side, byte_buffer bytes) {
  auto lock = std::unique_lock{mutex_};
  auto& mine = ends_[side];
  auto& peer = ends_[1 - side];
  if (mine.closed || peer.closed)
    return;
  mine.unsent.push(std::move(bytes));
  refill(peer, mine);
  auto result = answer(peer, mine);
  lock.unlock();
  result.send();
}

void wire::close(std::size_t side) {
  auto lock = std::unique_lock{mutex_};
  auto& mine = ends_[side];
  auto& peer = ends_[1 - side];
  if (mine.closed)
    return;
  peer.inbox.splice(mine.unsent);
  peer.unsent.clear();
  auto reader = shut(mine);
  auto result = answer(peer, mine);
  lock.unlock();
  result.send();
}

void wire::close_both() {
  auto readers = std::array<connection_owner, 2>{};
  auto lock = std::unique_lock{mutex_};
  readers[0] = shut(ends_[0]);
  readers[1] = shut(ends_[1]);
  lock.unlock();
}

std::size_t wire::unsent_bytes(std::size_t side) {
  auto lock = std::lock_guard{mutex_};
  return ends_[side].unsent.size();
}

void wire::refill(end& to, end& from) const {
  if (to.inbox.size() < window_)
    to.inbox.push(from.unsent.take(window_ - to.inbox.size()));
}

read_reply wire::answer(end& mine, end& peer) const {
  if (!mine.reader || (mine.inbox.empty() && !peer.closed))
    return {};
  auto result = read_reply{
    std::exchange(mine.reader, nullptr), mine.name.id, mine.inbox.take(mine.inbox.size()),
    closed_by(mine.name.peer)};
  refill(mine, peer);
  return result;
}

connection_owner wire::shut(end& mine) {
  mine.closed = true;
  mine.inbox.clear();
  mine.unsent.clear();
  return std::exchange(mine.reader, nullptr);
}

class wire_end final : public connection {
public:
  wire_end(std::shared_ptr<wire> wire, std::size_t side)
      : wire_{std::move(wire)}, side_{side} {}

  ~wire_end() override { wire_->close(side_); }

  [[nodiscard]] connection_id id() const override { return wire_->name(side_).id; }
  [[nodiscard]] const std::string& peer() const override {
    return wire_->name(side_).peer;
  }
  void read(connection_owner owner) override { wire_->read(side_, std::move(owner)); }
  void write(byte_buffer bytes) override { wire_->write(side_, std::move(bytes)); }
  [[nodiscard]] std::size_t unsent_bytes() const override {
    return wire_->unsent_bytes(side_);
  }
  void close() override { wire_->close(side_); }

private:
  std::shared_ptr<wire> wire_;
  std::size_t side_;
};

} // namespace

/// Who listens where, and which wires exist.
class inprocess_hub {
public:
  explicit inprocess_hub(inprocess_config config) : config_{config} {}

  expected<address> listen(address where, listener_owner owner);
  void stop_listening(const address& where);
  void dial(const address& where, dial_id id, const dial_owner& owner);
  void stop();

private:
  expected<address> free_place(address where) const;
  connection_id draw_id() { return last_id_ = last_id_.next(); }
  std::shared_ptr<wire> make_wire(const address& where);

  std::mutex mutex_;
  inprocess_config config_;
  std::map<address, listener_owner> listeners_;
  std::map<connection_id, std::weak_ptr<wire>> wires_; // By the dialler's end.
  connection_id last_id_;
};

namespace {

constexpr auto first_free_port = std::uint16_t{49'152}; // RFC 6335: the dynamic ports.

} // namespace

expected<address> inprocess_hub::listen(address where, listener_owner owner) {
  auto lock = std::lock_guard{mutex_};
  auto place = free_place(std::move(where));
  if (place)
    listeners_.emplace(*place, std::move(owner));
  return place;
}

expected<address> inprocess_hub::free_place(address where) const {
  auto any = where.port == 0;
  if (any)
    where.port = first_free_port;
  while (any && listeners_.contains(where)
         && where.port < std::numeric_limits<std::uint16_t>::max())
    ++where.port;
  if (!listeners_.contains(where))
    return where;
  return listen_in_use(where);
}

void inprocess_hub::stop_listening(const address& where) {
  auto owner = listener_owner{};
  auto lock = std::unique_lock{mutex_};
  if (auto found = listeners_.find(where); found != listeners_.end()) {
    owner = std::move(found->second);
    listeners_.erase(found);
  }
  lock.unlock();
}

void inprocess_hub::dial(const address& where, dial_id id, const dial_owner& owner) {
  auto lock = std::unique_lock{mutex_};
  auto found = listeners_.find(where);
  if (found == listeners_.end()) {
    lock.unlock();
    caf::anon_send(owner, dial_failed{id, dial_refused(where)});
    return;
  }
  auto acceptor = found->second;
  auto wire = make_wire(where);
  lock.unlock();
  caf::anon_send(acceptor, accepted{std::make_shared<wire_end>(wire, 1)});
  caf::anon_send(owner, connected{id, std::make_shared<wire_end>(wire, 0)});
}

std::shared_ptr<wire> inprocess_hub::make_wire(const address& where) {
  std::erase_if(wires_, [](const auto& entry) { return entry.second.expired(); });
  auto here = draw_id();
  auto result = std::make_shared<wire>(
    config_.window_bytes, wire::end_name{here, to_string(where)},
    wire::end_name{draw_id(), "dialler " + to_string(here)});
  wires_.emplace(here, result);
  return result;
}

void inprocess_hub::stop() {
  auto lock = std::unique_lock{mutex_};
  auto listeners = std::exchange(listeners_, {});
  auto wires = std::exchange(wires_, {});
  lock.unlock();
  for (const auto& [id, weak] : wires)
    if (auto wire = weak.lock())
      wire->close_both();
}

namespace {

/// Takes its place off the hub, if that still exists, when it goes.
class hub_listener final : public listener {
public:
  hub_listener(std::weak_ptr<inprocess_hub> hub, address where)
      : hub_{std::move(hub)}, where_{std::move(where)} {}

  ~hub_listener() override {
    if (auto hub = hub_.lock())
      hub->stop_listening(where_);
  }

  [[nodiscard]] const address& where() const override { return where_; }

private:
  std::weak_ptr<inprocess_hub> hub_;
  address where_;
};

} // namespace

inprocess_transport::inprocess_transport(inprocess_config config)
    : hub_{std::make_shared<inprocess_hub>(config)} {
  TROUPE_ASSERT(config.window_bytes > 0);
}

inprocess_transport::~inprocess_transport() { hub_->stop(); }

expected<std::unique_ptr<listener>>
inprocess_transport::listen(const address& where, listener_owner owner) {
  auto place = hub_->listen(where, std::move(owner));
  if (!place)
    return place.error();
  return std::unique_ptr<listener>{
    std::make_unique<hub_listener>(hub_, std::move(*place))};
}

void inprocess_transport::dial(
  const address& where, dial_id id, duration /*deadline*/, dial_owner owner) {
  hub_->dial(where, id, owner);
}

} // namespace troupe::actors
