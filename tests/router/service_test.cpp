#include "router/gateway_actor.hpp"
#include "router/service.hpp"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;

TEST_CASE("responder: the first answer counts") {
  auto answers = std::vector<std::string>{};
  auto respond
    = responder{[&](const expected<std::string>& x) { answers.push_back(x ? *x : "?"); }};
  auto copy = respond;
  respond(std::string{"first"});
  copy(std::string{"second"});
  CHECK(answers == std::vector<std::string>{"first"});
}

TEST_CASE("responder: one that goes without an answer fails its call") {
  auto answer = std::optional<expected<std::string>>{};
  {
    auto respond = responder{[&](const expected<std::string>& x) { answer = x; }};
    auto copy = respond;
  }
  REQUIRE(answer.has_value());
  CHECK(answer->error() == ec::internal);
}

TEST_CASE("service: its methods are found by name") {
  auto service
    = service_definition{{"", "demo", ""}, {{"A", true, {}}, {"B", false, {}}}};
  REQUIRE(find_method(service, "B") != nullptr);
  CHECK(!find_method(service, "B")->idempotent);
  CHECK(find_method(service, "C") == nullptr);
}

TEST_CASE("service names: as people write them") {
  CHECK(*parse_service_name("demo") == registry::service_name{"", "demo", ""});
  CHECK(*parse_service_name("g/demo:2") == registry::service_name{"g", "demo", "2"});
  CHECK(*parse_service_name("/demo:") == registry::service_name{"", "demo", ""});
  for (const auto* bad : {"", "/", ":", "a b", "g/h/i", "a:b:"})
    CHECK(parse_service_name(bad).error() == ec::invalid_argument);
}
