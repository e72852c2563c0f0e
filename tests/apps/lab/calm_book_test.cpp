#include "apps/lab/world/calm_book.hpp"

#include <doctest/doctest.h>

namespace troupe::lab {

using namespace std::chrono_literals;

TEST_CASE("calm book: a pair is calm when links both ways and both nodes are") {
  auto book = calm_book{3};
  CHECK(book.calm_since(0, 1) == 0s);
  book.disturb_link(1, 0, 5s);
  CHECK(book.calm_since(0, 1) == 5s);
  CHECK(book.calm_since(1, 0) == 5s);
  CHECK(book.calm_since(0, 2) == 0s);
  book.disturb_node(2, 7s);
  CHECK(book.calm_since(0, 2) == 7s);
  CHECK(book.calm_since(0, 1) == 5s);
}

TEST_CASE("calm book: of two disturbances the one that lasts longer counts") {
  auto book = calm_book{2};
  book.disturb_link(0, 1, 9s);
  book.disturb_link(0, 1, 4s);
  CHECK(book.calm_since(0, 1) == 9s);
}

TEST_CASE("calm book: what lasts is over when all is healed, what is over stays") {
  auto book = calm_book{3};
  book.disturb_link(0, 1, 9s);
  book.disturb_node(2, 2s);
  book.heal(6s);
  CHECK(book.calm_since(0, 1) == 6s);
  CHECK(book.calm_since(1, 2) == 2s);
}

} // namespace troupe::lab
