#include "apps/node/node_config.hpp"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps {
namespace {

using actors::address;

node_config config_of(const std::string& name) {
  auto result = node_config{};
  result.name = node_name{name};
  complete(result, "host");
  return result;
}

std::vector<founder> three_founders() {
  return {
    {node_name{"n1"}, {"127.0.0.1", 7400}},
    {node_name{"n2"}, {"127.0.0.1", 7402}},
    {node_name{"n3"}, {"127.0.0.1", 7403}}};
}

TEST_CASE("node_config: the defaults are valid once completed") {
  auto config = node_config{};
  complete(config, "alpha.example.org");
  CHECK_FALSE(config.validate());
  CHECK(config.name == node_name{"alpha"});
  CHECK(config.link_door.advertise == address{"127.0.0.1", 7400});
  CHECK(config.resp_door.advertise == address{"127.0.0.1", 6400});
  CHECK(config.http_door.advertise == address{"127.0.0.1", 8400});
}

TEST_CASE("node_config: what is given is not derived") {
  auto config = node_config{};
  config.name = node_name{"n1"};
  config.link_door.advertise = {"10.0.0.1", 7000};
  complete(config, "alpha");
  CHECK(config.name == node_name{"n1"});
  CHECK(config.link_door.advertise == address{"10.0.0.1", 7000});
}

TEST_CASE("node_config: each contradiction is refused by a sentence that names the key") {
  struct row {
    std::string sentence;
    std::function<void(node_config&)> change;
  };
  const auto rows = std::vector<row>{
    {"node.name is 'a b'; allowed are", [](auto& x) { x.name = node_name{"a b"}; }},
    {"node.name is '-a'; allowed are", [](auto& x) { x.name = node_name{"-a"}; }},
    {"node.name is ''; allowed are", [](auto& x) { x.name = node_name{}; }},
    {"node.name is 'aaa", [](auto& x) { x.name = node_name{std::string(65, 'a')}; }},
    {"node.data_dir is empty", [](auto& x) { x.data_dir.clear(); }},
    {"node.threads is 1025; allowed is 0 to 1024",
     [](auto& x) { x.thread_count = 1025; }},
    {"cluster.name is ''", [](auto& x) { x.cluster_name.clear(); }},
    {"link.listen is empty", [](auto& x) { x.link_door.listen = {}; }},
    {"resp.listen is 127.0.0.1:0; the port",
     [](auto& x) { x.resp_door.listen.port = 0; }},
    {"http.advertise is a:0; the port",
     [](auto& x) {
       x.http_door.advertise = {"a", 0};
     }},
    {"link.advertise is 0.0.0.0:7400, which nobody can dial",
     [](auto& x) { x.link_door.advertise.host = "0.0.0.0"; }},
    {"link.advertise is [::]:7400, which nobody can dial",
     [](auto& x) { x.link_door.advertise.host = "::"; }},
    {"http.listen is 127.0.0.1:7400, as is link.listen",
     [](auto& x) { x.http_door.listen = x.link_door.listen; }},
    {"cluster.founders lists n1=127.0.0.1:7409, but this node advertises 127.0.0.1:7400",
     [](auto& x) { x.founders[0].link.port = 7409; }},
    {"cluster.founders lists n1=127.0.0.1:7400, the address of this node, whose name is "
     "n9",
     [](auto& x) { x.name = node_name{"n9"}; }},
    {"cluster.founders lists n3=127.0.0.1:7402 and n2=127.0.0.1:7402",
     [](auto& x) { x.founders[2].link.port = 7402; }},
    {"cluster.founders lists n2=127.0.0.1:7403 and n2=127.0.0.1:7402",
     [](auto& x) { x.founders[2].name = node_name{"n2"}; }},
    {"cluster.founders lists n2=0.0.0.0:7402, which nobody",
     [](auto& x) { x.founders[1].link.host = "0.0.0.0"; }},
    {"cluster.founders is 127.0.0.1:0; the port",
     [](auto& x) { x.founders[1].link.port = 0; }},
    {"cluster.founders is ''; allowed",
     [](auto& x) { x.founders[1].name = node_name{}; }},
    {"cluster.join is a:0; the port",
     [](auto& x) {
       x.join = {{"a", 0}};
     }},
    {"cluster.join is 127.0.0.1:7400, this node itself",
     [](auto& x) {
       x.founders.clear();
       x.join = {x.link_door.advertise};
     }},
    {"node.leave_max is", [](auto& x) { x.leave_max = {}; }},
    {"node.hand_over is 16 s; allowed is 100 ms to 15 s",
     [](auto& x) { x.hand_over = std::chrono::seconds{16}; }},
    {"link.silence_max is", [](auto& x) { x.link.silence_max = {}; }},
    {"membership.probe_interval is", [](auto& x) { x.membership.probe_interval = {}; }},
    {"registry.gossip_fanout", [](auto& x) { x.registry.gossip_fanout = 0; }},
    {"door.deadline", [](auto& x) { x.door.deadline = {}; }},
    {"door.in_flight_max", [](auto& x) { x.session.in_flight_max = 0; }},
    {"door.bulk_max", [](auto& x) { x.requests.bulk_max = {}; }},
    {"door.request_max is 13 MiB, and data.request_max 13 MiB; a command must fit",
     [](auto& x) { x.requests.request_max = mib(13); }},
    {"data.request_max is 16 MiB, and link.frame_bytes_max 16 MiB; a request must fit",
     [](auto& x) { x.data_calls.request_max = mib(16); }},
    {"data.retry_max", [](auto& x) { x.data_calls.retry_max = {}; }},
    {"data.transit_max", [](auto& x) { x.forwards.transit_max = {}; }},
    {"data.closings_interval", [](auto& x) { x.data.closings_interval = {}; }},
  };
  for (const auto& x : rows) {
    CAPTURE(x.sentence);
    auto config = config_of("n1");
    config.founders = three_founders();
    REQUIRE_FALSE(config.validate());
    x.change(config);
    const auto trouble = config.validate();
    REQUIRE(trouble == ec::invalid_config);
    CAPTURE(sentence_of(trouble));
    CHECK(sentence_of(trouble).starts_with(x.sentence));
  }
}

TEST_CASE("node_config: a node told nothing founds a cluster of one") {
  const auto config = config_of("n1");
  CHECK(
    founders_of(config)
    == std::vector{founder{node_name{"n1"}, address{"127.0.0.1", 7400}}});
  CHECK(is_founder(config));
  CHECK(seeds_of(config).empty());
}

TEST_CASE("node_config: a listed founder founds and dials the others") {
  auto config = config_of("n1");
  config.founders = three_founders();
  CHECK(is_founder(config));
  CHECK(founders_of(config) == three_founders());
  CHECK(
    seeds_of(config)
    == std::vector{address{"127.0.0.1", 7402}, address{"127.0.0.1", 7403}});
}

TEST_CASE("node_config: a node that is not listed joins through founders and join") {
  auto config = config_of("n4");
  config.link_door = {{"127.0.0.1", 7404}, {"127.0.0.1", 7404}};
  config.founders = three_founders();
  config.join = {{"127.0.0.1", 7402}, {"10.0.0.9", 7400}};
  CHECK_FALSE(config.validate());
  CHECK_FALSE(is_founder(config));
  CHECK(
    seeds_of(config)
    == std::vector{
      address{"127.0.0.1", 7400}, address{"127.0.0.1", 7402}, address{"127.0.0.1", 7403},
      address{"10.0.0.9", 7400}});
}

TEST_CASE("node_config: a node with join alone founds nothing") {
  auto config = config_of("n1");
  config.join = {{"127.0.0.1", 7400}, {"10.0.0.9", 7400}};
  CHECK_FALSE(config.validate());
  CHECK(founders_of(config).empty());
  CHECK_FALSE(is_founder(config));
  CHECK(seeds_of(config) == std::vector{address{"10.0.0.9", 7400}});
}

TEST_CASE("node_config: each preset is what membership calls so, and has its name") {
  for (auto x :
       {membership_preset::lan, membership_preset::wan, membership_preset::test}) {
    auto read = membership_preset::lan;
    REQUIRE(parse(to_string(x), read));
    CHECK(read == x);
  }
  CHECK(membership_of(membership_preset::lan).probe_interval.count() == 1'000);
  CHECK(membership_of(membership_preset::wan).probe_interval.count() == 5'000);
  CHECK(membership_of(membership_preset::test).probe_interval.count() == 200);
}

} // namespace
} // namespace troupe::apps
