#include "apps/mall/inventory_actor.hpp"

#include "router/resp/data_command.hpp"
#include "router/resp/key_slot.hpp"
#include "router/resp/string_evaluator.hpp"

#include <string_view>
#include <utility>
#include <variant>

namespace troupe::mall {

namespace {

error not_a_name(const std::string& what, const std::string& text) {
  return fail(
    ec::invalid_argument,
    "'" + text + "' cannot name " + what + ": 1 to 64 letters, digits, '-', '_', '.'");
}

error check(const reserve_question& x) {
  if (!is_name(x.item))
    return not_a_name("an item", x.item);
  if (!is_name(x.order))
    return not_a_name("an order", x.order);
  if (!is_name(x.what.buyer))
    return not_a_name("a buyer", x.what.buyer);
  if (x.what.quantity == 0)
    return fail(ec::invalid_argument, "the quantity is 0; buy at least 1");
  return {};
}

/// The values of an MGET's reply.
expected<std::vector<std::optional<std::string>>>
values_in(const std::string& reply, std::size_t count) {
  auto found = router::read_reply(reply);
  const auto* array = found ? std::get_if<router::resp_array>(&*found) : nullptr;
  if (array == nullptr || array->size() != count)
    return fail(ec::malformed, "a shard's reply to MGET is none");
  auto result = std::vector<std::optional<std::string>>{};
  for (const auto& x : *array) {
    const auto* text = std::get_if<std::string>(&x);
    result.push_back(text != nullptr ? std::optional{*text} : std::nullopt);
  }
  return result;
}

storage::command mget(const std::vector<std::string>& keys) {
  auto command = router::data_command{};
  command.what = router::command_id::mget;
  command.arguments.assign(keys.begin(), keys.end());
  return router::encode(command);
}

} // namespace

void inventory_state::start(
  const actors::actor_context* context, router::data_client_actor data,
  const inventory_config& config) {
  context_ = context;
  data_ = std::move(data);
  config_ = config;
}

// -- the item's rows
// ----------------------------------------------------------------------

void inventory_state::read(
  const std::string& item, std::vector<std::string> keys,
  std::function<void(expected<rows>)> done) {
  auto request = router::data_read_request{};
  request.in = router::key_slot(item);
  request.what = mget(keys);
  request.time_left = config_.deadline;
  auto count = keys.size();
  request.keys = std::move(keys);
  // The client keeps the deadline; this only covers its death.
  self_->request(data_, 2 * config_.deadline, std::move(request))
    .then(
      [done, count](const router::data_reply& x) { done(values_in(x.reply, count)); },
      [done](const error& why) { done(actors::ours(why)); });
}

void inventory_state::write(
  const std::string& item, storage::conditional_write what,
  std::function<void(expected<std::string>)> done) {
  auto request = router::data_write_request{};
  request.in = router::key_slot(item);
  request.what = std::move(what);
  request.time_left = config_.deadline;
  self_->request(data_, 2 * config_.deadline, std::move(request))
    .then(
      [done](router::data_reply& x) { done(std::move(x.reply)); },
      [done](const error& why) { done(actors::ours(why)); });
}

// -- stock
// --------------------------------------------------------------------------------

void inventory_state::on(stock_question& x) {
  if (!is_name(x.item))
    x.done(not_a_name("an item", x.item));
  else if (x.initial)
    put_on_sale(x);
  else
    tell_stock(x.item, x);
}

void inventory_state::put_on_sale(const stock_question& x) {
  auto key = stock_key(x.item);
  auto value = storage::row{router::string_row, 0, 0, print(stock{*x.initial, 0})};
  auto what = storage::conditional_write{
    {{key, storage::is_absent{}}}, {{key, std::move(value)}}, "1", "0"};
  write(x.item, std::move(what), [this, x](const expected<std::string>& reply) {
    if (reply)
      tell_stock(x.item, x);
    else
      x.done(reply.error());
  });
}

void inventory_state::tell_stock(const std::string& item, const stock_question& x) {
  read(item, {stock_key(item)}, [done = x.done](const expected<rows>& found) {
    if (!found)
      done(found.error());
    else if (!found->front())
      done(std::optional<stock>{});
    else if (auto value = parse_stock(*found->front()))
      done(std::optional{*value});
    else
      done(fail(ec::corrupt, "the stock's row reads '" + *found->front() + "'"));
  });
}

// -- orders
// -------------------------------------------------------------------------------

void inventory_state::on(order_question& x) {
  if (!is_name(x.item) || !is_name(x.order)) {
    x.done(not_a_name("an item or order", x.item + " " + x.order));
    return;
  }
  read(
    x.item, {order_key(x.item, x.order)}, [done = x.done](const expected<rows>& found) {
      if (!found)
        done(found.error());
      else if (!found->front())
        done(std::optional<order>{});
      else if (auto value = parse_order(*found->front()))
        done(std::optional{*value});
      else
        done(fail(ec::corrupt, "the order's row reads '" + *found->front() + "'"));
    });
}

void inventory_state::on(reserve_question& x) {
  if (auto why = check(x)) {
    x.done(why);
    return;
  }
  if (waiting_.size() >= config_.waiting_max) {
    x.done(fail(ec::busy, "too many reservations wait here; try again"));
    return;
  }
  auto ticket = ++last_ticket_;
  waiting_.emplace(ticket, std::move(x.done));
  auto [desk, is_new] = desks_.try_emplace(x.item, x.item);
  perform(x.item, desk->second.reserve(ticket, std::move(x.order), std::move(x.what)));
}

void inventory_state::perform(const std::string& item, reservation_desk::output out) {
  for (auto& [ticket, result] : out.answers)
    if (auto found = waiting_.extract(ticket))
      found.mapped()(std::move(result));
  auto& desk = desks_.at(item);
  if (!out.read.empty())
    read(item, std::move(out.read), [this, item, &desk](const expected<rows>& found) {
      perform(item, found ? desk.rows_read(*found) : desk.failed(found.error()));
    });
  else if (out.write)
    write(
      item, std::move(*out.write),
      [this, item, &desk](const expected<std::string>& reply) {
        perform(
          item, reply ? desk.written(*reply == reservation_desk::taken)
                      : desk.failed(reply.error()));
      });
  else if (desk.idle())
    desks_.erase(item);
}

inventory_actor::behavior_type make_inventory(
  inventory_actor::stateful_pointer<inventory_state> self,
  const actors::actor_context* context, router::data_client_actor data,
  const inventory_config& config) {
  actors::install_defaults(self, context);
  auto* state = &self->state;
  state->start(context, std::move(data), config);
  return {
    [state](stock_question& x) { state->on(x); },
    [state](reserve_question& x) { state->on(x); },
    [state](order_question& x) { state->on(x); },
  };
}

} // namespace troupe::mall
