#include "apps/node/admin.hpp"
#include "apps/node/admin_wire.hpp"

#include <chrono>
#include <vector>

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

TEST_CASE("admin_wire: the answer to a call keeps its trace") {
  const auto trace = router::trace_id{uuid{1, 2}};
  const auto reply = sent(call_reply{"{}", 2, 3ms, trace});
  CHECK(reply.json == "{}");
  CHECK(reply.attempts == 2);
  CHECK(reply.took == 3ms);
  CHECK(reply.trace == trace);
}

TEST_CASE("admin_wire: a fault keeps its kind, peers and values") {
  auto fault = injected_fault{};
  fault.kind = injected_kind::delay;
  fault.peers = {node_name{"n2"}, node_name{"n3"}};
  fault.ratio = 0.5;
  fault.delay = 1s;
  fault.jitter = 2s;
  fault.stall = 3s;
  fault.length = 4s;
  CHECK(sent(inject_command{fault}).what == fault);
  CHECK(sent(inject_reply{injection_id{7}}).id == injection_id{7});
  const auto standing = standing_fault{injection_id{7}, fault, 5s};
  CHECK(sent(faults_reply{{standing}}).faults == std::vector{standing});
  CHECK(sent(heal_reply{3}).ended == 3);
}

} // namespace troupe::apps
