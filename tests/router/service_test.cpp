#include "router/gateway_actor.hpp"
#include "router/service.hpp"
#include "router/service_wire.hpp"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <google/protobuf/wrappers.pb.h>

using namespace troupe;
using namespace troupe::router;

TEST_CASE("responder: the first answer counts") {
  auto answers = std::vector<std::string>{};
  auto respond
    = responder{[&](const expected<std::string>& x) { answers.push_back(x ? *x : "?"); }};
  const auto copies = std::vector{respond, respond};
  copies[0](std::string{"first"});
  copies[1](std::string{"second"});
  CHECK(answers == std::vector<std::string>{"first"});
}

TEST_CASE("responder: one that goes without an answer fails its call") {
  auto answer = std::optional<expected<std::string>>{};
  {
    auto respond = responder{[&](const expected<std::string>& x) { answer = x; }};
    const auto copies = std::vector{respond, respond};
    CHECK_FALSE(answer.has_value());
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

TEST_CASE("service: what a caller asks in Protobuf is what it gets back") {
  auto text = google::protobuf::StringValue{};
  text.set_value("hi");
  const auto request = make_request("Echo", true, text);
  CHECK(request.method == "Echo");
  CHECK(request.idempotent);
  const auto reply
    = read_reply<google::protobuf::StringValue>(call_answer{request.content, 1, {}, {}});
  REQUIRE(reply);
  CHECK(reply->value() == "hi");
}

TEST_CASE("service: a handler sees the trace of its call, and hands it on") {
  using text = google::protobuf::StringValue;
  auto nested = call_request{};
  auto method = make_method<text, text>(
    "Relay", true, [&](const text& request, const typed_responder<text>& respond) {
      nested = make_request("Echo", true, request, respond.trace());
      respond(request);
    });
  auto call = invocation{};
  call.trace = trace_id{uuid{4, 5}};
  method.handle(call, responder{[](const expected<std::string>& x) { CHECK(x); }});
  CHECK(nested.trace == call.trace);
}

TEST_CASE("service: a call's failure and a reply of another kind are errors") {
  using reply = google::protobuf::StringValue;
  CHECK(read_reply<reply>(fail(ec::busy, "full")).error() == ec::busy);
  CHECK(read_reply<reply>(call_answer{"\x0a", 1, {}, {}}).error() == ec::malformed);
}

TEST_CASE("service names: as people write them") {
  CHECK(*parse_service_name("demo") == registry::service_name{"", "demo", ""});
  CHECK(*parse_service_name("g/demo:2") == registry::service_name{"g", "demo", "2"});
  CHECK(*parse_service_name("/demo:") == registry::service_name{"", "demo", ""});
  for (const auto* bad : {"", "/", ":", "a b", "g/h/i", "a:b:"})
    CHECK(parse_service_name(bad).error() == ec::invalid_argument);
}
