#include "storage/beat_bundles.hpp"
#include "tests/storage/data_samples.hpp"

#include <chrono>
#include <utility>

#include <doctest/doctest.h>

namespace troupe::storage {
namespace {

using namespace std::chrono_literals;
using test::node_number;

const auto bundle_start = time_point{} + 1h;
const auto beaten = node_number(2);

message bundled_beat(std::uint64_t round = 1) {
  auto result = message{};
  result.shard = shard_id{3};
  result.body = beat{round, lsn{1}, lsn{1}};
  return result;
}

/// What becomes of one more Beat to the peer.
beat_bundles::advice add(beat_bundles& core, time_point now = bundle_start) {
  auto x = bundled_beat();
  return core.add(beaten, x, now);
}

} // namespace

TEST_CASE("beat_bundles: what goes to one peer leaves together") {
  auto core = beat_bundles{};
  CHECK(core.heard(beaten, incarnation{1}));
  CHECK(core.heard(node_number(3), incarnation{1}));
  CHECK(core.empty());
  for (auto round : {1U, 2U}) {
    auto x = bundled_beat(round);
    CHECK(core.add(beaten, x, bundle_start).bundled);
  }
  auto other = bundled_beat(7);
  CHECK(core.add(node_number(3), other, bundle_start).bundled);
  CHECK_FALSE(core.empty());
  auto all = core.take();
  REQUIRE(all.size() == 2);
  CHECK(all.at(beaten) == beat_bundle{{bundled_beat(1), bundled_beat(2)}});
  CHECK(all.at(node_number(3)) == beat_bundle{{bundled_beat(7)}});
  CHECK(core.empty());
}

TEST_CASE("beat_bundles: a peer that has sent none gets single messages, and a greeting "
          "now and then") {
  auto core = beat_bundles{};
  auto first = add(core);
  CHECK_FALSE(first.bundled);
  CHECK(first.greets);
  CHECK_FALSE(add(core, bundle_start + 4'999ms).greets);
  CHECK(add(core, bundle_start + 5s).greets);
  CHECK(core.empty());
  CHECK(core.heard(beaten, incarnation{1}));
  CHECK_FALSE(core.heard(beaten, incarnation{1})); // Greeted already.
  CHECK(add(core, bundle_start + 20s).bundled);
}

TEST_CASE("beat_bundles: a new incarnation of the peer has to send one again") {
  auto core = beat_bundles{};
  (void)core.heard(beaten, incarnation{4});
  core.is_up(beaten, incarnation{4});
  CHECK(add(core).bundled);
  core.is_up(beaten, incarnation{5});
  CHECK(add(core).greets);
  CHECK_FALSE(core.heard(beaten, incarnation{4})); // It comes late.
  CHECK_FALSE(add(core).bundled);
  CHECK(core.heard(beaten, incarnation{5}));
  CHECK(add(core).bundled);
}

TEST_CASE("beat_bundles: only Beats and their acknowledgements may be bundled") {
  auto x = bundled_beat();
  CHECK(is_beat(x));
  x.body = beat_ack{};
  CHECK(is_beat(x));
  for (auto body : {message_body{vote{}}, message_body{ship{}}, message_body{stale{}}}) {
    x.body = std::move(body);
    CHECK_FALSE(is_beat(x));
    CHECK_FALSE(may_be_bundled(x));
  }
}

TEST_CASE("beat_bundles: what a read waits for is not bundled") {
  auto x = bundled_beat();
  CHECK(may_be_bundled(x));
  x.body = beat{1, {}, {}, true};
  CHECK_FALSE(may_be_bundled(x));
  x.body = beat_ack{};
  CHECK(may_be_bundled(x));
  x.body = beat_ack{1, {}, {}, true};
  CHECK_FALSE(may_be_bundled(x));
}

} // namespace troupe::storage
