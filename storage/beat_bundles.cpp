#include "storage/beat_bundles.hpp"

#include "actors/base/assert.hpp"

#include <utility>
#include <variant>

namespace troupe::storage {

bool is_beat(const message& x) {
  return std::holds_alternative<beat>(x.body) || std::holds_alternative<beat_ack>(x.body);
}

bool may_be_bundled(const message& x) {
  if (const auto* sent = std::get_if<beat>(&x.body))
    return !sent->for_read;
  const auto* answer = std::get_if<beat_ack>(&x.body);
  return answer != nullptr && !answer->for_read;
}

beat_bundles::advice beat_bundles::add(const node_id& to, message& x, time_point now) {
  TROUPE_ASSERT(is_beat(x));
  auto& peer = peers_[to];
  if (peer.understands) {
    waiting_[to].messages.push_back(std::move(x));
    return {.bundled = true};
  }
  if (now < peer.greet_at)
    return {};
  peer.greet_at = now + greet_again_after;
  return {.greets = true};
}

bool beat_bundles::heard(const node_id& peer, incarnation speaking) {
  is_up(peer, speaking);
  auto& state = peers_[peer];
  if (speaking < state.incarnation)
    return false; // Of an earlier incarnation, on its way since.
  return !std::exchange(state.understands, true);
}

void beat_bundles::is_up(const node_id& peer, incarnation speaking) {
  auto& state = peers_[peer];
  if (speaking > state.incarnation)
    state = {speaking, false, {}};
}

std::map<node_id, beat_bundle> beat_bundles::take() {
  return std::exchange(waiting_, {});
}

} // namespace troupe::storage
