#include "cluster/link_carrier_actor.hpp"

#include "actors/messages.hpp"

#include <utility>

#include <caf/make_message.hpp>
#include <caf/send.hpp>

namespace troupe::cluster {

namespace {

// What the frame of a message may add to the bytes that room was claimed for.
constexpr auto envelope_bytes_max = std::size_t{1} << 10;

} // namespace

link_carrier::link_carrier(
  link_actor link, std::shared_ptr<send_room> room, std::size_t frame_bytes_max)
    : link_{std::move(link)}, room_{std::move(room)}, frame_bytes_max_{frame_bytes_max} {}

void link_carrier::carry(actors::outgoing message) {
  caf::anon_send(link_, link_carry{std::move(message)});
}

void link_carrier::watch(
  const actors::remote_target& target, caf::strong_actor_ptr reference) {
  caf::anon_send(link_, link_watch{target, std::move(reference)});
}

actors::claim
link_carrier::claim_room(std::size_t bytes, const caf::strong_actor_ptr& waiter) {
  if (bytes + envelope_bytes_max > frame_bytes_max_)
    return actors::claim::never;
  if (room_->take(bytes))
    return actors::claim::granted;
  caf::anon_send(link_, link_room_wanted{bytes, waiter});
  return actors::claim::refused;
}

void tell_room_came(const caf::strong_actor_ptr& who) {
  who->enqueue(
    nullptr, caf::make_message_id(), caf::make_message(actors::room_came{}), nullptr);
}

} // namespace troupe::cluster
