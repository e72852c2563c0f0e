/// Delivery with a receipt: who sent a message learns when its receiver is done with it.
///
/// The engine's mailboxes have no bound. What bounds them towards other nodes is that a
/// link gives credit back only for messages that have left their mailbox: each delivered
/// mailbox element reports its bytes when it is destroyed.
#pragma once

#include <cstdint>
#include <memory>

#include <caf/actor_control_block.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

namespace troupe::actors {

class consumption {
public:
  consumption() = default;
  consumption(const consumption&) = delete;
  consumption& operator=(const consumption&) = delete;
  virtual ~consumption() = default;

  /// `bytes` of what was delivered were handled or dropped. Called on whatever thread.
  virtual void consumed(std::uint64_t bytes) = 0;
};

/// Puts `content` into the mailbox of `to`; `book` hears of `bytes` once it was handled,
/// or at once when `to` has ended.
void deliver(
  const caf::strong_actor_ptr& to, caf::strong_actor_ptr from, caf::message_id mid,
  caf::message content, std::shared_ptr<consumption> book, std::uint64_t bytes);

} // namespace troupe::actors
