#include "apps/mall/inventory_calls.hpp"

#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

namespace troupe::mall {

namespace {

using nlohmann::json;

/// A reply's fields; Protobuf's JSON leaves out those of value zero, and writes 64-bit
/// numbers as texts.
class fields {
public:
  explicit fields(const std::string& text) : value_(json::parse(text, nullptr, false)) {}

  [[nodiscard]] bool valid() const { return value_.is_object(); }

  [[nodiscard]] bool flag(const char* name) const {
    return value_.contains(name) && value_.at(name) == true;
  }

  [[nodiscard]] std::string text(const char* name) const {
    return value_.contains(name) && value_.at(name).is_string()
             ? value_.at(name).get<std::string>()
             : std::string{};
  }

  [[nodiscard]] std::uint64_t number(const char* name) const {
    if (!value_.contains(name))
      return 0;
    const auto& x = value_.at(name);
    if (x.is_number_unsigned())
      return x.get<std::uint64_t>();
    const auto digits = x.is_string() ? x.get<std::string>() : std::string{};
    auto result = std::uint64_t{};
    std::from_chars(digits.data(), digits.data() + digits.size(), result);
    return result;
  }

private:
  json value_;
};

error not_a_reply(const std::string& text) {
  return fail(ec::malformed, "the inventory replied '" + text + "'");
}

expected<std::optional<mall::stock>> stock_in(const std::string& text) {
  auto reply = fields{text};
  if (!reply.valid())
    return not_a_reply(text);
  if (!reply.flag("on_sale"))
    return std::optional<mall::stock>{};
  return std::optional{mall::stock{reply.number("left"), reply.number("sold")}};
}

expected<reservation> reservation_in(const std::string& text) {
  auto outcome = fields{text}.valid() ? fields{text}.text("outcome") : std::string{};
  if (outcome == "RESERVED")
    return reservation::reserved;
  if (outcome == "SOLD_OUT")
    return reservation::sold_out;
  if (outcome == "NOT_ON_SALE")
    return reservation::not_on_sale;
  return not_a_reply(text);
}

expected<std::optional<order>> order_in(const std::string& text) {
  auto reply = fields{text};
  if (!reply.valid())
    return not_a_reply(text);
  if (!reply.flag("found"))
    return std::optional<order>{};
  return std::optional{
    order{static_cast<std::uint32_t>(reply.number("quantity")), reply.text("buyer")}};
}

/// `done` for what `read` makes of a reply.
template <class Read, class Done>
std::function<void(expected<std::string>)> reading(Read read, Done done) {
  return [read, done = std::move(done)](const expected<std::string>& reply) {
    if (reply)
      done(read(*reply));
    else
      done(reply.error());
  };
}

} // namespace

void inventory_calls::stock(
  const std::string& item, std::optional<std::uint64_t> initial,
  std::function<void(expected<std::optional<mall::stock>>)> done) {
  auto request = json{{"item", item}};
  if (initial)
    request["initial"] = std::to_string(*initial);
  call("Stock", request.dump(), reading(stock_in, std::move(done)));
}

void inventory_calls::reserve(
  const std::string& item, const std::string& name, const order& what,
  std::function<void(expected<reservation>)> done) {
  auto request = json{
    {"item", item}, {"order", name}, {"buyer", what.buyer}, {"quantity", what.quantity}};
  call("Reserve", request.dump(), reading(reservation_in, std::move(done)));
}

void inventory_calls::find_order(
  const std::string& item, const std::string& name,
  std::function<void(expected<std::optional<order>>)> done) {
  call(
    "Order", json{{"item", item}, {"order", name}}.dump(),
    reading(order_in, std::move(done)));
}

} // namespace troupe::mall
