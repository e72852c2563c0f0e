#include "cluster/founding_wire.hpp"

#include <string>

#include <doctest/doctest.h>

namespace troupe::cluster {

namespace {

const auto founder1 = node_id{uuid{1, 2}};
const auto founder2 = node_id{uuid{3, 4}};
const auto wire_charter
  = charter{cluster_id{uuid{7, 7}}, {founder1, founder2}, std::string{"\0\xff", 2}};

} // namespace

TEST_CASE("founding_wire: a founding message survives the wire") {
  auto founders
    = std::vector<founder>{{node_name{"n1"}, "a:1"}, {node_name{"n2"}, "b:2"}};
  for (const auto& x :
       {founding_message{node_name{"n1"}, founders, wire_charter},
        founding_message{node_name{"n1"}, founders, {}},
        founding_message{node_name{"n9"}, {}, {}}}) {
    auto result = decode_founding(encode(x));
    REQUIRE(result);
    CHECK(*result == x);
  }
}

TEST_CASE("founding_wire: a charter and a node file survive the wire") {
  auto charter_read = decode_charter(encode(wire_charter));
  REQUIRE(charter_read);
  CHECK(*charter_read == wire_charter);
  auto file = node_file{founder1, node_name{"n1"}, incarnation{9}, "mall"};
  auto file_read = decode_node_file(encode(file));
  REQUIRE(file_read);
  CHECK(*file_read == file);
}

// Configuration allows any bytes, and a message that Protobuf refuses would found
// nothing.
TEST_CASE("founding_wire: names that are not UTF-8 cross unchanged") {
  auto odd = std::string{"n\xff"};
  auto message = founding_message{node_name{odd}, {{node_name{odd}, odd}}, {}};
  auto result = decode_founding(encode(message));
  REQUIRE(result);
  CHECK(*result == message);
  auto file = node_file{founder1, node_name{odd}, incarnation{9}, odd};
  auto file_read = decode_node_file(encode(file));
  REQUIRE(file_read);
  CHECK(*file_read == file);
}

TEST_CASE("founding_wire: a charter without a cluster or without founders is malformed") {
  for (const auto& x :
       {charter{{}, {founder1}}, charter{cluster_id{uuid{7, 7}}, {}},
        charter{cluster_id{uuid{7, 7}}, {founder1, node_id{}}}}) {
    auto result = decode_charter(encode(x));
    REQUIRE_FALSE(result);
    CHECK(result.error() == ec::malformed);
    auto message = decode_founding(encode(founding_message{node_name{"n1"}, {}, x}));
    REQUIRE_FALSE(message);
    CHECK(message.error() == ec::malformed);
  }
}

TEST_CASE("founding_wire: a charter with settings above the limit is malformed") {
  auto x = wire_charter;
  x.settings.assign(charter_settings_bytes_max, 'x');
  CHECK(decode_charter(encode(x)));
  x.settings += 'x';
  CHECK_FALSE(decode_charter(encode(x)));
  CHECK_FALSE(decode_founding(encode(founding_message{node_name{"n1"}, {}, x})));
}

TEST_CASE("founding_wire: a node file without an id or an incarnation is malformed") {
  for (const auto& x :
       {node_file{{}, node_name{"n1"}, incarnation{1}, "mall"},
        node_file{founder1, node_name{"n1"}, incarnation{0}, "mall"}}) {
    auto result = decode_node_file(encode(x));
    REQUIRE_FALSE(result);
    CHECK(result.error() == ec::malformed);
  }
}

TEST_CASE(
  "founding_wire: garbage and cut bytes are malformed or something else, never a crash") {
  auto whole
    = encode(founding_message{node_name{"n1"}, {{node_name{"n1"}, "a:1"}}, wire_charter});
  for (auto size = std::size_t{0}; size < whole.size(); ++size) {
    auto cut = std::string_view{whole}.substr(0, size);
    if (auto result = decode_founding(cut))
      CHECK(encode(*result).size() <= size);
    else
      CHECK(result.error() == ec::malformed);
  }
  CHECK_FALSE(decode_charter("\xff\xff\xff"));
  CHECK_FALSE(decode_node_file("\xff\xff\xff"));
  CHECK_FALSE(decode_charter(""));
  CHECK_FALSE(decode_node_file(""));
}

} // namespace troupe::cluster
