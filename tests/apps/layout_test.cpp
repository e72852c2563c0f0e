#include "apps/local/layout.hpp"
#include "apps/node/config_file.hpp"
#include "apps/node/load_config.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

namespace troupe::apps {
namespace {

using actors::address;

TEST_CASE("layout: node i has its ports at base, base + 100 and base + 200, plus i") {
  const auto nodes = layout_of("/d", {3, 7400, 4, 3, "p"});
  REQUIRE(nodes.size() == 3);
  CHECK(nodes[0].name == "n1");
  CHECK(nodes[2].name == "n3");
  CHECK(nodes[2].link == address{"127.0.0.1", 7403});
  CHECK(nodes[2].resp == address{"127.0.0.1", 7503});
  CHECK(nodes[2].http == address{"127.0.0.1", 7603});
  CHECK(nodes[2].config_file == "/d/n3/troupe.toml");
  CHECK(nodes[2].log_file == "/d/n3/log");
  CHECK(nodes[2].data_dir == "/d/n3/data");
}

TEST_CASE("layout: no two ports of the largest cluster at the highest base are equal") {
  auto ports = std::set<std::uint16_t>{};
  for (const auto& x : layout_of("/d", {node_count_max, 65'235, 4, 3, "p"}))
    for (const auto& door : {x.link, x.resp, x.http})
      CHECK(ports.insert(door.port).second);
  CHECK(ports.size() == 3 * std::size_t{node_count_max});
  CHECK(*ports.begin() == 65'236);
}

TEST_CASE("layout: each node's file makes it founder or joiner at its place") {
  const auto options = cluster_options{4, 7400, 8, 2, "p", storage::ack_mode::semi};
  const auto nodes = layout_of("/a \"b\"", options);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    CAPTURE(i);
    const auto text = print_config(settings_of(nodes[i], nodes, options));
    auto read = parse_config(text, "t.toml");
    REQUIRE(read);
    const auto config = load_config({{}, {}, *read, "h"});
    REQUIRE_MESSAGE(config, (config ? "" : render(config.error())));
    CHECK(config->name.value() == nodes[i].name);
    CHECK(config->data_dir == nodes[i].data_dir);
    CHECK(config->link_door.advertise == nodes[i].link);
    CHECK(config->resp_door.advertise == nodes[i].resp);
    CHECK(config->http_door.advertise == nodes[i].http);
    CHECK(config->storage.shard_count == 8);
    CHECK(config->storage.replica_count == 2);
    CHECK(config->storage.ack == storage::ack_mode::semi);
    CHECK(founders_of(*config).size() == 2);
    CHECK(is_founder(*config) == (i < 2));
  }
}

TEST_CASE("layout: nodes allow faults when the cluster does, and else say nothing") {
  const auto plain = cluster_options{1, 7400, 4, 1, "p"};
  auto open = plain;
  open.allow_inject = true;
  const auto nodes = layout_of("/d", plain);
  CHECK(settings_of(nodes[0], nodes, plain).find("node.allow_inject") == nullptr);
  CHECK(settings_of(nodes[0], nodes, open).find("node.allow_inject")->value == "true");
}

TEST_CASE("layout: nodes that are added later have the founders of the first call") {
  const auto before = cluster_options{1, 7400, 4, 1, "p"};
  const auto after = cluster_options{5, 7400, 4, 1, "p"};
  const auto few = layout_of("/d", before);
  const auto many = layout_of("/d", after);
  const auto first = settings_of(few[0], few, before);
  const auto later = settings_of(many[4], many, after);
  CHECK(first.find("cluster.founders")->value == later.find("cluster.founders")->value);
}

} // namespace
} // namespace troupe::apps
