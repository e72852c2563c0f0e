#include "router/balance/balancer.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;

namespace {

/// Providers with the given weights, as candidates.
struct field {
  explicit field(std::vector<std::uint32_t> weights) {
    for (std::size_t i = 0; i < weights.size(); ++i)
      keys.push_back({node_id{uuid{0, i + 1}}, incarnation{1}, "host"});
    for (std::size_t i = 0; i < weights.size(); ++i)
      candidates.push_back({&keys[i], weights[i]});
  }

  std::vector<provider_key> keys;
  std::vector<candidate> candidates;
};

std::string picks(balancer& x, const field& from, int count) {
  auto random = random_source{1};
  auto result = std::string{};
  for (auto i = 0; i < count; ++i)
    result += static_cast<char>('a' + x.pick(from.candidates, random));
  return result;
}

} // namespace

TEST_CASE("round_robin: the order of nginx's own example, weights 5 1 1") {
  auto balancer = std::move(*make_balancer("round_robin"));
  CHECK(picks(*balancer, field{{5, 1, 1}}, 14) == "aabacaaaabacaa");
}

TEST_CASE("round_robin: weights are reduced, so that their unit does not matter") {
  auto balancer = std::move(*make_balancer("round_robin"));
  CHECK(picks(*balancer, field{{500, 100, 100}}, 7) == "aabacaa");
}

TEST_CASE("round_robin: providers that come and go leave nothing behind") {
  auto balancer = std::move(*make_balancer("round_robin"));
  CHECK(picks(*balancer, field{{1, 1, 1, 1, 1, 1}}, 6).size() == 6);
  CHECK(picks(*balancer, field{{1, 1}}, 4) == "abab");
}

TEST_CASE("random: shares follow the weights") {
  auto balancer = std::move(*make_balancer("random"));
  auto chosen = picks(*balancer, field{{1, 3}}, 40'000);
  auto share
    = static_cast<double>(std::count(chosen.begin(), chosen.end(), 'b')) / 40'000;
  CHECK(share == doctest::Approx(0.75).epsilon(0.02));
}

TEST_CASE("balancer: an unknown name is refused with those that there are") {
  auto made = make_balancer("psychic");
  REQUIRE(!made);
  CHECK(made.error() == ec::invalid_config);
  CHECK(render(made.error()).find("round_robin") != std::string::npos);
}
