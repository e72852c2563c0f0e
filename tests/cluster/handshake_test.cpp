#include "cluster/handshake.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::cluster {
namespace {

constexpr auto cluster_a = cluster_id{uuid{0xa, 1}};
constexpr auto cluster_b = cluster_id{uuid{0xb, 1}};

peer_identity shaking_identity(std::uint64_t id, std::uint64_t incarnation = 1) {
  return {
    node_id{uuid{0, id}}, node_name{"n" + std::to_string(id)},
    troupe::incarnation{incarnation}, link_role::node};
}

local_identity shaking_self() {
  return {"mall", cluster_a, shaking_identity(1), "n1:7400"};
}

hello good_hello() {
  return {"mall", cluster_a,     shaking_identity(2), "n2:7400", 1,
          1,      session_id{9}, actors::lane::bulk,  77};
}

welcome good_welcome() { return {cluster_a, shaking_identity(2), "n2:7400", 1, 55}; }

TEST_CASE("common_version: the highest that both speak, or none") {
  struct row {
    std::uint32_t low;
    std::uint32_t high;
    std::optional<std::uint32_t> result;
  };
  for (const auto& [low, high, result] : std::vector<row>{
         {1, 1, 1},
         {0, 1, 1},
         {1, 9, 1},
         {0, 0, std::nullopt},
         {2, 9, std::nullopt},
         {1, 0, std::nullopt}}) {
    CAPTURE(low);
    CAPTURE(high);
    CHECK(common_version(low, high) == result);
  }
}

TEST_CASE("handshake: a good hello is an offer with all that it said") {
  auto offer = judge(shaking_self(), good_hello());
  REQUIRE(offer);
  CHECK(offer->lane == actors::lane::bulk);
  CHECK(offer->session == session_id{9});
  CHECK_FALSE(offer->ours);
  CHECK(offer->peer == shaking_identity(2));
  CHECK(offer->address == "n2:7400");
  CHECK(offer->cluster == cluster_a);
  CHECK(offer->credit == 77);
}

TEST_CASE("handshake: a good welcome is an offer of the lane and session we asked for") {
  auto ours = good_hello();
  ours.from = shaking_identity(1);
  auto offer = judge(shaking_self(), ours, good_welcome());
  REQUIRE(offer);
  CHECK(offer->lane == actors::lane::bulk);
  CHECK(offer->session == session_id{9});
  CHECK(offer->ours);
  CHECK(offer->peer == shaking_identity(2));
  CHECK(offer->address == "n2:7400");
  CHECK(offer->cluster == cluster_a);
  CHECK(offer->credit == 55);
}

TEST_CASE("handshake: the offer carries the version that both speak") {
  auto theirs = good_hello();
  theirs.version_max = 9;
  auto offer = judge(shaking_self(), theirs);
  REQUIRE(offer);
  CHECK(offer->version == 1);
  auto answer = judge(shaking_self(), theirs, good_welcome());
  REQUIRE(answer);
  CHECK(answer->version == 1);
}

TEST_CASE("handshake: the rules of a hello") {
  struct row {
    const char* what;
    std::function<void(local_identity&, hello&)> change;
    std::optional<ec> refusal;
    const char* hint;
  };
  auto rows = std::vector<row>{
    {"another cluster name", [](auto&, auto& x) { x.cluster_name = "fair"; },
     ec::foreign_cluster, "[cluster] name"},
    {"another cluster id", [](auto&, auto& x) { x.cluster = cluster_b; },
     ec::foreign_cluster, "two clusters cannot merge"},
    {"the stranger has no cluster yet", [](auto&, auto& x) { x.cluster = {}; },
     std::nullopt, ""},
    {"we have no cluster yet", [](auto& me, auto&) { me.cluster = {}; }, std::nullopt,
     ""},
    {"nobody has a cluster yet",
     [](auto& me, auto& x) {
       me.cluster = {};
       x.cluster = {};
     },
     std::nullopt, ""},
    {"only newer versions",
     [](auto&, auto& x) {
       x.version_min = 2;
       x.version_max = 3;
     },
     ec::version_mismatch, "upgrade"},
    {"only older versions",
     [](auto&, auto& x) {
       x.version_min = 0;
       x.version_max = 0;
     },
     ec::version_mismatch, "upgrade"},
    {"a range around ours",
     [](auto&, auto& x) {
       x.version_min = 0;
       x.version_max = 9;
     },
     std::nullopt, ""},
    {"ourselves", [](auto& me, auto& x) { x.from = me.self; }, ec::already_exists,
     "dialled itself"},
    {"our id in another incarnation",
     [](auto&, auto& x) { x.from = shaking_identity(1, 2); }, ec::in_use,
     "data directory copied"},
    {"a client", [](auto&, auto& x) { x.from.role = link_role::client; }, std::nullopt,
     ""},
    {"a client that takes any cluster",
     [](auto&, auto& x) {
       x.from.role = link_role::client;
       x.cluster_name = "";
     },
     std::nullopt, ""},
    {"a client of another cluster",
     [](auto&, auto& x) {
       x.from.role = link_role::client;
       x.cluster_name = "fair";
     },
     ec::foreign_cluster, "[cluster] name"},
    {"a node that takes any cluster", [](auto&, auto& x) { x.cluster_name = ""; },
     ec::foreign_cluster, "[cluster] name"}};
  for (const auto& row : rows) {
    CAPTURE(row.what);
    auto me = shaking_self();
    auto theirs = good_hello();
    row.change(me, theirs);
    auto offer = judge(me, theirs);
    CHECK(static_cast<bool>(offer) == !row.refusal);
    if (!offer && row.refusal) {
      CHECK(code_of(offer.error()) == *row.refusal);
      CHECK(sentence_of(offer.error()).find(row.hint) != std::string::npos);
    }
  }
}

TEST_CASE("handshake: the rules of a welcome") {
  struct row {
    const char* what;
    std::function<void(local_identity&, welcome&)> change;
    std::optional<ec> refusal;
  };
  auto rows = std::vector<row>{
    {"another cluster id", [](auto&, auto& x) { x.cluster = cluster_b; },
     ec::foreign_cluster},
    {"the peer has no cluster yet", [](auto&, auto& x) { x.cluster = {}; }, std::nullopt},
    {"we have no cluster yet", [](auto& me, auto&) { me.cluster = {}; }, std::nullopt},
    {"a version below the offered", [](auto&, auto& x) { x.version = 0; },
     ec::version_mismatch},
    {"a version above the offered", [](auto&, auto& x) { x.version = 2; },
     ec::version_mismatch},
    {"ourselves", [](auto& me, auto& x) { x.from = me.self; }, ec::already_exists},
    {"our id in another incarnation",
     [](auto&, auto& x) { x.from = shaking_identity(1, 7); }, ec::in_use}};
  for (const auto& row : rows) {
    CAPTURE(row.what);
    auto me = shaking_self();
    auto theirs = good_welcome();
    row.change(me, theirs);
    auto offer = judge(me, good_hello(), theirs);
    CHECK(static_cast<bool>(offer) == !row.refusal);
    if (!offer && row.refusal)
      CHECK(code_of(offer.error()) == *row.refusal);
  }
}

} // namespace
} // namespace troupe::cluster
