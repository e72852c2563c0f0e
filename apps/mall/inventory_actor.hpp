/// The mall's inventory on one node: keeps its data in the shards, and holds nothing of
/// its own but reservations under way.
///
/// One desk for each item that is being reserved; it goes when nobody waits at it. Every
/// node has an inventory, and all may serve the same item.
#pragma once

#include "actors/behavior.hpp"
#include "apps/mall/reservation_desk.hpp"
#include "router/data/data_client_actor.hpp"
#include "router/resp/read_reply.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::mall {

/// What is on sale of an item. With `initial`, it is put on sale unless it is already.
struct stock_question {
  std::string item;
  std::optional<std::uint64_t> initial;
  /// Told none when the item is not on sale.
  std::function<void(expected<std::optional<stock>>)> done;
};

struct reserve_question {
  std::string item;
  std::string order;
  mall::order what;
  std::function<void(expected<reservation>)> done;
};

struct order_question {
  std::string item;
  std::string order;
  /// Told none when there is no such order.
  std::function<void(expected<std::optional<mall::order>>)> done;
};

} // namespace troupe::mall

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::mall::stock_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::mall::reserve_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::mall::order_question)

namespace troupe::mall {

/// Each question is answered once, through its `done`, in this actor. They fail with
/// ec::invalid_argument for names and quantities that cannot be, ec::busy when too many
/// wait, ec::unreachable when the item's shard has no master that a majority hears, and
/// ec::deadline_exceeded when what was written may have happened.
using inventory_actor = caf::typed_actor<
  caf::reacts_to<stock_question>, caf::reacts_to<reserve_question>,
  caf::reacts_to<order_question>>;

struct inventory_config {
  /// Longest wait for a shard.
  duration deadline = std::chrono::seconds{4};

  /// Reservations that may wait; more are refused.
  std::size_t waiting_max = 10'000;
};

class inventory_state {
public:
  static inline constexpr const char* name = "inventory";
  using pointer = inventory_actor::stateful_pointer<inventory_state>;

  explicit inventory_state(pointer self) : self_{self} {}

  void start(
    const actors::actor_context* context, router::data_client_actor data,
    const inventory_config& config);

  void on(stock_question& x);
  void on(reserve_question& x);
  void on(order_question& x);

private:
  using rows = std::vector<std::optional<std::string>>;

  void read(
    const std::string& item, std::vector<std::string> keys,
    std::function<void(expected<rows>)> done);
  void write(
    const std::string& item, storage::conditional_write what,
    std::function<void(expected<std::string>)> done);
  void tell_stock(const std::string& item, const stock_question& x);
  void put_on_sale(const stock_question& x);
  void perform(const std::string& item, reservation_desk::output out);

  pointer self_;
  const actors::actor_context* context_ = nullptr;
  router::data_client_actor data_;
  inventory_config config_;
  std::map<std::string, reservation_desk> desks_;
  std::map<desk_ticket, std::function<void(expected<reservation>)>> waiting_;
  desk_ticket last_ticket_ = 0;
};

/// Spawn function.
/// @pre `context` outlives the actor.
inventory_actor::behavior_type make_inventory(
  inventory_actor::stateful_pointer<inventory_state> self,
  const actors::actor_context* context, router::data_client_actor data,
  const inventory_config& config);

} // namespace troupe::mall
