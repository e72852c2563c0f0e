#include "cluster/send_room.hpp"

#include <doctest/doctest.h>

using troupe::cluster::send_room;

TEST_CASE("send_room: it is taken up to its bound, and given back") {
  auto room = send_room{10};
  CHECK(room.take(4));
  CHECK(room.take(6));
  CHECK_FALSE(room.has(1));
  CHECK_FALSE(room.take(1));
  room.give_back(4);
  CHECK(room.has(4));
  CHECK_FALSE(room.has(5));
  CHECK(room.take(4));
}

TEST_CASE("send_room: an empty one has room for anything, another not") {
  auto room = send_room{10};
  CHECK(room.take(1'000));
  CHECK_FALSE(room.take(1));
  room.give_back(1'000);
  CHECK(room.take(1));
  CHECK_FALSE(room.take(1'000));
}
