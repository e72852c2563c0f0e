#include "cluster/membership.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <utility>

namespace troupe::cluster {

membership::membership(
  const membership_config& config, const member& self,
  const std::vector<std::string>& seeds, std::uint64_t random_seed)
    : config_{config}, self_{self.node.id}, random_{random_seed}, table_{self},
      health_{config.health_score_max} {
  TROUPE_ASSERT(!config.validate());
  TROUPE_ASSERT(!self.node.id.value().nil());
  TROUPE_ASSERT(self.state == member_state::alive && self.meta.size() <= meta_bytes_max);
  for (const auto& seed : seeds)
    if (seed != self.endpoints.link)
      seeds_.emplace(seed, node_id{});
  // Answers to an earlier incarnation of this process must not fit a probe of this one.
  last_seq_ = probe_seq{random_() >> 1};
}

membership::output membership::start(time_point now) {
  TROUPE_ASSERT(phase_ == phase::fresh);
  begin(now);
  phase_ = phase::running;
  // Started at random, so that nodes started at once do not act at once for ever.
  auto within
    = [&](duration period) { return now + random_.between(duration{0}, period); };
  next_probe_ = within(config_.probe_interval);
  next_push_pull_ = within(config_.push_pull_interval);
  reconnect(now);
  return finish(now);
}

membership::output membership::tick(time_point now) {
  begin(now);
  advance_probes(now);
  advance_relays(now);
  expire_suspicions(now);
  if (phase_ == phase::running) {
    if (now >= next_probe_)
      probe_next(now);
    if (now >= next_push_pull_)
      push_pull_next(now);
    if (now >= next_reconnect_) {
      reclaim(now);
      reconnect(now);
    }
  }
  gossip_round(now);
  return finish(now);
}

membership::output
membership::received(const node_id& from, const ping& message, time_point now) {
  begin(now);
  if (!listens_to(from) || message.target != self_)
    return finish(now);
  hear(from, message.gossip, now);
  send(from, ack{message.seq, claims_for(from)});
  // Somebody who knows us and whom we do not know: our views differ in more than this.
  if (phase_ == phase::running && table_.find(from) == nullptr)
    exchange_with(from);
  return finish(now);
}

membership::output
membership::received(const node_id& from, const ack& message, time_point now) {
  begin(now);
  if (listens_to(from)) {
    hear(from, message.gossip, now);
    answer_probe(from, message.seq);
  }
  return finish(now);
}

membership::output
membership::received(const node_id& from, const nack& message, time_point now) {
  begin(now);
  if (listens_to(from))
    if (auto found = probes_.find(message.seq); found != probes_.end())
      found->second.silent_helpers.erase(from);
  return finish(now);
}

membership::output
membership::received(const node_id& from, const gossip& message, time_point now) {
  begin(now);
  if (listens_to(from))
    hear(from, message.claims, now);
  return finish(now);
}

membership::output
membership::received(const node_id& from, const push_pull& message, time_point now) {
  begin(now);
  if (!listens_to(from))
    return finish(now);
  // First taken in, then answered: a claim that we are dead is refuted by the reply.
  hear(from, message.claims, now);
  if (message.what == push_pull::kind::request)
    send(from, push_pull{push_pull::kind::reply, all_claims()});
  return finish(now);
}

membership::output membership::peer_connected(
  const node_id& peer, troupe::incarnation incarnation, const std::string& dialled,
  time_point now) {
  begin(now);
  if (auto seed = seeds_.find(dialled); seed != seeds_.end())
    seed->second = peer;
  if (peer == self_ || !listens_to(peer) || phase_ != phase::running)
    return finish(now);
  const auto* known = table_.find(peer);
  auto as_expected = known != nullptr && known->state == member_state::alive
                     && known->node.incarnation == incarnation;
  // Links to members open and close all the time; only a surprise is worth an exchange.
  if (!as_expected)
    exchange_with(peer);
  return finish(now);
}

membership::output membership::link_broke(const node_id& peer, time_point now) {
  begin(now);
  const auto* known = table_.find(peer);
  if (
    phase_ != phase::running || peer == self_ || known == nullptr
    || !present(known->state))
    return finish(now);
  // A dial that fails comes back here too: it sends the probe that caused it to the
  // helpers, and must not start another one.
  if (!probing(peer))
    start_probe(peer, now);
  else
    for (auto& [seq, waiting] : probes_)
      if (waiting.target == peer && !waiting.helpers_asked)
        ask_helpers(seq, waiting);
  return finish(now);
}

membership::output membership::announce(
  const node_endpoints& endpoints, const std::string& meta, time_point now) {
  TROUPE_ASSERT(meta.size() <= meta_bytes_max);
  TROUPE_ASSERT(self().state == member_state::alive);
  begin(now);
  auto next = self();
  next.endpoints = endpoints;
  next.meta = meta;
  next.refutation = next.refutation.next();
  change_self(next);
  return finish(now);
}

membership::output membership::leave(time_point now) {
  begin(now);
  if (phase_ == phase::fresh || phase_ == phase::running) {
    phase_ = phase::leaving;
    leave_deadline_ = now + config_.leave_timeout;
    probes_.clear();
    auto next = self();
    next.state = member_state::left;
    change_self(next);
    next_gossip_ = now;
    gossip_round(now);
  }
  return finish(now);
}

expected<membership::output> membership::forget(const node_id& id, time_point now) {
  const auto* known = table_.find(id);
  if (known == nullptr && !table_.forgotten(id))
    return fail(
      ec::not_found,
      "no member " + to_string(id) + " was ever known; `members` lists them");
  if (known != nullptr && (present(known->state) || id == self_))
    return fail(
      ec::wrong_state, "member " + to_string(known->node.name) + " is "
                         + std::string{to_string(known->state)}
                         + "; stop it, then forget it once it is dead or left");
  begin(now);
  absorb(tombstone(id), now);
  return finish(now);
}

const std::map<node_id, member>& membership::members() const { return table_.members(); }

const member* membership::find(const node_id& id) const { return table_.find(id); }

const member& membership::self() const { return *table_.find(self_); }

std::size_t membership::alive_count() const { return table_.alive_count(); }

void membership::begin(time_point now) {
  TROUPE_ASSERT(now >= now_);
  now_ = now;
  if (now - config_.late_wake > promised_wake_)
    stood_still(now - promised_wake_);
}

/// Source: the aim of Lifeguard section IV-A, by direct evidence. A process that was
/// paused finds its timers expired before the answers that wait in its sockets. Judging
/// first is how one slow node accuses a whole cluster.
void membership::stood_still(duration lost) {
  health_.worsen(1);
  for (auto& [seq, waiting] : probes_) {
    waiting.ask_helpers_at += lost;
    waiting.ends_at += lost;
  }
  for (auto& [id, open] : suspicions_)
    open.defer(lost);
}

membership::output membership::finish(time_point now) {
  if (phase_ == phase::leaving && (now >= leave_deadline_ || !queue_.contains(self_))) {
    phase_ = phase::departed;
    out_.news.push_back({member_event::departed, self(), {}});
  }
  promised_wake_ = std::max(now, next_wake());
  out_.next_wake = promised_wake_;
  out_.health = health_.score();
  return std::exchange(out_, output{});
}

time_point membership::next_wake() const {
  auto result = time_point::max();
  auto also = [&result](time_point due) { result = std::min(result, due); };
  for (const auto& [seq, waiting] : probes_)
    also(waiting.helpers_asked ? waiting.ends_at : waiting.ask_helpers_at);
  for (const auto& [seq, waiting] : relays_)
    also(waiting.nacked ? waiting.ends_at : waiting.nack_at);
  for (const auto& [id, open] : suspicions_)
    also(open.deadline());
  if (phase_ == phase::running) {
    also(next_probe_);
    also(next_push_pull_);
    also(next_reconnect_);
  }
  if (phase_ == phase::leaving)
    also(leave_deadline_);
  if (!queue_.empty() && (phase_ == phase::running || phase_ == phase::leaving))
    also(next_gossip_);
  return result;
}

bool membership::listens_to(const node_id& from) {
  if (phase_ == phase::fresh || phase_ == phase::expelled || from == self_)
    return false;
  if (!table_.forgotten(from))
    return true;
  send(from, gossip{{tombstone(from)}});
  return false;
}

void membership::send(const node_id& to, membership_message message) {
  out_.sends.push_back({to, std::move(message)});
}

} // namespace troupe::cluster
