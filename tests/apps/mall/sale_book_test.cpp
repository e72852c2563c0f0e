#include "apps/mall/sale_book.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
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
  const auto cases = std::vector<row>{
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
  for (const auto& x : cases) {
    CAPTURE(x.what);
    auto found = as_told();
    x.break_it(found);
    auto result = judge(one_sale(), found);
    CHECK(result.*x.shows > 0);
    CHECK_FALSE(result.good());
  }
}

/// The readings that `read_at_rest` gets, one after the other; the last for ever.
std::function<expected<findings>()>
readings(std::vector<expected<findings>> x, int& count) {
  return [x = std::move(x), &count] {
    auto i = std::min(static_cast<std::size_t>(count++), x.size() - 1);
    return x[i];
  };
}

findings bob_was_late() {
  auto x = as_told();
  x.stocks["lamp"] = {7, 3};
  x.orders[1] = mall::order{1, "bob"};
  return x;
}

/// Bob's order was carried out after the stock was read, and before the order was.
findings torn() {
  auto x = bob_was_late();
  x.stocks = as_told().stocks;
  return x;
}

TEST_CASE("sale_book: books that change while they are read are read again") {
  auto count = 0;
  auto found
    = read_at_rest(one_sale(), readings({torn(), bob_was_late(), bob_was_late()}, count));
  REQUIRE(found);
  CHECK(count == 3);
  CHECK_FALSE(judge(one_sale(), torn()).good());
  CHECK(judge(one_sale(), *found).good());
}

TEST_CASE("sale_book: one reading is enough when every order had its answer") {
  auto sale = one_sale();
  sale.attempts[1].result = attempt_result::acknowledged;
  auto count = 0;
  auto found = read_at_rest(sale, readings({bob_was_late()}, count));
  REQUIRE(found);
  CHECK(count == 1);
}

TEST_CASE("sale_book: a reading that failed is made again") {
  auto count = 0;
  auto found = read_at_rest(
    one_sale(), readings({fail(ec::unreachable, "x"), as_told(), as_told()}, count));
  REQUIRE(found);
  CHECK(count == 3);
}

TEST_CASE("sale_book: books that never come to rest are an error") {
  auto count = 0;
  auto found = read_at_rest(one_sale(), [&]() -> expected<findings> {
    return ++count % 2 == 0 ? as_told() : bob_was_late();
  });
  CHECK(found.error() == ec::busy);
  CHECK(count == reading_count_max);
}

} // namespace
} // namespace troupe::mall
