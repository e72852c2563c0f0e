#include "cluster/link_actor.hpp"

#include "actors/base/assert.hpp"
#include "cluster/link_carrier_actor.hpp"
#include "cluster/link_wire.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/make_message.hpp>
#include <caf/send.hpp>

namespace troupe::cluster {

namespace {

// An unused link is offered for ending after this many ticks in a row, so that one that
// was just made for somebody is not taken away before its first message.
constexpr std::uint64_t ticks_unused_max = 50;

link_target to_link(actors::remote_target x) {
  if (auto* number = std::get_if<caf::actor_id>(&x))
    return actor_number{*number};
  return std::get<std::string>(std::move(x));
}

actors::remote_target to_remote(const link_target& x) {
  if (const auto* number = std::get_if<actor_number>(&x))
    return number->value();
  return std::get<std::string>(x);
}

// The engine's ids carry flags; the wire carries the id that both ends know a call by.
std::uint64_t call_of(caf::message_id x) {
  return x.integer_value()
         & ~(caf::message_id::response_flag_mask | caf::message_id::answered_flag_mask);
}

payload to_payload(actors::outgoing x) {
  auto kind = payload_kind::note;
  if (x.mid.is_response())
    kind = payload_kind::answer;
  else if (x.mid.is_request())
    kind = payload_kind::request;
  return {
    .kind = kind,
    .to = to_link(std::move(x.to)),
    .from = actor_number{x.from ? x.from->id() : 0},
    .call = kind == payload_kind::note ? 0 : call_of(x.mid),
    .type = std::move(x.content.type),
    .content = std::move(x.content.payload)};
}

// None when a stranger made it up: it must name a request of the ordinary kind.
std::optional<caf::message_id> mid_of(const payload& x) {
  if (x.kind == payload_kind::note || x.kind == payload_kind::note_with_origin)
    return caf::make_message_id();
  auto request = caf::message_id{x.call};
  if (call_of(request) != x.call || !request.is_request() || request.is_stream_message())
    return std::nullopt;
  return x.kind == payload_kind::request ? request : request.response_id();
}

} // namespace

/// Collects what was consumed on one lane of one session, and tells the link in portions:
/// one message per portion instead of one per delivery.
class receipt_book final : public actors::consumption {
public:
  receipt_book(
    const link_actor& link, session_id session, lane lane, std::uint64_t portion_bytes)
      : link_{caf::actor_cast<caf::actor_addr>(link)}, session_{session}, lane_{lane},
        portion_bytes_{portion_bytes} {}

  void consumed(std::uint64_t bytes) override {
    auto total = pending_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    if (total < portion_bytes_)
      return;
    if (auto portion = pending_.exchange(0, std::memory_order_relaxed); portion > 0)
      if (auto link = caf::actor_cast<link_actor>(link_))
        caf::anon_send(link, link_consumed{session_, lane_, portion});
  }

  [[nodiscard]] session_id session() const { return session_; }

private:
  caf::actor_addr link_; // Weak: a message in some mailbox must not keep the link alive.
  session_id session_;
  lane lane_;
  std::uint64_t portion_bytes_;
  std::atomic<std::uint64_t> pending_ = 0;
};

link_metrics::link_metrics(metrics_registry& registry)
    : frames_in{registry.make_counter(
      "troupe_cluster_link_frames_in_total", "Frames read from other processes.")},
      frames_out{registry.make_counter(
        "troupe_cluster_link_frames_out_total", "Frames written to other processes.")},
      bytes_in{registry.make_counter(
        "troupe_cluster_link_bytes_in_total", "Bytes read from other processes.")},
      bytes_out{registry.make_counter(
        "troupe_cluster_link_bytes_out_total", "Bytes written to other processes.")},
      dropped_notes{registry.make_counter(
        "troupe_cluster_link_dropped_notes_total",
        "Messages without an answer that could not be delivered.")},
      failed_calls{registry.make_counter(
        "troupe_cluster_link_failed_calls_total", "Requests that a link failed.")},
      malformed{registry.make_counter(
        "troupe_cluster_link_malformed_total", "Frames or messages that did not parse.")},
      lost{registry.make_counter(
        "troupe_cluster_link_lost_total", "Sessions that broke while up.")} {}

// -- life
// ---------------------------------------------------------------------------------

void link_state::start(
  const link_environment& environment, const link_config& config, link core, node_id peer,
  link_owner_actor owner) {
  environment_ = environment;
  config_ = config;
  core_.emplace(std::move(core));
  peer_ = peer;
  owner_ = std::move(owner);
  metrics_.emplace(*environment.context->metrics);
  room_ = std::make_shared<send_room>(config.queue_bytes_max);
  carrier_ = std::make_shared<link_carrier>(
    caf::actor_cast<link_actor>(self_), room_, config.frame_bytes_max);
  self_->set_down_handler([this](const caf::down_msg& x) { on(x); });
  environment_.context->clock->after(
    self_, config_.heartbeat_interval / 2, caf::tick_atom_v);
}

link_state::~link_state() {
  references_.end_all(fail(ec::link_lost, "the link has ended"));
  for (const auto& x : room_wanted_)
    tell_room_came(x.who);
  for (auto& [id, open] : connections_)
    open.connection->close();
}

void link_state::tick() {
  perform(core_->tick(now()));
  ticks_unused_ = core_->unused() ? ticks_unused_ + 1 : 0;
  if (ticks_unused_ >= ticks_unused_max)
    self_->send(owner_, link_unused{peer_});
  environment_.context->clock->after(
    self_, config_.heartbeat_interval / 2, caf::tick_atom_v);
}

void link_state::pin() { perform(core_->pin(now())); }

void link_state::leave() {
  perform(core_->leave(now()));
  self_->quit();
}

// -- connections
// --------------------------------------------------------------------------

void link_state::on(const link_offered& x) {
  auto id = x.connection->id();
  connections_.insert_or_assign(
    id, open_connection{x.connection, frame_reader{config_.frame_bytes_max}});
  perform(core_->offered(id, x.offer, now()));
  // The core may have refused it.
  if (connections_.contains(id))
    x.connection->read(caf::actor_cast<actors::connection_owner>(self_));
}

void link_state::on(const link_dial_failed& x) {
  perform(core_->dial_failed(x.session, x.why, now()));
}

void link_state::on(actors::received& x) {
  if (!connections_.contains(x.connection))
    return;
  metrics_->bytes_in.add(x.bytes.size());
  core_->heard(x.connection, now());
  take_bytes(x.connection, x.bytes);
  // A frame may have ended the connection.
  if (auto found = connections_.find(x.connection); found != connections_.end())
    found->second.connection->read(caf::actor_cast<actors::connection_owner>(self_));
}

void link_state::take_bytes(connection_id id, const byte_buffer& bytes) {
  connections_.at(id).reader.feed(bytes);
  for (;;) {
    auto found = connections_.find(id);
    if (found == connections_.end())
      return;
    auto body = found->second.reader.next();
    if (body && !*body)
      return;
    auto frame = body ? decode_link_frame(**body) : expected<link_frame>{body.error()};
    if (!frame) {
      metrics_->malformed.add();
      perform(core_->broke(id, frame.error(), now()));
      return;
    }
    metrics_->frames_in.add();
    perform(core_->arrived(id, std::move(*frame), now()));
  }
}

void link_state::on(const actors::disconnected& x) {
  if (connections_.erase(x.connection) > 0)
    perform(core_->broke(x.connection, x.why, now()));
}

void link_state::write(const std::vector<link::frame_out>& frames) {
  auto buffers = std::map<connection_id, byte_buffer>{};
  for (const auto& [connection, frame] : frames)
    append_frame(buffers[connection], encode(frame));
  for (auto& [connection, bytes] : buffers) {
    metrics_->bytes_out.add(bytes.size());
    if (auto found = connections_.find(connection); found != connections_.end())
      found->second.connection->write(std::move(bytes));
  }
  metrics_->frames_out.add(frames.size());
}

// -- messages of this process
// -------------------------------------------------------------

void link_state::on(link_carry& x) {
  if (x.message.from)
    exports_.add(x.message.from);
  auto lane = x.message.content.lane;
  auto claimed_bytes = x.message.claimed_bytes;
  perform(core_->send(to_payload(std::move(x.message)), lane, now(), claimed_bytes));
}

void link_state::on(const link_room_wanted& x) {
  // Who claims again while it waits keeps its place, so there is one entry for each.
  auto known = std::ranges::find(room_wanted_, x.who, &link_room_wanted::who);
  if (known == room_wanted_.end())
    room_wanted_.push_back(x);
  else
    known->bytes = std::min(known->bytes, x.bytes);
  tell_of_room();
}

// One after the other: who is told first claims first.
void link_state::tell_of_room() {
  while (!room_wanted_.empty() && room_->has(room_wanted_.front().bytes)) {
    tell_room_came(room_wanted_.front().who);
    room_wanted_.pop_front();
  }
}

void link_state::on(link_post& x) {
  auto lane = x.content.lane;
  perform(core_->send(
    {.kind = payload_kind::note_with_origin,
     .to = std::move(x.name),
     .from = {},
     .type = std::move(x.content.type),
     .content = std::move(x.content.payload)},
    lane, now()));
}

void link_state::on(const link_watch& x) {
  references_.keep(x.target, x.reference);
  perform(core_->watch(to_link(x.target), now()));
}

void link_state::on(const link_consumed& x) {
  perform(core_->consumed(x.session, x.lane, x.bytes));
}

void link_state::on(const peer_died& x) {
  perform(core_->peer_dead(x.incarnation, now()));
}

caf::strong_actor_ptr link_state::reference(const actors::remote_target& target) {
  ticks_unused_ = 0;
  return references_.get(self_->system(), carrier_, *environment_.codecs, target);
}

// -- the core's output
// --------------------------------------------------------------------

void link_state::perform(link::output out) {
  write(out.frames);
  for (auto id : out.closes)
    if (auto open = connections_.extract(id); !open.empty())
      open.mapped().connection->close();
  for (auto& x : out.dials)
    self_->send(owner_, link_dial{peer_, std::move(x)});
  for (auto& x : out.arrivals)
    deliver(std::move(x));
  for (const auto& x : out.watches)
    watch_here(x);
  metrics_->failed_calls.add(out.failures.size());
  for (auto& x : out.failures)
    actors::answer_with_error(
      exports_.find(x.from.value()), caf::message_id{x.call}, std::move(x.why));
  for (const auto& x : out.ended_actors)
    references_.end(to_remote(x.target), fail(x.code, x.why));
  for (const auto& x : out.news)
    tell(x);
  for (const auto& x : out.undelivered)
    return_to_sender(x);
  metrics_->dropped_notes.add(out.dropped);
  if (out.released_bytes > 0) {
    room_->give_back(out.released_bytes);
    tell_of_room();
  }
}

void link_state::return_to_sender(const link::undelivered_note& x) const {
  auto sender = exports_.find(x.payload.from.value());
  if (!sender)
    return;
  auto told = environment_.codecs->undelivered(x.payload.type, x.payload.content, x.why);
  if (told)
    sender->enqueue(nullptr, caf::make_message_id(), std::move(*told), nullptr);
}

void link_state::tell(const link::news& x) {
  if (x.kind == link::news_kind::lost) {
    metrics_->lost.add();
    for (const auto& [actor, targets] : std::exchange(watched_here_, {}))
      self_->demonitor(actor);
  }
  if (x.kind == link::news_kind::down)
    references_.end_all(x.why);
  self_->send(owner_, link_report{peer_, x});
}

// -- messages of the peer
// -----------------------------------------------------------------

caf::strong_actor_ptr link_state::target_of(const link_target& x) const {
  if (const auto* number = std::get_if<actor_number>(&x))
    return exports_.find(number->value());
  return environment_.directory->find(std::get<std::string>(x));
}

void link_state::deliver(link::arrival x) {
  auto& message = x.payload;
  auto cost = credit_cost(message);
  auto book = receipt_for(x.session, x.lane);
  auto target = target_of(message.to);
  auto mid = mid_of(message);
  auto content = environment_.codecs->decode(message.type, message.content);
  if (!target || !mid || !content) {
    book->consumed(cost);
    metrics_->dropped_notes.add();
    if (!target)
      answer(message, fail(ec::not_found, "no such actor here"));
    else if (!content)
      answer(message, std::move(content.error()));
    return;
  }
  if (message.kind == payload_kind::note_with_origin)
    *content = caf::make_message(*core_->peer()) + *content;
  auto from = message.from.value() == 0 ? nullptr : reference(message.from.value());
  actors::deliver(target, std::move(from), *mid, std::move(*content), book, cost);
}

void link_state::answer(const payload& request, error why) {
  if (request.kind != payload_kind::request || request.from.value() == 0)
    return;
  auto content = environment_.codecs->encode(caf::make_message(std::move(why)));
  TROUPE_ASSERT(content);
  perform(core_->send(
    {.kind = payload_kind::answer,
     .to = request.from,
     .from = {},
     .call = request.call,
     .type = std::move(content->type),
     .content = std::move(content->payload)},
    content->lane, now()));
}

std::shared_ptr<actors::consumption>
link_state::receipt_for(session_id session, lane lane) {
  auto& book = receipts_[lane == lane::control ? 0 : 1];
  if (!book || book->session() != session)
    book = std::make_shared<receipt_book>(
      caf::actor_cast<link_actor>(self_), session, lane, config_.window_bytes(lane) / 8);
  return book;
}

void link_state::watch_here(const link_target& target) {
  auto actor = target_of(target);
  if (!actor) {
    perform(core_->tell_ended({target, ec::not_found, "no such actor"}, now()));
    return;
  }
  auto& targets = watched_here_[caf::actor_cast<caf::actor_addr>(actor)];
  if (targets.empty())
    self_->monitor(actor);
  if (std::find(targets.begin(), targets.end(), target) == targets.end())
    targets.push_back(target);
}

void link_state::on(const caf::down_msg& x) {
  auto entry = watched_here_.extract(x.source);
  if (entry.empty())
    return;
  auto why
    = x.reason ? actors::ours(x.reason) : fail(ec::stopping, "the actor has ended");
  for (const auto& target : entry.mapped())
    perform(core_->tell_ended({target, code_of(why), render(why)}, now()));
}

link_actor::behavior_type make_link(
  link_actor::stateful_pointer<link_state> self, const link_environment* environment,
  const link_config& config, const local_identity& local, node_id peer,
  const std::string& address, random_source random, link_owner_actor owner) {
  actors::install_defaults(self, environment->context);
  auto* state = &self->state;
  state->start(
    *environment, config, link{config, local, peer, address, random}, peer,
    std::move(owner));
  return {
    [state](actors::received& x) { state->on(x); },
    [state](const actors::disconnected& x) { state->on(x); },
    [state](const link_offered& x) { state->on(x); },
    [state](const link_dial_failed& x) { state->on(x); },
    [state](link_carry& x) { state->on(x); },
    [state](const link_room_wanted& x) { state->on(x); },
    [state](const link_watch& x) { state->on(x); },
    [state](const link_consumed& x) { state->on(x); },
    [state](link_post& x) { state->on(x); },
    [state](const refer& x) { return state->reference(x.name); },
    [state](const peer_moved& x) { state->on(x); },
    [state](const peer_died& x) { state->on(x); },
    [state](const cluster_joined& x) { state->on(x); },
    [state](const own_health& x) { state->on(x); },
    [state](atom::pin) { state->pin(); },
    [state](atom::unpin) { state->unpin(); },
    [state](atom::leave_links) { state->leave(); },
    [state](caf::tick_atom) { state->tick(); },
  };
}

} // namespace troupe::cluster
