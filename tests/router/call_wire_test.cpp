#include "router/call_wire.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;

namespace {

const auto sample = invocation{
  .id = {caller_id{uuid{1, 2}}, 3},
  .attempt = 2,
  .answered_below = 3,
  .trace = trace_id{uuid{4, 5}},
  .remaining = duration{123'456},
  .service = "g/i:v",
  .method = "M",
  .form = content_form::json,
  .content = std::string{"\0{}", 3}};

} // namespace

TEST_CASE("call_wire: an invocation comes back as it went") {
  auto back = decode_invocation(encode(sample));
  REQUIRE(back);
  CHECK(*back == sample);
}

TEST_CASE("call_wire: a result comes back as it went") {
  for (auto what : {outcome::answered, outcome::failed, outcome::not_executed}) {
    auto x = invocation_result{sample.id, 2, what, "content", ec::busy, "why"};
    auto back = decode_result(encode(x));
    REQUIRE(back);
    CHECK(*back == x);
  }
}

TEST_CASE("call_wire: every truncation is refused or decodes to something else") {
  auto bytes = encode(sample);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    auto back = decode_invocation(bytes.substr(0, size));
    CHECK((!back || *back != sample));
  }
}

TEST_CASE("call_wire: an invocation that never left was not executed, says its result") {
  auto codecs = actors::message_codecs{};
  register_codecs(codecs);
  const auto& sent = sample;
  auto told = codecs.undelivered(
    "troupe.router.invocation", encode(sent), fail(ec::busy, "the queue is full"));
  REQUIRE(told);
  REQUIRE(told->match_elements<invocation_result>());
  const auto& result = told->get_as<invocation_result>(0);
  CHECK(result.id == sent.id);
  CHECK(result.attempt == sent.attempt);
  CHECK(result.outcome == outcome::not_executed);
  CHECK(result.code == ec::busy);
  CHECK_FALSE(
    codecs.undelivered("troupe.router.result", encode(result), fail(ec::busy, "")));
}

TEST_CASE("call_wire: a call without a caller or a number is malformed") {
  auto nobody = sample;
  nobody.id.caller = {};
  CHECK(decode_invocation(encode(nobody)).error() == ec::malformed);
  auto none = sample;
  none.id.number = 0;
  CHECK(decode_invocation(encode(none)).error() == ec::malformed);
  auto formless = sample;
  formless.form = static_cast<content_form>(9);
  CHECK(decode_invocation(encode(formless)).error() == ec::malformed);
}
