#include "tests/simulation/link_world.hpp"

#include "cluster/link_wire.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::test {

using namespace std::chrono_literals;
using cluster::connection_id;
using cluster::link_frame;

namespace {

constexpr std::size_t greeting_bytes_max = 8U << 10;

// Per tick, for a link that nothing needs.
constexpr double forget_chance = 0.02;

} // namespace

cluster::link_config link_world::config() {
  return {
    .heartbeat_interval = 100ms,
    .silence_max = 400ms,
    .frame_deadline = 800ms,
    .dial_deadline = 300ms,
    .handshake_deadline = 300ms,
    .down_after = 300ms,
    .idle_after = 600ms,
    .redial_min = 10ms,
    .redial_max = 200ms,
    .call_age_max = 3s,
    .window_control_bytes = 4U << 10,
    .window_bulk_bytes = 8U << 10,
    .queue_bytes_max = 12U << 10,
    .frame_bytes_max = 6U << 10,
    .greeting_count_max = 16};
}

duration link_world::agreement_bound() {
  auto x = config();
  return 2
         * (x.frame_deadline + x.dial_deadline + 2 * x.handshake_deadline + x.redial_max);
}

link_world::link_world(const options& chosen)
    : options_{chosen}, random_{chosen.seed}, network_{
                                                queue_,
                                                random_.fork(),
                                                {[this](auto at, const auto& bytes) {
                                                   received(at, bytes);
                                                 },
                                                 [this](auto at) { broke(at); }}} {
  processes_.resize(chosen.process_count);
  for (auto i = std::size_t{0}; i < processes_.size(); ++i) {
    auto& self = processes_[i];
    self.id = node_id{uuid{0, i + 1}};
    if (i + 1 < processes_.size() || !chosen.last_is_client)
      self.address = "p" + std::to_string(i);
    start(i);
  }
}

// -- processes
// ----------------------------------------------------------------------------

void link_world::start(std::size_t i) {
  auto& self = processes_[i];
  self.incarnation = self.incarnation.next();
  self.running = true;
  self.left = false;
  self.next_call = 0;
  self.greeter = std::make_unique<cluster::greeter>(
    config(),
    cluster::local_identity{
      "mall",
      {},
      {self.id, node_name{"p" + std::to_string(i)}, self.incarnation,
       self.address.empty() ? cluster::link_role::client : cluster::link_role::node},
      self.address});
  tick(i, self.incarnation);
}

void link_world::stop(std::size_t i, bool silent) {
  auto& self = processes_[i];
  network_.vanish(i, silent);
  self.running = false;
  self.greeter.reset();
  self.links.clear();
  self.peers.clear();
  self.connections.clear();
  self.pinned.clear();
}

void link_world::leave(std::size_t i) {
  auto& self = processes_[i];
  for (auto& [peer, core] : self.links)
    perform(i, peer, core.leave(queue_.now()));
  for (const auto& [peer, model] : self.peers)
    expect(model.calls.empty() && !model.exists, "leaving ends all calls and peers");
  for (auto end : network_.ends_of(i))
    network_.close(end);
  stop(i, false);
}

void link_world::tick(std::size_t i, troupe::incarnation incarnation) {
  auto& self = processes_[i];
  if (!self.running || self.incarnation != incarnation)
    return;
  perform(i, self.greeter->tick(queue_.now()));
  for (auto& [peer, core] : self.links)
    perform(i, peer, core.tick(queue_.now()));
  forget_unused(i);
  queue_.after(
    config().heartbeat_interval / 2, [this, i, incarnation] { tick(i, incarnation); });
}

void link_world::forget_unused(std::size_t i) {
  auto& links = processes_[i].links;
  for (auto found = links.begin(); found != links.end();) {
    auto peer = found->first;
    if (!found->second.unused() || !random_.chance(forget_chance)) {
      ++found;
      continue;
    }
    count("links forgotten");
    perform(i, peer, found->second.leave(queue_.now()));
    found = links.erase(found);
  }
}

cluster::link& link_world::link_to(std::size_t i, std::size_t peer) {
  auto& self = processes_[i];
  if (auto found = self.links.find(peer); found != self.links.end())
    return found->second;
  // Not everybody has been told where everybody is.
  auto address = random_.chance(0.8) ? processes_[peer].address : std::string{};
  return self.links
    .emplace(
      peer,
      cluster::link{
        config(), self.greeter->self(), processes_[peer].id, address, random_.fork()})
    .first->second;
}

std::size_t link_world::index_of(const node_id& id) const {
  auto found = std::ranges::find(processes_, id, &process::id);
  return static_cast<std::size_t>(found - processes_.begin());
}

std::optional<std::size_t> link_world::process_at(const std::string& where) const {
  auto found = std::ranges::find(processes_, where, &process::address);
  if (where.empty() || found == processes_.end())
    return std::nullopt;
  return static_cast<std::size_t>(found - processes_.begin());
}

// -- connections
// --------------------------------------------------------------------------

void link_world::dial(
  std::size_t i, const cluster::greeting_dial& what, const std::string& where) {
  auto target = process_at(where);
  auto flows = target && network_.flows(i, *target) && network_.flows(*target, i);
  auto target_incarnation = target ? processes_[*target].incarnation : incarnation{};
  auto delay
    = flows || !target ? 2 * network_.draw_delay() : duration{config().dial_deadline};
  if (!flows)
    target.reset();
  later(
    i, delay,
    [this, i, incarnation = processes_[i].incarnation, what, target, target_incarnation] {
      dial_over(i, incarnation, what, target, target_incarnation);
    });
}

void link_world::dial_over(
  std::size_t i, troupe::incarnation incarnation, const cluster::greeting_dial& what,
  std::optional<std::size_t> target, troupe::incarnation target_incarnation) {
  auto there = target && processes_[*target].running
               && processes_[*target].incarnation == target_incarnation
               && processes_[i].incarnation == incarnation;
  if (!there) {
    count("dials failed");
    dial_failed(i, what, fail(ec::unreachable, "nobody listens there"));
    return;
  }
  auto [ours, theirs] = network_.connect(i, *target);
  owners_[ours] = i;
  owners_[theirs] = *target;
  // A hello may come when its sender has long given up, or was started again.
  if (disturbed_ && random_.chance(0.05))
    network_.hold(theirs, random_.between(duration{0}, duration{900ms}));
  auto fresh = [] {
    return open_connection{std::nullopt, cluster::frame_reader{greeting_bytes_max}};
  };
  processes_[i].connections.emplace(ours, fresh());
  processes_[*target].connections.emplace(theirs, fresh());
  perform(*target, processes_[*target].greeter->accepted(theirs, queue_.now()));
  perform(i, processes_[i].greeter->dialled(ours, what, queue_.now()));
}

void link_world::dial_failed(
  std::size_t i, const cluster::greeting_dial& what, const error& why) {
  if (!what.expected)
    return;
  auto peer = index_of(*what.expected);
  if (auto found = processes_[i].links.find(peer); found != processes_[i].links.end())
    perform(i, peer, found->second.dial_failed(what.session, why, queue_.now()));
}

void link_world::received(connection_id at, const byte_buffer& bytes) {
  auto i = owners_.at(at);
  fold(at.value());
  fold(crc32c(bytes));
  auto found = processes_[i].connections.find(at);
  if (found == processes_[i].connections.end())
    return;
  found->second.reader.feed(bytes);
  if (auto peer = found->second.peer)
    link_to(i, *peer).heard(at, queue_.now());
  while (take_frame(i, at)) {
  }
}

// True when there may be another.
bool link_world::take_frame(std::size_t i, connection_id at) {
  auto& self = processes_[i];
  auto found = self.connections.find(at);
  if (found == self.connections.end())
    return false;
  auto& open = found->second;
  auto body = open.reader.next();
  if (body && !*body)
    return false;
  auto frame
    = body ? cluster::decode_link_frame(**body) : expected<link_frame>{body.error()};
  if (frame && !open.peer && !open.reader.empty())
    frame = fail(ec::malformed, "bytes behind the first frame of a connection");
  if (!frame)
    frame_error(i, at, frame.error());
  else if (open.peer)
    perform(
      i, *open.peer, link_to(i, *open.peer).arrived(at, std::move(*frame), queue_.now()));
  else
    perform(i, self.greeter->arrived(at, *frame));
  return frame && self.connections.contains(at);
}

void link_world::frame_error(std::size_t i, connection_id at, const error& why) {
  count("streams damaged");
  expect(damaged_, "a stream is not damaged by itself: " + sentence_of(why));
  if (auto peer = processes_[i].connections.at(at).peer) {
    perform(i, *peer, link_to(i, *peer).broke(at, why, queue_.now()));
  } else {
    close(i, at);
    perform(i, processes_[i].greeter->broke(at, why));
  }
  expect(!processes_[i].connections.contains(at), "a damaged stream is closed");
}

void link_world::broke(connection_id at) {
  auto i = owners_.at(at);
  fold(at.value());
  auto found = processes_[i].connections.find(at);
  if (found == processes_[i].connections.end())
    return;
  found->second.broken = true;
  auto why = fail(ec::link_lost, "the connection broke");
  if (auto peer = found->second.peer) {
    perform(i, *peer, link_to(i, *peer).broke(at, why, queue_.now()));
  } else {
    processes_[i].connections.erase(found);
    perform(i, processes_[i].greeter->broke(at, why));
  }
  expect(!processes_[i].connections.contains(at), "a broken connection is let go");
}

void link_world::write(std::size_t i, connection_id at, const link_frame& frame) {
  auto found = processes_[i].connections.find(at);
  expect(
    found != processes_[i].connections.end() && !found->second.broken,
    "frames go to connections that are open; kind " + std::to_string(frame.index()));
  auto bytes = byte_buffer{};
  cluster::append_frame(bytes, cluster::encode(frame));
  if (disturbed_ && random_.chance(0.000'3)) {
    damaged_ = true;
    bytes[random_.below(bytes.size())] ^= std::byte{1} << random_.below(8);
  }
  network_.write(at, bytes);
}

void link_world::close(std::size_t i, connection_id at) {
  expect(
    processes_[i].connections.erase(at) == 1,
    "only connections that are open are closed");
  network_.close(at);
}

// -- outputs
// ------------------------------------------------------------------------------

void link_world::perform(std::size_t i, cluster::greeter::output out) {
  for (const auto& x : out.frames)
    write(i, x.connection, x.frame);
  for (auto id : out.closes)
    close(i, id);
  for (const auto& x : out.offers) {
    auto peer = index_of(x.offer.peer.id);
    auto& open = processes_[i].connections.at(x.connection);
    open.peer = peer;
    open.reader.limit(config().frame_bytes_max);
    perform(i, peer, link_to(i, peer).offered(x.connection, x.offer, queue_.now()));
  }
  for (const auto& x : out.failures)
    dial_failed(i, x.dial, x.why);
}

void link_world::perform(std::size_t i, std::size_t peer, cluster::link::output out) {
  for (const auto& x : out.frames) {
    if (const auto* refusal = std::get_if<cluster::refuse>(&x.frame))
      count("refused: " + std::string{to_string(refusal->code)});
    if (std::holds_alternative<cluster::stay>(x.frame))
      count("stayed");
    write(i, x.connection, x.frame);
  }
  for (auto id : out.closes)
    close(i, id);
  for (const auto& x : out.dials)
    dial(i, {x.session, x.lane, processes_[peer].id}, x.where);
  for (const auto& x : out.arrivals)
    on_arrival(i, peer, x);
  for (const auto& target : out.watches)
    on_watch(i, peer, target);
  for (const auto& x : out.failures)
    on_failure(i, peer, x);
  for (const auto& x : out.ended_actors)
    on_ended(i, peer, x);
  for (const auto& x : out.news)
    on_news(i, peer, x);
  for (const auto& x : out.undelivered)
    on_undelivered(x.payload);
  counts_["notes dropped"] += out.dropped;
  check_link(i, peer);
}

} // namespace troupe::test
