#include "actors/delivery.hpp"

#include <utility>

#include <caf/abstract_actor.hpp>
#include <caf/mailbox_element.hpp>

namespace troupe::actors {

namespace {

class receipted_element final : public caf::mailbox_element {
public:
  receipted_element(
    caf::strong_actor_ptr&& from, caf::message_id id, caf::message&& content,
    std::shared_ptr<consumption>&& book, std::uint64_t bytes)
      : mailbox_element{std::move(from), id, {}}, content_{std::move(content)},
        book_{std::move(book)}, bytes_{bytes} {}

  ~receipted_element() override { book_->consumed(bytes_); }

  receipted_element(const receipted_element&) = delete;
  receipted_element& operator=(const receipted_element&) = delete;

  caf::type_erased_tuple& content() override { return content_; }
  const caf::type_erased_tuple& content() const override { return content_; }
  caf::message move_content_to_message() override { return std::move(content_); }
  caf::message copy_content_to_message() const override { return content_; }

private:
  caf::message content_;
  std::shared_ptr<consumption> book_;
  std::uint64_t bytes_;
};

} // namespace

void deliver(
  const caf::strong_actor_ptr& to, caf::strong_actor_ptr from, caf::message_id mid,
  caf::message content, std::shared_ptr<consumption> book, std::uint64_t bytes) {
  auto element = caf::mailbox_element_ptr{new receipted_element{
    std::move(from), mid, std::move(content), std::move(book), bytes}};
  to->enqueue(std::move(element), nullptr);
}

} // namespace troupe::actors
