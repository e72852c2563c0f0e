#include "storage/storage_config.hpp"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::storage {
namespace {

using namespace std::chrono_literals;

TEST_CASE("storage_config: the defaults are allowed, and so is a life without leases") {
  auto config = storage_config{};
  CHECK(!config.validate());
  config.lease = 0ms;
  CHECK(!config.validate());
}

TEST_CASE("storage_config: what contradicts is refused with key, value and range") {
  struct row {
    std::string sentence;
    std::function<void(storage_config&)> apply;
  };
  const auto rows = std::vector<row>{
    {"storage.shards is 0; allowed is 1 to 1024", [](auto& x) { x.shard_count = 0; }},
    {"storage.replicas is 10; allowed is 0 to 9", [](auto& x) { x.replica_count = 10; }},
    {"storage.election_timeout is 299 ms; allowed is 300 ms to 10 min",
     [](auto& x) { x.election_timeout = 299ms; }},
    {"storage.lease is 299 ms; allowed is 300 ms to 1 s",
     [](auto& x) { x.lease = 299ms; }},
    {"storage.lease is 1001 ms; allowed is 300 ms to 1 s",
     [](auto& x) { x.lease = 1'001ms; }},
    {"storage.drift_percent is 51; allowed is 0 to 50",
     [](auto& x) { x.drift_percent = 51; }},
  };
  for (const auto& x : rows) {
    auto config = storage_config{};
    x.apply(config);
    CHECK(sentence_of(config.validate()) == x.sentence);
  }
}

TEST_CASE("storage_config: the promises of a founder's file go into the CONFIG record") {
  auto config = storage_config{};
  config.beat = 20ms;
  config.election_timeout = 200ms;
  config.lease = 100ms;
  config.drift_percent = 5;
  config.ack = ack_mode::semi;
  CHECK(timing_of(config) == shard_timing{20ms, 200ms, 100ms, 5, ack_mode::semi});
}

} // namespace
} // namespace troupe::storage
