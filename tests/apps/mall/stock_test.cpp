#include "apps/mall/stock.hpp"
#include "router/resp/key_slot.hpp"

#include <string>

#include <doctest/doctest.h>

namespace troupe::mall {
namespace {

TEST_CASE("stock: what is printed reads back") {
  CHECK(parse_stock(print(stock{7, 93})) == stock{7, 93});
  CHECK(parse_order(print(order{2, "ann"})) == order{2, "ann"});
}

TEST_CASE("stock: anything else is no stock and no order") {
  for (const auto* text : {"", "7", "7 ", " 7", "7 x", "-1 2", "7 8 9", "7  8"})
    CHECK_FALSE(parse_stock(text));
  for (const auto* text : {"", "1", "1 ", "x ann", "-1 ann", "1 a b", "1 {a}"})
    CHECK_FALSE(parse_order(text));
}

TEST_CASE("stock: stock and orders of an item share a slot, whatever they are called") {
  CHECK(
    router::key_slot(stock_key("lamp")) == router::key_slot(order_key("lamp", "b1-7")));
  CHECK(router::key_slot(stock_key("lamp")) == router::key_slot("lamp"));
}

TEST_CASE("stock: names are letters, digits and a few signs") {
  CHECK(is_name("lamp-7_x.B"));
  CHECK(is_name(std::string(64, 'a')));
  CHECK_FALSE(is_name(std::string(65, 'a')));
  for (const auto* text : {"", "a b", "{a}", "a:b", "\xc3\xa4"})
    CHECK_FALSE(is_name(text));
}

} // namespace
} // namespace troupe::mall
