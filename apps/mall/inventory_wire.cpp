#include "apps/mall/inventory_wire.hpp"

#include "apps/mall/mall.pb.h"
#include "router/service_wire.hpp"

#include <optional>
#include <utility>

#include <caf/send.hpp>

namespace troupe::mall {

namespace {

template <class Reply>
using responder = router::typed_responder<Reply>;

void answer(
  const expected<std::optional<stock>>& x, const responder<v1::StockReply>& respond) {
  if (!x) {
    respond(x.error());
    return;
  }
  auto reply = v1::StockReply{};
  reply.set_on_sale(x->has_value());
  if (*x) {
    reply.set_left((*x)->left);
    reply.set_sold((*x)->sold);
  }
  respond(std::move(reply));
}

void answer(const expected<reservation>& x, const responder<v1::ReserveReply>& respond) {
  if (!x) {
    respond(x.error());
    return;
  }
  auto reply = v1::ReserveReply{};
  reply.set_outcome(
    *x == reservation::reserved   ? v1::ReserveReply::RESERVED
    : *x == reservation::sold_out ? v1::ReserveReply::SOLD_OUT
                                  : v1::ReserveReply::NOT_ON_SALE);
  respond(std::move(reply));
}

void answer(
  const expected<std::optional<order>>& x, const responder<v1::OrderReply>& respond) {
  if (!x) {
    respond(x.error());
    return;
  }
  auto reply = v1::OrderReply{};
  reply.set_found(x->has_value());
  if (*x) {
    reply.set_buyer((*x)->buyer);
    reply.set_quantity((*x)->quantity);
  }
  respond(std::move(reply));
}

} // namespace

router::service_definition make_inventory_service(inventory_actor to) {
  auto stock = router::make_method<v1::StockRequest, v1::StockReply>(
    "Stock", true,
    [to](const v1::StockRequest& x, const responder<v1::StockReply>& respond) {
      auto question = stock_question{x.item(), std::nullopt, {}};
      if (x.has_initial())
        question.initial = x.initial();
      question.done = [respond](const auto& result) { answer(result, respond); };
      caf::anon_send(to, std::move(question));
    });
  auto reserve = router::make_method<v1::ReserveRequest, v1::ReserveReply>(
    "Reserve", true,
    [to](const v1::ReserveRequest& x, const responder<v1::ReserveReply>& respond) {
      caf::anon_send(
        to,
        reserve_question{
          x.item(), x.order(), {x.quantity(), x.buyer()}, [respond](const auto& result) {
            answer(result, respond);
          }});
    });
  auto order = router::make_method<v1::OrderRequest, v1::OrderReply>(
    "Order", true,
    [to](const v1::OrderRequest& x, const responder<v1::OrderReply>& respond) {
      caf::anon_send(
        to, order_question{x.item(), x.order(), [respond](const auto& result) {
                             answer(result, respond);
                           }});
    });
  return {{"", inventory_service, ""}, {stock, reserve, order}};
}

} // namespace troupe::mall
