#include "actors/remote.hpp"

#include "actors/base/assert.hpp"

#include <atomic>
#include <utility>

#include <caf/actor_proxy.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_actor.hpp>

namespace troupe::actors {

namespace {

class remote_reference final : public caf::actor_proxy {
public:
  remote_reference(
    caf::actor_config& config, std::shared_ptr<remote_carrier> carrier,
    const message_codecs& codecs, remote_target target)
      : actor_proxy{config}, carrier_{std::move(carrier)}, codecs_{codecs},
        target_{std::move(target)} {}

  const char* name() const override { return "remote-reference"; }

  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit*) override {
    auto mid = element->mid;
    auto from = std::move(element->sender);
    if (ended_)
      return answer_with_error(
        from, mid, fail(ec::link_lost, "the remote actor or its node is gone"));
    auto content = codecs_.encode(element->move_content_to_message());
    if (!content)
      return answer_with_error(from, mid, std::move(content.error()));
    carrier_->carry({target_, std::move(from), mid, std::move(*content)});
  }

  [[nodiscard]] actors::claim
  claim_room(std::size_t bytes, const caf::strong_actor_ptr& waiter) {
    return ended_ ? claim::refused : carrier_->claim_room(bytes, waiter);
  }

  // If the reference has ended since the claim, an empty note to nobody gives it back.
  void
  send_claimed(caf::strong_actor_ptr from, const caf::message& x, std::size_t bytes) {
    if (ended_) {
      carrier_->carry({std::string{}, nullptr, caf::make_message_id(), {}, bytes});
      return;
    }
    auto content = codecs_.encode(x);
    TROUPE_ASSERT(content && content->lane == lane::bulk);
    carrier_->carry(
      {target_, std::move(from), caf::make_message_id(), std::move(*content), bytes});
  }

  void attach(caf::attachable_ptr ptr) override {
    actor_proxy::attach(std::move(ptr));
    if (!ended_ && !watched_.exchange(true))
      carrier_->watch(target_, ctrl());
  }

  void kill_proxy(caf::execution_unit* unit, caf::error why) override {
    if (!ended_.exchange(true))
      cleanup(std::move(why), unit);
  }

private:
  std::shared_ptr<remote_carrier> carrier_;
  const message_codecs& codecs_;
  remote_target target_;
  std::atomic<bool> ended_ = false;
  std::atomic<bool> watched_ = false;
};

} // namespace

caf::strong_actor_ptr make_reference(
  caf::actor_system& system, std::shared_ptr<remote_carrier> carrier,
  const message_codecs& codecs, remote_target target) {
  auto config = caf::actor_config{};
  return caf::make_actor<remote_reference, caf::strong_actor_ptr>(
    system.next_actor_id(), system.node(), &system, config, std::move(carrier), codecs,
    std::move(target));
}

void end_reference(const caf::strong_actor_ptr& reference, error why) {
  auto* proxy = dynamic_cast<remote_reference*>(reference->get());
  TROUPE_ASSERT(proxy != nullptr);
  proxy->kill_proxy(nullptr, std::move(why));
}

claim claim_room(
  const caf::strong_actor_ptr& reference, std::size_t bytes,
  const caf::strong_actor_ptr& waiter) {
  auto* proxy = dynamic_cast<remote_reference*>(reference->get());
  return proxy != nullptr ? proxy->claim_room(bytes, waiter) : claim::granted;
}

void send_claimed(
  const caf::strong_actor_ptr& reference, caf::strong_actor_ptr from,
  caf::message content, std::size_t bytes) {
  if (auto* proxy = dynamic_cast<remote_reference*>(reference->get()))
    proxy->send_claimed(std::move(from), content, bytes);
  else
    reference->enqueue(
      std::move(from), caf::make_message_id(), std::move(content), nullptr);
}

void answer_with_error(
  const caf::strong_actor_ptr& from, caf::message_id mid, error why) {
  if (from && mid.is_request())
    from->enqueue(nullptr, mid.response_id(), caf::make_message(std::move(why)), nullptr);
}

} // namespace troupe::actors
