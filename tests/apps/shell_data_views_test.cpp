#include "apps/shell/data_views.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps::shell {
namespace {

shards_reply two_shards() {
  auto catalog = shard_row{shard_id{0}, epoch{1}, node_name{"n1"}, {}, {}};
  auto shard = shard_row{shard_id{1}, epoch{3}, std::nullopt, {}, {}};
  shard.slots = {{slot{0}, slot{99}}, {slot{200}, slot{200}}};
  shard.replicas = {
    {node_name{"n1"}, "alive", replica_id{1}, "slave", true, lsn{10}, lsn{9}, lsn{8}, 2},
    {node_name{"n2"}, "dead", replica_id{2}, "slave", true, {}, {}, {}, {}},
  };
  catalog.replicas = {
    {node_name{"n1"}, "alive", replica_id{1}, "master", true, lsn{5}, lsn{5}, lsn{5}, 0}};
  return {{catalog, shard}, {}};
}

TEST_CASE(
  "shell data views: shards are objects with exactly the fields of the contract") {
  const auto value = view_shards(two_shards(), {}).value;
  CHECK(
    value.dump()
    == R"([{"shard":0,"epoch":1,"master":"n1","slots":[],"replicas":[{"node":"n1",)"
       R"("state":"alive","role":"master","voter":true,"durable":5,"commit":5,"applied":5,"lag":0}]},)"
       R"({"shard":1,"epoch":3,"master":null,"slots":[[0,99],[200,200]],"replicas":[)"
       R"({"node":"n1","state":"alive","role":"slave","voter":true,"durable":10,"commit":9,"applied":8,)"
       R"("lag":2},{"node":"n2","state":"dead","role":"slave","voter":true,"durable":null,)"
       R"("commit":null,"applied":null,"lag":null}]}])");
}

TEST_CASE("shell data views: a shard's own columns stand in its first row alone") {
  const auto text = view_shards(two_shards(), "1").text;
  REQUIRE(text.rows.size() == 2);
  CHECK(text.rows[0][2].text == "none");
  CHECK(text.rows[0][2].meaning == tone::bad);
  CHECK(text.rows[0][3].text == "0-99,200");
  CHECK(text.rows[1][0].text.empty());
  CHECK(text.rows[1][10].text == "?");
}

TEST_CASE(
  "shell data views: an unknown shard is said to be none, what they wait for is said") {
  CHECK(view_shards(two_shards(), "7").text.when_empty == "no shard 7");
  CHECK(
    view_shards({{}, "2 nodes of 3 are alive"}, {}).text.when_empty
    == "2 nodes of 3 are alive");
  auto waiting = two_shards();
  waiting.waiting = "2 nodes of 3 are alive";
  CHECK(view_shards(waiting, {}).text.rows.back()[3].text == "2 nodes of 3 are alive");
}

TEST_CASE("shell data views: slots ascend, whichever shard has them") {
  auto shards = two_shards();
  shards.shards[0].shard = shard_id{2};
  shards.shards[0].slots = {{slot{100}, slot{199}}};
  const auto all = view_slots(shards, std::nullopt);
  CHECK(
    all.value.dump()
    == R"([{"first":0,"last":99,"shard":1,"master":null},)"
       R"({"first":100,"last":199,"shard":2,"master":"n1"},)"
       R"({"first":200,"last":200,"shard":1,"master":null}])");
  CHECK(all.text.rows[2][0].text == "200");
}

TEST_CASE("shell data views: a slot alone shows the range that holds it") {
  const auto found = view_slots(two_shards(), slot{42});
  REQUIRE(found.value.size() == 1);
  CHECK(found.value[0]["slot"] == 42);
  CHECK(found.value[0]["last"] == 99);
  CHECK(view_slots(two_shards(), slot{150}).text.when_empty == "nobody owns slot 150");
}

TEST_CASE("shell data views: replies of Redis become values") {
  struct row {
    std::string resp;
    std::string value;
  };
  const auto rows = std::vector<row>{
    {"+OK\r\n", R"("OK")"},
    {":-7\r\n", "-7"},
    {"$5\r\na\r\nbc\r\n", R"("a\r\nbc")"},
    {"$0\r\n\r\n", R"("")"},
    {"$-1\r\n", "null"},
    {"*2\r\n$1\r\na\r\n$-1\r\n", R"(["a",null])"},
    {"*0\r\n", "[]"},
  };
  for (const auto& x : rows) {
    CAPTURE(x.resp);
    const auto found = view_data({x.resp});
    REQUIRE(found);
    CHECK(found->value.dump() == x.value);
  }
  CHECK(view_data({"$-1\r\n"})->text.rows[0][0].text == "(nil)");
}

TEST_CASE("shell data views: errors of Redis fail, each with the code that fits") {
  const auto code
    = [](const std::string& resp) { return code_of(view_data({resp}).error()); };
  CHECK(code("-ERR syntax error\r\n") == ec::invalid_argument);
  CHECK(code("-CLUSTERDOWN NOQUORUM shard 1\r\n") == ec::unreachable);
  CHECK(code("-TRYAGAIN shard 1\r\n") == ec::busy);
  CHECK(code("-UNKNOWN shard 1\r\n") == ec::deadline_exceeded);
  CHECK(sentence_of(view_data({"-ERR syntax error\r\n"}).error()) == "ERR syntax error");
}

TEST_CASE("shell data views: what is no reply is refused") {
  const auto found = view_data({"OK\r\n"});
  REQUIRE_FALSE(found);
  CHECK(found.error() == ec::malformed);
}

} // namespace
} // namespace troupe::apps::shell
