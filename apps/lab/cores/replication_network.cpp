#include "apps/lab/cores/replication_network.hpp"

#include "actors/base/assert.hpp"
#include "actors/base/bytes.hpp"
#include "storage/replica_wire.hpp"

#include <algorithm>

namespace troupe::lab {

using namespace storage;
using namespace std::chrono_literals;

namespace {

using effect = disturbance::effect;

bool is_of_elections(const message_body& x) {
  return std::holds_alternative<vote>(x) || std::holds_alternative<transfer_now>(x)
         || std::holds_alternative<stand_please>(x)
         || std::holds_alternative<pre_vote_reply>(x);
}

} // namespace

std::uint64_t replication_network::begin(disturbance what) {
  disturbances_.emplace(next_number_, std::move(what));
  return next_number_++;
}

void replication_network::end_cuts() {
  std::erase_if(
    disturbances_, [](const auto& x) { return x.second.what == effect::cut; });
}

bool replication_network::is_cut(replica_id from, replica_id to) const {
  return std::ranges::any_of(disturbances_, [=](const auto& x) {
    return x.second.what == effect::cut && x.second.links.has(from, to);
  });
}

duration replication_network::usual_delay() {
  return in_.random->between(duration{100us}, duration{3ms});
}

duration replication_network::client_delay() {
  auto result = usual_delay();
  for (const auto& [number, x] : disturbances_) {
    if (x.what != effect::hold || x.elections_only || !in_.random->chance(x.ratio))
      continue;
    result += in_.random->between(duration::zero(), x.delay_max);
  }
  return result;
}

void replication_network::send(const message& m) {
  // What a core says, the wire must carry: its rules of form are strict.
  auto bytes = encode(m);
  auto carried = decode_message(bytes);
  TROUPE_ASSERT(carried && *carried == m);
  auto copies = 1;
  auto delay = usual_delay();
  for (const auto& [number, x] : disturbances_) {
    if (!x.links.has(m.from, m.to) || (x.elections_only && !is_of_elections(m.body)))
      continue;
    if (!in_.random->chance(x.ratio))
      continue;
    if (x.what == effect::cut || x.what == effect::drop) {
      in_.count("messages lost");
      if (x.what == effect::drop)
        in_.struck(x.kind);
      return;
    }
    in_.struck(x.kind);
    if (x.what == effect::duplicate)
      ++copies;
    else
      delay += in_.random->between(duration::zero(), x.delay_max);
  }
  auto shared = std::make_shared<const arrival>(
    arrival{std::move(*carried), crc32c(as_bytes(bytes))});
  deliver(shared, delay);
  for (; copies > 1; --copies)
    deliver(shared, usual_delay() + in_.random->between(duration::zero(), delay));
}

void replication_network::deliver(
  const std::shared_ptr<const arrival>& m, duration delay) {
  in_.events->after(delay, [this, m] {
    // A cut also takes what is under way.
    if (!is_cut(m->message.from, m->message.to))
      in_.deliver(m);
  });
}

} // namespace troupe::lab
