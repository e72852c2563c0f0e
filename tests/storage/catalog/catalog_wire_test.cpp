#include "storage/catalog/catalog.pb.h"
#include "storage/catalog/catalog_rows.hpp"
#include "storage/catalog/catalog_wire.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;

namespace {

template <class T>
T round_trip(const T& x) {
  auto result = decode_catalog_command(encode(catalog_command{x}));
  REQUIRE(result);
  REQUIRE(std::holds_alternative<T>(*result));
  return std::get<T>(*result);
}

const auto request = request_id{{node_id{uuid{1, 2}}, incarnation{3}, 4}, 5};

} // namespace

TEST_CASE("catalog_wire: a put says what it expects") {
  auto anything = round_trip(catalog_put{"k", std::string{"\0\xff", 2}, is_anything{}});
  CHECK(anything.key == "k");
  CHECK(anything.value == std::string{"\0\xff", 2});
  CHECK(std::holds_alternative<is_anything>(anything.expected));
  auto absent = round_trip(catalog_put{"k", "v", is_absent{}});
  CHECK(std::holds_alternative<is_absent>(absent.expected));
  // Version 0 is no version that there is, but not the same as none.
  for (auto version : {std::uint64_t{0}, std::uint64_t{7}}) {
    auto found = round_trip(catalog_put{"k", "v", has_version{version}});
    REQUIRE(std::holds_alternative<has_version>(found.expected));
    CHECK(std::get<has_version>(found.expected).version == version);
  }
}

TEST_CASE("catalog_wire: the other commands survive the wire") {
  CHECK(round_trip(catalog_delete{"k", {}}).expected == std::nullopt);
  CHECK(round_trip(catalog_delete{"k", 0}).expected == 0);
  CHECK(round_trip(catalog_delete{"k", 9}).expected == 9);
  CHECK(round_trip(catalog_delete{"k", 9}).key == "k");
  CHECK(round_trip(catalog_get{"k"}).key == "k");
  auto list = round_trip(catalog_list{"p", "f", 3});
  CHECK(list.prefix == "p");
  CHECK(list.from == "f");
  CHECK(list.limit == 3);
  auto history = round_trip(catalog_history{"k", 4});
  CHECK(history.key == "k");
  CHECK(history.limit == 4);
}

TEST_CASE("catalog_wire: a reply survives the wire") {
  for (auto status :
       {catalog_status::ok, catalog_status::conflict, catalog_status::not_found,
        catalog_status::refused}) {
    auto x = catalog_reply{status, 7,
                           "why",  {{"a", "1", 2}, {"b", "", 3}},
                           true,   {{"old", 4, 5}, {"new", 5, 0}}};
    auto result = decode_catalog_reply(encode(x));
    REQUIRE(result);
    CHECK(*result == x);
  }
}

TEST_CASE("catalog_wire: garbage, nothing, and an unknown status are malformed") {
  CHECK(decode_catalog_command({"\xff\xff"}).error() == ec::malformed);
  CHECK(decode_catalog_command({}).error() == ec::malformed);
  CHECK(decode_catalog_reply("\xff\xff").error() == ec::malformed);
  CHECK(decode_catalog_reply("").error() == ec::malformed);
  auto unknown = v1::CatalogReply{};
  unknown.set_status(static_cast<v1::CatalogReply::Status>(5));
  CHECK(decode_catalog_reply(unknown.SerializeAsString()).error() == ec::malformed);
}

TEST_CASE("catalog_wire: a change becomes a write of its request") {
  auto x = write_of(catalog_delete{"k", 9}, request, 4);
  CHECK(x.request == request);
  CHECK(x.answered_below == 4);
  CHECK(!x.mode);
  CHECK(
    std::get<command>(x.what).bytes
    == encode(catalog_command{catalog_delete{"k", 9}}).bytes);
}

// A read that names its rows waits for those alone; one that names none is a scan.
TEST_CASE("catalog_wire: a read names the rows that it looks at") {
  auto get = read_of(catalog_get{"k"});
  CHECK(get.keys == std::vector{entry_row("k")});
  CHECK(get.level == read_level::lease);
  CHECK(get.what.bytes == encode(catalog_command{catalog_get{"k"}}).bytes);
  CHECK(read_of(catalog_list{"p", {}, 0}).keys.empty());
  CHECK(read_of(catalog_history{"k", 0}, read_level::master).keys.empty());
  CHECK(read_of(catalog_history{"k", 0}, read_level::master).level == read_level::master);
}

TEST_CASE("catalog_rows: entries, history and size lie apart, history in order of time") {
  CHECK(entry_row("k") == "ek");
  CHECK(key_of_entry(entry_row("k")) == "k");
  CHECK(!key_of_entry(history_row("k", 1)));
  CHECK(!key_of_entry(catalog_size_row));
  CHECK(history_row("k", 255) < history_row("k", 256));
  CHECK(history_row("k", 1ULL << 63) > history_row("k", 1));
  CHECK(
    version_of_history(history_row("k", 0x0102030405060708), history_rows("k"))
    == 0x0102030405060708);
  CHECK(!version_of_history(history_row("kk", 1), history_rows("k")));
  CHECK(!version_of_history(history_rows("k"), history_rows("k")));
}

TEST_CASE("catalog_rows: a size survives, and anything else is none") {
  auto x = catalog_size{1, 1ULL << 40, 3};
  CHECK(decode_catalog_size(encode(x)) == x);
  CHECK(decode_catalog_size("garbage") == catalog_size{});
}
