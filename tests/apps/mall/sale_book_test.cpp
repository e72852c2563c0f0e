#include "apps/mall/sale_book.hpp"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::mall {
namespace {

journal one_sale() {
  return {
    {{"lamp", 10}},
    {{"lamp", "o1", {2, "ann"}, attempt_result::acknowledged},
     {"lamp", "o2", {1, "bob"}, attempt_result::unknown},
     {"lamp", "o3", {9, "cid"}, attempt_result::refused}}};
}

findings as_told() {
  return {{{"lamp", {8, 2}}}, {mall::order{2, "ann"}, std::nullopt, std::nullopt}};
}

TEST_CASE("sale_book: a journal reads back") {
  CHECK(parse_journal(print(one_sale())) == one_sale());
  CHECK(parse_journal("") == journal{});
}

TEST_CASE("sale_book: a line that is none of a journal is refused") {
  for (const auto* text :
       {"x", "item lamp", "item lamp x", "item lamp 1 2", "item lamp 1\nitem lamp 2",
        "order lamp o1 1 ann", "order lamp o1 x ann unknown",
        "order lamp o1 1 ann perhaps", "order lamp o1 1 ann unknown x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_journal(text));
  }
}

TEST_CASE("sale_book: books that agree are good, whatever became of the unknown") {
  auto result = judge(one_sale(), as_told());
  CHECK(result.good());
  CHECK(result.stocked == 10);
  CHECK(result.acknowledged == 1);
  CHECK(result.unknown == 1);
  CHECK(result.happened == 0);
  auto found = as_told();
  found.orders[1] = mall::order{1, "bob"};
  found.stocks["lamp"] = {7, 3};
  result = judge(one_sale(), found);
  CHECK(result.good());
  CHECK(result.happened == 1);
}

TEST_CASE("sale_book: each way in which books can be wrong is found") {
  struct row {
    const char* what;
    std::function<void(findings&)> break_it;
    std::uint64_t verdict::*shows;
  };
  const auto rows = std::vector<row>{
    {"the order is gone", [](auto& x) { x.orders[0].reset(); }, &verdict::lost},
    {"the order is another's", [](auto& x) { x.orders[0]->buyer = "eve"; },
     &verdict::lost},
    {"the order is of another quantity", [](auto& x) { x.orders[0]->quantity = 3; },
     &verdict::lost},
    {"a refused order exists",
     [](auto& x) {
       x.orders[2] = mall::order{9, "cid"};
     },
     &verdict::ghosts},
    {"more is ordered than there was",
     [](auto& x) {
       x.orders[1] = mall::order{9, "bob"};
     },
     &verdict::oversold},
    {"pieces vanished", [](auto& x) { x.stocks["lamp"].left = 7; }, &verdict::unbalanced},
    {"sold without an order",
     [](auto& x) {
       x.stocks["lamp"] = {7, 3};
     },
     &verdict::unbalanced},
    {"the item is gone", [](auto& x) { x.stocks.clear(); }, &verdict::unbalanced},
  };
  for (const auto& x : rows) {
    CAPTURE(x.what);
    auto found = as_told();
    x.break_it(found);
    auto result = judge(one_sale(), found);
    CHECK(result.*x.shows > 0);
    CHECK_FALSE(result.good());
  }
}

} // namespace
} // namespace troupe::mall
