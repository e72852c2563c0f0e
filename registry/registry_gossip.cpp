/// What a registry tells its peers and asks of them: the other half of registry_core.cpp.
#include "registry/registry_core.hpp"

#include <iterator>
#include <utility>

namespace troupe::registry {

namespace {

// Ends an interest that means every name that begins so.
constexpr char wildcard = '*';

} // namespace

registry_core::output registry_core::sync_with(const node_id& peer, time_point now) {
  auto t = turn{now, {}, {}};
  t.out.sends.push_back({peer, {.deltas = {}, .have = whole_digest()}});
  return finish(t);
}

void registry_core::gossip(turn& t) {
  auto peers = std::vector<node_id>{};
  for (const auto& [node, known] : watch_.owners())
    if (known.state == owner_state::up || known.state == owner_state::vouched)
      peers.push_back(node);
  for (std::size_t i = 0; i < config_.gossip_fanout && i < peers.size(); ++i) {
    std::swap(peers[i], peers[i + random_.below(peers.size() - i)]);
    t.out.sends.push_back({peers[i], {.deltas = {}, .have = whole_digest()}});
  }
}

digest registry_core::whole_digest() const {
  auto result = digest{digest::scope::all, {}};
  for (const auto& [node, known] : watch_.owners())
    if (known.state == owner_state::left)
      result.versions[owner_id{node}] = version::end_of(known.incarnation.value());
  for (const auto& [owner, x] : table_.owners())
    result.versions[owner] = x.current();
  return result;
}

registry_core::output
registry_core::heard(const node_id& peer, const sync_message& message, time_point now) {
  auto t = turn{now, {}, {}};
  auto reply = sync_message{};
  auto asks = digest{digest::scope::listed, {}};
  auto advanced = false;
  for (const auto& delta : message.deltas) {
    auto before = version_of(delta.owner);
    auto starts_later = take_in(peer, delta, t) == verdict::gap;
    advanced = advanced || version_of(delta.owner) != before;
    // What was refused is not asked for again: it would be refused for ever.
    if (starts_later || (message.ack && version_of(delta.owner) >= delta.to))
      asks.versions[delta.owner] = version_of(delta.owner);
  }
  if (message.have) {
    note_progress(peer, *message.have);
    answer(peer, *message.have, reply);
    if (message.have->about == digest::scope::all)
      ask_for_missing(peer, *message.have, asks, t);
  }
  if (message.more && advanced)
    reply.have = whole_digest();
  else if (!asks.versions.empty())
    reply.have = std::move(asks);
  if (!reply.empty())
    t.out.sends.push_back({peer, std::move(reply)});
  return finish(t);
}

verdict registry_core::take_in(const node_id& peer, const owner_delta& delta, turn& t) {
  if (delta.owner == self()) {
    check_own(peer, delta.to, t);
    return verdict::old;
  }
  if (left_by(delta.owner, delta.to.era))
    return verdict::old;
  auto merged = table_.merge(delta, t.now);
  if (!merged) {
    t.out.reports.push_back({peer, delta.owner, std::move(merged.error())});
    return verdict::old;
  }
  if (merged->what == verdict::merged && !delta.owner.is_catalog())
    watch_.heard_of(delta.owner.node(), incarnation{delta.to.era}, t.now);
  for (const auto& key : merged->changed)
    refresh(delta.owner, key, t);
  return merged->what;
}

void registry_core::check_own(const node_id& peer, version claimed, turn& t) {
  if (claimed <= version_of(self()))
    return;
  t.out.reports.push_back(
    {peer, self(),
     fail(
       ec::already_exists, "peer has writes of ours up to " + to_string(claimed)
                             + ", but we made only those up to "
                             + to_string(version_of(self()))
                             + "; does a copy of this data directory run?")});
}

void registry_core::answer(const node_id& peer, const digest& have, sync_message& reply) {
  auto start = table_.owners().begin();
  // Another owner first each time: a busy one must not keep the rest out of the limit.
  std::advance(start, random_.below(table_.owners().size()));
  auto offer = table_.lacking(
    have, start->first, [this](const owner_id& owner) { return relayed(owner); });
  for (const auto& delta : offer.deltas) {
    if (auto* known = progress_of(peer, delta.owner))
      known->sent = delta.to;
    // The answer to a question may be the rest of a push that `behind` waits for.
    reply.ack
      = reply.ack || (have.about == digest::scope::listed && delta.owner == self());
  }
  reply.deltas = std::move(offer.deltas);
  reply.more = offer.more;
}

void registry_core::ask_for_missing(
  const node_id& peer, const digest& have, digest& asks, turn& t) {
  for (const auto& [owner, theirs] : have.versions) {
    if (owner == self())
      check_own(peer, theirs, t);
    else if (wanted(owner, theirs))
      asks.versions[owner] = version_of(owner);
  }
}

registry_core::progress*
registry_core::progress_of(const node_id& peer, const owner_id& owner) {
  const auto* known = watch_.find(peer);
  if (known == nullptr || !known->served())
    return nullptr;
  if (owner.is_catalog())
    return &peers_[peer].catalog;
  return owner == self() ? &peers_[peer].own : nullptr;
}

void registry_core::note_progress(const node_id& peer, const digest& have) {
  for (const auto& owner : {self(), owner_id::catalog()}) {
    auto* known = progress_of(peer, owner);
    if (known == nullptr)
      continue;
    auto listed = have.versions.find(owner);
    if (listed != have.versions.end())
      *known = {listed->second, listed->second};
    else if (have.about == digest::scope::all)
      *known = {};
  }
}

void registry_core::push_directly(
  const owner_id& owner, const std::vector<entry_key>& keys, turn& t) {
  auto peers = std::set<node_id>{};
  for (const auto& key : keys)
    peers.merge(audience(key));
  const auto& written = *table_.find(owner);
  for (const auto& peer : peers) {
    auto* known = progress_of(peer, owner);
    if (known == nullptr)
      continue;
    auto delta = written.delta_since(known->sent, config_.delta_bytes_max);
    if (!delta)
      continue;
    known->sent = delta->to;
    auto message = sync_message{.deltas = {}, .have = {}, .more = false, .ack = true};
    message.more = delta->to < written.current();
    message.deltas.push_back(std::move(*delta));
    t.out.sends.push_back({peer, std::move(message)});
  }
}

std::set<node_id> registry_core::audience(const entry_key& key) const {
  if (key.kind != entry_kind::consumer)
    return interested_in(key.name);
  // Providers must know of a new consumer before they can push to it.
  auto result = view_.owners(entry_kind::provider, key.name);
  result.erase(self_);
  return result;
}

std::set<node_id> registry_core::interested_in(std::string_view name) const {
  auto result = view_.owners(entry_kind::consumer, name);
  for (std::size_t length = 0; length <= name.size(); ++length)
    result.merge(
      view_.owners(entry_kind::consumer, std::string{name.substr(0, length)} + wildcard));
  result.erase(self_);
  return result;
}

std::set<node_id> registry_core::behind(std::string_view name) const {
  auto result = interested_in(name);
  std::erase_if(result, [&](const node_id& node) {
    auto known = peers_.find(node);
    return known != peers_.end() && known->second.own.confirmed >= version_of(self());
  });
  return result;
}

bool registry_core::left_by(const owner_id& owner, std::uint64_t era) const {
  if (owner.is_catalog())
    return false;
  const auto* known = watch_.find(owner.node());
  return known != nullptr && known->state == owner_state::left
         && era <= known->incarnation.value();
}

bool registry_core::wanted(const owner_id& owner, version offered) const {
  if (offered.is_end() || offered <= version_of(owner))
    return false;
  if (owner.is_catalog())
    return true;
  const auto* known = watch_.find(owner.node());
  return known == nullptr || offered.era > known->incarnation.value()
         || known->state == owner_state::unknown || known->served();
}

bool registry_core::relayed(const owner_id& owner) const {
  if (owner.is_catalog() || owner == self())
    return true;
  // Of the dead, nothing is passed on: all nodes would hand it round for ever, each
  // starting the retention anew.
  const auto* known = watch_.find(owner.node());
  return known != nullptr && known->served()
         && version_of(owner).era >= known->incarnation.value();
}

} // namespace troupe::registry
