/// What references to a peer's actors do with what is sent through them: hand it to the
/// link actor. Called from any thread.
#pragma once

#include "actors/remote.hpp"
#include "cluster/link_actor.hpp"
#include "cluster/send_room.hpp"

#include <cstddef>
#include <memory>

namespace troupe::cluster {

class link_carrier final : public actors::remote_carrier {
public:
  link_carrier(
    link_actor link, std::shared_ptr<send_room> room, std::size_t frame_bytes_max);

  void carry(actors::outgoing message) override;
  void
  watch(const actors::remote_target& target, caf::strong_actor_ptr reference) override;
  actors::claim
  claim_room(std::size_t bytes, const caf::strong_actor_ptr& waiter) override;

private:
  link_actor link_;
  std::shared_ptr<send_room> room_;
  std::size_t frame_bytes_max_;
};

/// Tells one whose claim was refused.
void tell_room_came(const caf::strong_actor_ptr& who);

} // namespace troupe::cluster
