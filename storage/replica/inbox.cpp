#include "storage/replica/inbox.hpp"

#include "storage/replica/beats.hpp"
#include "storage/replica/election.hpp"
#include "storage/replica/following.hpp"
#include "storage/replica/shipping.hpp"

namespace troupe::storage {

namespace {

struct deliver {
  turn& t;
  replica_id from;

  void operator()(const pre_vote& m) const { on_pre_vote(t, from, m); }
  void operator()(const pre_vote_reply& m) const { on_pre_vote_reply(t, from, m); }
  void operator()(const vote& m) const { on_vote(t, from, m); }
  void operator()(const vote_reply& m) const { on_vote_reply(t, from, m); }
  void operator()(const beat& m) const { on_beat(t, from, m); }
  void operator()(const beat_ack& m) const { on_beat_ack(t, from, m); }
  void operator()(const subscribe& m) const { on_subscribe(t, from, m); }
  void operator()(const ship& m) const { on_ship(t, from, m); }
  void operator()(const ship_ack& m) const { on_ship_ack(t, from, m); }
  void operator()(const diverged& m) const { on_diverged(t, from, m); }
  void operator()(const stand_please&) const { on_stand_please(t); }
  void operator()(const transfer_now&) const { on_transfer_now(t); }
  void operator()(const stale&) const {} // Its epoch was all it had to say.
};

bool is_for_us(const turn& t, const message& m) {
  const auto& self = t.s.self;
  return !t.s.quarantined && m.cluster == self.who.cluster && m.shard == self.who.shard
         && m.to == self.who.replica && m.from != self.who.replica
         && t.s.config().find(m.from) != nullptr;
}

/// Notes the sender's incarnation. False when a later one was heard.
bool is_alive(turn& t, const message& m) {
  auto& latest = t.s.incarnations[m.from];
  if (m.from_incarnation < latest)
    return false;
  latest = m.from_incarnation;
  return true;
}

} // namespace

void receive(turn& t, const message& m) {
  if (!is_for_us(t, m) || !is_alive(t, m))
    return;
  if (m.to_incarnation != incarnation{0} && m.to_incarnation != t.s.self.incarnation) {
    if (!std::holds_alternative<stale>(m.body))
      send(t, m.from, stale{});
    return;
  }
  const auto* asked_to_vote = std::get_if<vote>(&m.body);
  if (asked_to_vote != nullptr && sticky(t) && !asked_to_vote->transfer)
    return; // Before its epoch is looked at: adopting it would end a healthy mastership.
  auto asks = std::holds_alternative<pre_vote>(m.body);
  auto answers_asking = std::holds_alternative<pre_vote_reply>(m.body);
  if (m.at < t.s.at && !asks && !answers_asking) {
    if (!std::holds_alternative<stale>(m.body))
      send(t, m.from, stale{});
    return;
  }
  if (m.at > t.s.at && !asks)
    adopt(t, m.at);
  std::visit(deliver{t, m.from}, m.body);
}

} // namespace troupe::storage
