#include "apps/node/admin.hpp"
#include "apps/node/admin_wire.hpp"

#include <chrono>

#include <caf/make_message.hpp>
#include <doctest/doctest.h>

namespace troupe::apps {

namespace {

using namespace std::chrono_literals;

/// `x` as it is behind a link.
template <class T>
T sent(const T& x) {
  auto codecs = actors::message_codecs{};
  register_codecs(codecs);
  const auto wire = codecs.encode(caf::make_message(x));
  REQUIRE(wire);
  const auto back = codecs.decode(wire->type, wire->payload);
  REQUIRE(back);
  return back->template get_as<T>(0);
}

} // namespace

TEST_CASE("admin_wire: a question for some minutes arrives as one") {
  CHECK(sent(stats_query{5}).minutes == 5);
  CHECK(sent(stats_query{}).minutes == 0);
}

TEST_CASE("admin_wire: metrics keep their window and all their numbers") {
  const auto reply
    = sent(stats_reply{{{"name", "k=v", "histogram", 1, 2.5, 3, 4}}, 150s});
  CHECK(reply.window == 150s);
  REQUIRE(reply.rows.size() == 1);
  const auto& row = reply.rows.front();
  CHECK(row.name == "name");
  CHECK(row.labels == "k=v");
  CHECK(row.kind == "histogram");
  CHECK(row.value == 1);
  CHECK(row.p50 == 2.5);
  CHECK(row.p99 == 3);
  CHECK(row.max == 4);
}

} // namespace troupe::apps
