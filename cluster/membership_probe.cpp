/// The part of `membership` that probes: SWIM's failure detector (section 3.1) with
/// Lifeguard's local health (section IV-A).
#include "cluster/membership.hpp"

#include <algorithm>
#include <utility>

namespace troupe::cluster {

namespace {

/// Probes for others under way at once; more are answered by a nack. They last one
/// interval each and come from members, so that only a flood gets here.
constexpr auto relay_count_max = std::size_t{1'024};

} // namespace

void membership::probe_next(time_point now) {
  next_probe_ = now + config_.probe_interval * health_.multiplier();
  auto wanted = [this](const node_id& id) { return !probing(id); };
  if (auto target = ring_.next(wanted, random_))
    start_probe(*target, now);
}

void membership::start_probe(const node_id& target, time_point now) {
  const auto& known = *table_.find(target);
  auto next = probe{};
  next.target = target;
  next.incarnation = known.node.incarnation;
  next.refutation = known.refutation;
  next.ask_helpers_at = now + config_.probe_timeout * health_.multiplier();
  next.ends_at = now + config_.probe_interval * health_.multiplier();
  last_seq_ = last_seq_.next();
  probes_.emplace(last_seq_, std::move(next));
  send(target, ping{last_seq_, target, claims_for(target)});
}

bool membership::probing(const node_id& target) const {
  return std::ranges::any_of(
    probes_, [&target](const auto& entry) { return entry.second.target == target; });
}

void membership::advance_probes(time_point now) {
  auto failed = std::vector<probe>{};
  for (auto i = probes_.begin(); i != probes_.end();) {
    auto& [seq, waiting] = *i;
    if (now >= waiting.ends_at) {
      failed.push_back(std::move(waiting));
      i = probes_.erase(i);
      continue;
    }
    if (!waiting.helpers_asked && now >= waiting.ask_helpers_at)
      ask_helpers(seq, waiting);
    ++i;
  }
  for (const auto& x : failed)
    conclude_failed(x, now);
}

void membership::ask_helpers(probe_seq seq, probe& waiting) {
  auto able = std::vector<node_id>{};
  for (const auto& id : ring_.members())
    if (id != waiting.target && table_.find(id)->state == member_state::alive)
      able.push_back(id);
  auto helpers = draw(std::move(able), config_.indirect_probe_count, random_);
  waiting.helpers_asked = true;
  waiting.helper_count = helpers.size();
  waiting.silent_helpers.insert(helpers.begin(), helpers.end());
  for (const auto& helper : helpers)
    send(helper, ping_req{seq, waiting.target, claims_for(helper)});
}

void membership::conclude_failed(const probe& failed, time_point now) {
  const auto* known = table_.find(failed.target);
  // Gone, restarted, or heard of since the probe began: then it says nothing.
  if (
    known == nullptr || !present(known->state)
    || known->node.incarnation != failed.incarnation
    || known->refutation != failed.refutation)
    return;
  // Helpers that are silent too point at us; without any helper, the failure itself is
  // the only measure there is. As memberlist; Lifeguard counts the failure in both cases.
  health_.worsen(
    failed.helper_count == 0 ? 1U : static_cast<unsigned>(failed.silent_helpers.size()));
  accuse(failed.target, now);
}

membership::output
membership::received(const node_id& from, const ping_req& message, time_point now) {
  begin(now);
  if (!listens_to(from))
    return finish(now);
  hear(from, message.gossip, now);
  const auto& target = message.target;
  if (
    table_.find(target) == nullptr || target == self_
    || relays_.size() >= relay_count_max) {
    send(from, nack{message.seq});
    return finish(now);
  }
  // Lifeguard section IV-A: the nack goes out at 80 % of the time-out, so that it arrives
  // before the asker concludes.
  auto next = relay{
    from, message.seq, target, now + config_.probe_timeout * 4 / 5,
    now + config_.probe_interval};
  last_seq_ = last_seq_.next();
  relays_.emplace(last_seq_, next);
  send(target, ping{last_seq_, target, claims_for(target)});
  return finish(now);
}

void membership::advance_relays(time_point now) {
  for (auto i = relays_.begin(); i != relays_.end();) {
    auto& [seq, waiting] = *i;
    if (!waiting.nacked && now >= waiting.nack_at) {
      waiting.nacked = true;
      send(waiting.asker, nack{waiting.asker_seq});
    }
    // Kept after the nack: a late answer still saves the target.
    i = now >= waiting.ends_at ? relays_.erase(i) : std::next(i);
  }
}

void membership::answer_probe(const node_id& from, probe_seq seq) {
  if (probes_.erase(seq) > 0) {
    health_.improve();
    return;
  }
  auto found = relays_.find(seq);
  if (found == relays_.end() || found->second.target != from)
    return;
  auto asker = found->second.asker;
  send(asker, ack{found->second.asker_seq, claims_for(asker)});
  relays_.erase(found);
}

} // namespace troupe::cluster
