#include "storage/store_rows.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::storage {
namespace {

constexpr auto max64 = std::numeric_limits<std::uint64_t>::max();

std::string value_of(const row& x) {
  auto header = row_header(x);
  return std::string{header.begin(), header.end()} + x.bytes;
}

client_id client_of(std::uint64_t incarnation, std::uint64_t connection) {
  return {
    node_id{uuid{0x1122'3344'5566'7788, 9}}, troupe::incarnation{incarnation},
    connection};
}

} // namespace

TEST_CASE("store_rows: a row's key is its slot, its kind and the key") {
  CHECK(row_key(slot{0x0102}, "ab") == std::string{"\x01\x02\x01"} + "ab");
  CHECK(row_key(slot{0}, "") == std::string{"\0\0\x01", 3});
  CHECK(key_in_slot(row_key(slot{3}, "ab")) == "ab");
}

TEST_CASE("store_rows: a row's value is type, version, end of life and bytes") {
  auto value = value_of({7, 0x0102, 0x0304, "ab"});
  CHECK(value == std::string{"\x07\x02\x01\0\0\0\0\0\0\x04\x03\0\0\0\0\0\0", 17} + "ab");
}

TEST_CASE("store_rows: a row comes back from its value") {
  for (const auto& x : {row{}, row{255, max64, max64 - 1, "bytes"}}) {
    auto back = row{};
    REQUIRE(read_row(value_of(x), back));
    CHECK(back == x);
  }
  auto back = row{};
  auto value = value_of({});
  for (auto size = std::size_t{0}; size < value.size(); ++size)
    CHECK(!read_row(value.substr(0, size), back));
}

TEST_CASE("store_rows: keys are ordered by slot, then as bytes, the store's own last") {
  const auto ascending = std::vector<std::string>{
    row_prefix(slot{0}),
    row_key(slot{0}, std::string{"\0", 1}),
    row_key(slot{0}, "a"),
    row_key(slot{0}, "b"),
    row_key(slot{0}, "ba"),
    row_key(slot{0}, "\xff\xff\xff\xff"),
    row_end(slot{0}),
    row_key(slot{1}, ""),
    row_key(slot{255}, "a"),
    row_key(slot{256}, "a"),
    row_key(slot{16'383}, "\xff"),
    row_end(slot{16'383}),
    own_key(own_row::applied),
    own_key(own_row::config),
    own_key(own_row::slots),
    own_key(own_row::client),
    own_key(client_of(1, 1)),
    own_key(client_of(1, 256)),
    own_key(client_of(255, 0)),
    own_key(client_of(256, 0)),
    own_key(own_row::node),
    own_key(node_id{uuid{0, 1}}),
    own_key(node_id{uuid{1, 0}})};
  CHECK(std::ranges::is_sorted(ascending));
  CHECK(std::ranges::adjacent_find(ascending) == ascending.end());
}

TEST_CASE("store_rows: clients and nodes come back from their keys") {
  auto client = client_of(max64, 0x0102'0304'0506'0708);
  auto client_back = client_id{};
  REQUIRE(read_own_key(own_key(client), client_back));
  CHECK(client_back == client);
  auto node = node_id{uuid{max64, 5}};
  auto node_back = node_id{};
  REQUIRE(read_own_key(own_key(node), node_back));
  CHECK(node_back == node);
}

TEST_CASE("store_rows: other keys are neither clients nor nodes") {
  auto client = client_id{};
  auto node = node_id{};
  for (const auto& key :
       {std::string{}, own_key(own_row::applied), own_key(own_row::client),
        own_key(own_row::node), own_key(client_of(1, 1)) + "x",
        own_key(client_of(1, 1)).substr(0, 30), own_key(node_id{uuid{1, 2}}) + "x",
        row_key(slot{1}, own_key(client_of(1, 1)))}) {
    CHECK(!read_own_key(key, client));
    CHECK(!read_own_key(key, node));
  }
  CHECK(!read_own_key(own_key(client_of(1, 1)), node));
  CHECK(!read_own_key(own_key(node_id{uuid{1, 2}}), client));
}

} // namespace troupe::storage
