/// What membership costs the network while nothing happens.
#include "tests/simulation/membership_world.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

double cost_seconds(duration x) { return std::chrono::duration<double>(x).count(); }

} // namespace

TEST_CASE("membership cost: what a node sends depends on the size of the cluster only "
          "where it tells all it knows") {
  struct rates {
    double messages;
    double bytes;
  };
  auto measured = [](std::size_t node_count) {
    auto world = membership_world{{.node_count = node_count}};
    world.start_all(0s);
    world.run_for(60s); // All know all, and gossip has faded.
    REQUIRE(world.views_are_true());
    auto messages = world.messages_sent();
    auto bytes = world.bytes_sent();
    world.run_for(540s); // Whole periods of the full exchanges of each size.
    auto rate = [&](std::uint64_t sent) {
      return static_cast<double>(sent) / 540.0 / static_cast<double>(node_count);
    };
    return rates{
      rate(world.messages_sent() - messages), rate(world.bytes_sent() - bytes)};
  };
  for (std::size_t node_count : {10U, 50U, 100U}) {
    CAPTURE(node_count);
    auto sent = measured(node_count);
    // A ping and an ack per second, a request and a reply per full exchange.
    auto exchanges = 2 / cost_seconds(push_pull_period({}, node_count));
    CHECK(sent.messages <= 2.01 + exchanges);
    constexpr auto probe_bytes = 80; // Of the frame of a ping without news, at most.
    constexpr auto row_bytes = 80;   // Of a member in a full exchange, at most.
    auto rows = static_cast<double>(node_count);
    CHECK(sent.bytes <= 2 * probe_bytes + exchanges * (probe_bytes + rows * row_bytes));
    MESSAGE(
      node_count, " idle nodes, each per second: ", sent.messages, " messages, ",
      sent.bytes, " bytes");
  }
}
