#include "apps/shell/views.hpp"
#include "tests/apps/shell_fake_admin.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps::shell {
namespace {

using namespace std::chrono_literals;

std::string text_of(const answer& x) { return render_table(x.text, false); }

constexpr auto id_1 = "00000000000000000000000000000001";
constexpr auto id_2 = "00000000000000000000000000000002";

members_reply two_members() {
  return {
    {{node_name{"n10"}, id_of(2), "dead", incarnation{3}, "h:7410", "h:7510", "h:7610",
      false},
     {node_name{"n2"}, id_of(1), "alive", incarnation{12}, "h:7402", "h:7502", "h:7602",
      true}}};
}

TEST_CASE("views: members as a table, the asked one marked") {
  CHECK(
    text_of(view_members(two_members(), id_of(1), ""))
    == "NAME  STATE  INCARNATION  LINK    RESP    HTTP    OPEN\n"
       "n2    alive           12  h:7402  h:7502  h:7602  self\n"
       "n10   dead             3  h:7410  h:7510  h:7610  no\n");
}

TEST_CASE("views: members as JSON") {
  CHECK(
    view_members(two_members(), id_of(1), "").value.dump()
    == std::string{R"([{"name":"n2","state":"alive","incarnation":12,"link":"h:7402",)"}
         + R"("resp":"h:7502","http":"h:7602","id":")" + id_1
         + R"(","linked":true,"inject":false},)"
         + R"({"name":"n10","state":"dead","incarnation":3,"link":"h:7410",)"
         + R"("resp":"h:7510","http":"h:7610","id":")" + id_2
         + R"(","linked":false,"inject":false}])");
}

TEST_CASE("views: one member, or a hint at the name that was meant") {
  const auto one = view_members(two_members(), id_of(1), "n10");
  REQUIRE(one.value.size() == 1);
  CHECK(one.value[0]["name"] == "n10");
  const auto none = view_members(two_members(), id_of(1), "m10");
  CHECK(none.value.dump() == "[]");
  CHECK(text_of(none) == "no member called m10; did you mean n10?\n");
}

TEST_CASE("views: the state of a member has a colour") {
  auto reply = members_reply{};
  for (const auto* state : {"alive", "suspect", "dead", "left"}) {
    reply.members.push_back(member("n", reply.members.size(), ""));
    reply.members.back().state = state;
  }
  const auto shown = view_members(reply, id_of(9), "");
  const auto tones = std::vector{tone::good, tone::warning, tone::bad, tone::faint};
  for (std::size_t i = 0; i < tones.size(); ++i)
    CHECK(shown.text.rows[i][1].meaning == tones[i]);
}

services_reply some_services() {
  return {
    {{"shop/B:1", node_name{"n2"}, id_of(2), 100, "ready"},
     {"shop/B:1", node_name{"n1"}, id_of(1), 50, "drain"},
     {"shop/A:1", node_name{"n1"}, id_of(1), 100, "hidden"}},
    {{"shop/C:1", node_name{"n2"}, id_of(2)}, {"shop/B:1", node_name{"n1"}, id_of(1)}}};
}

TEST_CASE("views: services are summed up, with those that nobody provides") {
  const auto shown = view_services(some_services());
  CHECK(
    text_of(shown)
    == "SERVICE   PROVIDERS  CONSUMERS\n"
       "shop/A:1          1          0\n"
       "shop/B:1          2          1\n"
       "shop/C:1          0          1\n");
  CHECK(
    shown.value.dump()
    == R"([{"service":"shop/A:1","providers":1,"consumers":0},)"
       R"({"service":"shop/B:1","providers":2,"consumers":1},)"
       R"({"service":"shop/C:1","providers":0,"consumers":1}])");
  CHECK(shown.text.rows[2][1].meaning == tone::bad);
}

TEST_CASE("views: providers of all services, or of one") {
  CHECK(
    text_of(view_providers(some_services(), ""))
    == "SERVICE   NODE  WEIGHT  STATE\n"
       "shop/A:1  n1       100  hidden\n"
       "shop/B:1  n1        50  drain\n"
       "shop/B:1  n2       100  ready\n");
  CHECK(
    view_providers(some_services(), "shop/A:1").value.dump()
    == std::string{R"([{"service":"shop/A:1","node":"n1","id":")"} + id_1
         + R"(","weight":100,"state":"hidden"}])");
}

TEST_CASE("views: consumers of all services, or of one") {
  CHECK(
    text_of(view_consumers(some_services(), ""))
    == "SERVICE   NODE\n"
       "shop/B:1  n1\n"
       "shop/C:1  n2\n");
  CHECK(
    view_consumers(some_services(), "shop/C:1").value.dump()
    == std::string{R"([{"service":"shop/C:1","node":"n2","id":")"} + id_2 + R"("}])");
}

TEST_CASE("views: of a service without rows the sentence says which was meant") {
  CHECK(text_of(view_services({})) == "no services\n");
  CHECK(text_of(view_providers({}, "")) == "no providers\n");
  CHECK(
    text_of(view_providers(some_services(), "shop/D:1"))
    == "no provider of shop/D:1; did you mean shop/A:1?\n");
  CHECK(
    text_of(view_providers(some_services(), "shop/C:1")) == "no provider of shop/C:1\n");
  CHECK(text_of(view_consumers(some_services(), "x")) == "no consumer of x\n");
}

stats_reply some_stats() {
  return {
    {{
       "troupe_link_wait_seconds",
       "peer=n2",
       "histogram",
       1'234,
       0.00125,
       0.5,
       2,
     },
     {"troupe_link_sent_bytes_total", "", "counter", 1'572'864, 0, 0, 0},
     {"troupe_idle_seconds", "", "histogram", 0, 0, 0, 0},
     {"app_load_ratio", "", "gauge", 0.5, 0, 0, 0}}};
}

TEST_CASE("views: metrics are in their units, and nothing has no median") {
  CHECK(
    text_of(view_stats(some_stats(), ""))
    == "NAME                          LABELS      VALUE      P50     P99     MAX\n"
       "app_load_ratio                              0.5\n"
       "troupe_idle_seconds                           0\n"
       "troupe_link_sent_bytes_total           1.50 MiB\n"
       "troupe_link_wait_seconds      peer=n2     1,234  1.25 ms  500 ms  2.00 s\n");
}

TEST_CASE("views: metrics as JSON, counts as whole numbers") {
  CHECK(
    view_stats(some_stats(), "troupe_link").value.dump()
    == R"([{"name":"troupe_link_sent_bytes_total","labels":"","kind":"counter",)"
       R"("value":1572864},)"
       R"({"name":"troupe_link_wait_seconds","labels":"peer=n2","kind":"histogram",)"
       R"("value":1234,"p50":0.00125,"p99":0.5,"max":2}])");
}

TEST_CASE("views: metrics of a window have rates, and say what it covers") {
  auto stats = some_stats();
  stats.rows.pop_back(); // A gauge.
  stats.window = 150s;
  CHECK(
    text_of(view_stats(stats, "link"))
    == "NAME                          LABELS   IN 2 min 30 s  A MINUTE      P50     P99  "
       "   MAX\n"
       "troupe_link_sent_bytes_total                1.50 MiB   614 KiB\n"
       "troupe_link_wait_seconds      peer=n2          1,234     493.6  1.25 ms  500 ms  "
       "2.00 s\n");
  CHECK(
    view_stats(stats, "link_wait").value.dump()
    == R"([{"name":"troupe_link_wait_seconds","labels":"peer=n2","kind":"histogram",)"
       R"("value":1234,"per_minute":493.6,"window_seconds":150.0,"p50":0.00125,)"
       R"("p99":0.5,"max":2}])");
}

TEST_CASE("views: a prefix selects metrics, with or without troupe") {
  CHECK(view_stats(some_stats(), "link").value.size() == 2);
  CHECK(view_stats(some_stats(), "troupe_link_w").value.size() == 1);
  CHECK(view_stats(some_stats(), "app").value.size() == 1);
  const auto none = view_stats(some_stats(), "seconds");
  CHECK(none.value.dump() == "[]");
  CHECK(text_of(none) == "no metric begins with seconds\n");
}

tree_reply small_tree() {
  return {
    {"node",
     "running",
     0,
     {{"links", "running", 0, {}},
      {"storage",
       "waiting",
       2,
       {{"shard/1", "stuck", 0, {}}, {"shard/2", "ended", 0, {}}}},
      {"admin", "running", 1, {}}}}};
}

TEST_CASE("views: a call's reply is laid out, with what it took") {
  const auto shown
    = view_call({R"({"left":3,"of":["a"]})", 1, 2'500us, router::trace_id{uuid{1, 2}}});
  REQUIRE(shown);
  CHECK(
    text_of(*shown)
    == "{\n"
       "  \"left\": 3,\n"
       "  \"of\": [\n"
       "    \"a\"\n"
       "  ]\n"
       "}\n"
       "2.50 ms, trace 00000000000000010000000000000002\n");
  CHECK(
    shown->value.dump()
    == R"({"reply":{"left":3,"of":["a"]},"attempts":1,"took_seconds":0.0025,)"
       R"("trace":"00000000000000010000000000000002"})");
  CHECK(
    text_of(*view_call({"{}", 3, 1s, {}}))
    == "{}\n1.00 s, 3 attempts, trace 00000000000000000000000000000000\n");
  CHECK(view_call({"{", 1, 1s, {}}).error() == ec::malformed);
}

TEST_CASE("views: the tree is drawn, with state and restarts") {
  CHECK(
    text_of(view_tree(small_tree()))
    == "ACTOR          STATE    RESTARTS\n"
       "node           running         0\n"
       "├─ links       running         0\n"
       "├─ storage     waiting         2\n"
       "│  ├─ shard/1  stuck           0\n"
       "│  └─ shard/2  ended           0\n"
       "└─ admin       running         1\n");
}

TEST_CASE("views: the tree as JSON is nested") {
  CHECK(
    view_tree({{"a", "running", 0, {{"b", "ended", 1, {}}}}}).value.dump()
    == R"({"name":"a","state":"running","restarts":0,"children":[)"
       R"({"name":"b","state":"ended","restarts":1,"children":[]}]})");
}

TEST_CASE("views: status of a node, and of one that has no cluster yet") {
  auto reply = status_reply{
    node_name{"n1"}, id_of(1), incarnation{4}, "mall", cluster_id{uuid{0, 2}},
    "ready",         77};
  const auto ready = view_status(reply);
  CHECK(
    text_of(ready)
    == std::string{"name         n1\n"} + "id           " + id_1 + "\n"
         + "incarnation  4\n" + "cluster      mall\n" + "cluster id   " + id_2 + "\n"
         + "phase        ready\n" + "pid          77\n");
  CHECK(
    ready.value.dump()
    == std::string{R"({"name":"n1","id":")"} + id_1
         + R"(","incarnation":4,"cluster_name":"mall","cluster_id":")" + id_2
         + R"(","phase":"ready","pid":77})");
  reply.cluster = {};
  CHECK(view_status(reply).value["cluster_id"].is_null());
  CHECK(text_of(view_status(reply)).find("cluster id   none yet\n") != std::string::npos);
}

} // namespace
} // namespace troupe::apps::shell
