#include "apps/local/options.hpp"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps {
namespace {

up_request request_for(std::uint32_t nodes) {
  auto result = up_request{};
  result.directory = "/d";
  result.node_count = nodes;
  return result;
}

using change = std::function<void(up_request&)>;

TEST_CASE("options: the first call needs the number of nodes alone") {
  const auto options = first_options(request_for(10), "/bin/troupe");
  REQUIRE(options);
  CHECK(*options == cluster_options{10, 7400, 4, 3, "/bin/troupe"});
}

TEST_CASE("options: there are three replicas, or fewer where there are fewer nodes") {
  for (std::uint32_t nodes = 1; nodes <= 5; ++nodes)
    CHECK(
      first_options(request_for(nodes), "p")->replica_count
      == std::min(nodes, std::uint32_t{3}));
}

TEST_CASE("options: each bad first call is refused with flag, value and range") {
  struct row {
    std::string sentence;
    change apply;
  };
  const auto rows = std::vector<row>{
    {"there is no cluster in /d yet; say how many nodes it shall have: --nodes 3",
     [](auto& x) { x.node_count.reset(); }},
    {"--nodes is 0; allowed is 1 to 100", [](auto& x) { x.node_count = 0; }},
    {"--nodes is 101; allowed is 1 to 100", [](auto& x) { x.node_count = 101; }},
    {"--base-port is 0; allowed is 1 to 65235", [](auto& x) { x.base_port = 0; }},
    {"--base-port is 65236; allowed is 1 to 65235",
     [](auto& x) { x.base_port = 65'236; }},
    {"--shards is 0; allowed is 1 to 1024", [](auto& x) { x.shard_count = 0; }},
    {"--replicas is 0; allowed is 1 to 9", [](auto& x) { x.replica_count = 0; }},
    {"--replicas is 4, but there are only 3 nodes, and a node holds at most one copy of "
     "a "
     "shard; ask for more --nodes or fewer --replicas",
     [](auto& x) { x.replica_count = 4; }},
  };
  for (const auto& x : rows) {
    auto request = request_for(3);
    x.apply(request);
    const auto options = first_options(request, "p");
    REQUIRE_FALSE(options);
    CHECK(options.error() == ec::invalid_argument);
    CHECK(sentence_of(options.error()) == x.sentence);
  }
}

TEST_CASE("options: a later call needs no flag, and may repeat all") {
  const auto remembered = cluster_options{5, 7000, 8, 2, "/bin/a"};
  CHECK(*later_options({}, remembered) == remembered);
  auto request = request_for(5);
  request.base_port = 7000;
  request.shard_count = 8;
  request.replica_count = 2;
  CHECK(*later_options(request, remembered) == remembered);
}

TEST_CASE("options: a later call may add nodes and replace the program, nothing else") {
  const auto remembered = cluster_options{1, 7000, 8, 1, "/bin/a"};
  auto request = request_for(4);
  request.program = "/bin/b";
  CHECK(*later_options(request, remembered) == cluster_options{4, 7000, 8, 1, "/bin/b"});
}

TEST_CASE("options: each bad later call is refused with what the directory remembers") {
  struct row {
    std::string sentence;
    change apply;
  };
  const auto rows = std::vector<row>{
    {"--nodes is 4, but this cluster has 5 already; ask for at least as many, or name "
     "another --dir",
     [](auto& x) { x.node_count = 4; }},
    {"--nodes is 101; allowed is 1 to 100", [](auto& x) { x.node_count = 101; }},
    {"--base-port is 7001, but this directory's cluster has 7000 for good; leave the "
     "flag "
     "out, or name another --dir",
     [](auto& x) { x.base_port = 7001; }},
    {"--shards is 4, but this directory's cluster has 8 for good; leave the flag out, or "
     "name another --dir",
     [](auto& x) { x.shard_count = 4; }},
    {"--replicas is 3, but this directory's cluster has 2 for good; leave the flag out, "
     "or "
     "name another --dir",
     [](auto& x) { x.replica_count = 3; }},
    {"--ack is async, but this directory's cluster has quorum for good; leave the flag "
     "out, or name another --dir",
     [](auto& x) { x.ack = storage::ack_mode::async; }},
  };
  for (const auto& x : rows) {
    auto request = request_for(5);
    x.apply(request);
    const auto options = later_options(request, {5, 7000, 8, 2, "/bin/a"});
    REQUIRE_FALSE(options);
    CHECK(options.error() == ec::invalid_argument);
    CHECK(sentence_of(options.error()) == x.sentence);
  }
}

TEST_CASE("options: what is written reads back") {
  const auto options
    = cluster_options{5, 7000, 8, 2, "/a b/\"c\"", storage::ack_mode::semi, true};
  const auto text = print_options(options);
  REQUIRE(text);
  CHECK(*parse_options(*text) == options);
}

TEST_CASE("options: faults once allowed stay allowed") {
  auto request = up_request{};
  CHECK_FALSE(later_options(request, cluster_options{1, 7000, 8, 1, "/p"})->allow_inject);
  request.allow_inject = true;
  const auto allowed = later_options(request, cluster_options{1, 7000, 8, 1, "/p"});
  REQUIRE(allowed);
  CHECK(allowed->allow_inject);
  CHECK(later_options({}, *allowed)->allow_inject);
}

TEST_CASE("options: a path that is not UTF-8 cannot be written") {
  const auto text = print_options({5, 7000, 8, 2, "/\xff"});
  REQUIRE_FALSE(text);
  CHECK(text.error() == ec::invalid_argument);
}

TEST_CASE("options: damaged and later formats are told apart") {
  const auto good = *print_options({5, 7000, 8, 2, "/p"});
  auto replaced = [&good](const std::string& from, const std::string& to) {
    auto result = good;
    result.replace(result.find(from), from.size(), to);
    return parse_options(result);
  };
  CHECK(replaced("5", "5"));
  CHECK(parse_options("").error() == ec::corrupt);
  CHECK(parse_options(good.substr(0, 30)).error() == ec::corrupt);
  CHECK(replaced("\"shards\"", "\"shard\"").error() == ec::corrupt);
  CHECK(replaced("\"nodes\": 5", "\"nodes\": \"5\"").error() == ec::corrupt);
  CHECK(replaced("\"nodes\": 5", "\"nodes\": 0").error() == ec::corrupt);
  CHECK(replaced("\"format\": 1", "\"format\": 2").error() == ec::version_mismatch);
}

} // namespace
} // namespace troupe::apps
