#include "apps/lab/chaos/client_words.hpp"
#include "apps/lab/chaos/key_supply.hpp"
#include "tests/apps/lab/recorded.hpp"

#include <map>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::lab;

namespace {

/// `x` after that reply.
recorded_operation
answered(recorded_operation x, const expected<router::resp_value>& reply) {
  take_reply(reply, x);
  return x;
}

router::resp_value refusal(const std::string& text) {
  return router::resp_scalar{router::resp_error{text}};
}

constexpr auto any_time = span_ms{0, 1};

} // namespace

TEST_CASE("client_words: calls are drawn by their shares") {
  auto random = random_source{1};
  auto drawn = std::map<operation_call, int>{};
  for (int i = 0; i < 1'000; ++i)
    ++drawn[draw_call({.read = 3, .write = 0, .swap = 0, .append = 1, .add = 0}, random)];
  CHECK(drawn.size() == 2);
  CHECK(drawn[operation_call::read] > 2 * drawn[operation_call::append]);
}

TEST_CASE("client_words: what is written is the client's and the request's own") {
  auto x = append_by(3, "", "", any_time);
  x.request = 7;
  CHECK(argument_of(x) == "c3-7;");
  x.call = operation_call::swap;
  CHECK(argument_of(x) == "c3-7");
  CHECK(argument_of(read_by(1, "", any_time)).empty());
}

TEST_CASE("client_words: answers are done, with what they show") {
  const auto text = router::resp_value{router::resp_scalar{std::string{"OK"}}};
  const auto number = router::resp_value{router::resp_scalar{std::int64_t{4}}};
  const auto nil = *router::read_reply("$-1\r\n");
  CHECK(answered(write_by(1, "a", any_time), text).done());
  CHECK_FALSE(answered(write_by(1, "a", any_time), text).value);
  CHECK(answered(read_by(1, {}, any_time), text).value == "OK");
  CHECK(answered(append_by(1, "a;", "", any_time), number).value == "4");
  CHECK(answered(read_by(1, "before", {0}), nil).done());
  CHECK_FALSE(answered(read_by(1, {}, any_time), nil).value);
}

TEST_CASE("client_words: only what is stated to be not done is refused") {
  const auto x = write_by(1, "a", {0});
  CHECK(
    answered(x, refusal("CLUSTERDOWN NOQUORUM shard 1")).outcome
    == operation_outcome::refused);
  CHECK(answered(x, refusal("TRYAGAIN shard 1")).outcome == operation_outcome::refused);
  CHECK(answered(x, refusal("UNKNOWN shard 1")).outcome == operation_outcome::unknown);
  CHECK(answered(x, refusal("ERR anything")).outcome == operation_outcome::unknown);
  CHECK(
    answered(x, fail(ec::deadline_exceeded, "")).outcome == operation_outcome::unknown);
}

TEST_CASE("key_supply: a key is used up by operations, or by unknown ones") {
  auto keys = key_supply{2};
  const auto first = keys.take(key_kind::reg, 0);
  CHECK(keys.take(key_kind::reg, 0) == first);
  CHECK(keys.take(key_kind::reg, 1) != first);
  CHECK(keys.take(key_kind::list, 0) != first);
  for (std::uint32_t i = 2; i < key_supply::operations_max; ++i)
    CHECK(keys.take(key_kind::reg, 0) == first);
  const auto second = keys.take(key_kind::reg, 0);
  CHECK(second != first);
  for (std::uint32_t i = 0; i < key_supply::unknown_max; ++i)
    keys.unknown(second);
  CHECK(keys.take(key_kind::reg, 0) != second);
  CHECK(keys.all().size() == 5);
}
