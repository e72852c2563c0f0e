#include "router/resp/key_slot.hpp"

#include <string_view>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;

TEST_CASE("key_slot: the checksum is the one of the specification") {
  CHECK(crc16("123456789") == 0x31c3);
  CHECK(crc16("") == 0);
}

TEST_CASE("key_slot: keys fall where Redis puts them") {
  CHECK(key_slot("") == slot{0});
  CHECK(key_slot("foo") == slot{12'182});
  CHECK(key_slot("bar") == slot{5'061});
  CHECK(key_slot("somekey") == slot{11'058});
  CHECK(key_slot(std::string_view{"\xff\x80\0z", 4}) == slot{12'068});
}

TEST_CASE("key_slot: the first tag that is not empty counts, and nothing else") {
  CHECK(key_slot("{user1000}.following") == key_slot("user1000"));
  CHECK(key_slot("{user1000}.following") == key_slot("{user1000}.followers"));
  CHECK(key_slot("foo{bar}{zap}") == key_slot("bar"));
  CHECK(key_slot("foo{{bar}}zap") == key_slot("{bar"));
  CHECK(key_slot("foo{}{bar}") == slot{8'363});
  CHECK(key_slot("foo{bar") != key_slot("bar"));
  CHECK(key_slot("}foo{bar}") == key_slot("bar"));
}
