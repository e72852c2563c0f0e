#include "storage/beat_bundles.hpp"
#include "tests/storage/data_samples.hpp"

#include <chrono>
#include <utility>

#include <doctest/doctest.h>

namespace troupe::storage {
namespace {

using namespace std::chrono_literals;
using test::node_number;

const auto t0 = time_point{} + 1h;
const auto peer = node_number(2);

message some_beat(std::uint64_t round = 1) {
  auto result = message{};
  result.shard = shard_id{3};
  result.body = beat{round, lsn{1}, lsn{1}};
  return result;
}

/// What becomes of one more Beat to the peer.
beat_bundles::advice add(beat_bundles& core, time_point now = t0) {
  auto x = some_beat();
  return core.add(peer, x, now);
}

} // namespace

TEST_CASE("beat_bundles: what goes to one peer leaves together") {
  auto core = beat_bundles{};
  CHECK(core.heard(peer, incarnation{1}));
  CHECK(core.heard(node_number(3), incarnation{1}));
  CHECK(core.empty());
  for (auto round : {1U, 2U}) {
    auto x = some_beat(round);
    CHECK(core.add(peer, x, t0).bundled);
  }
  auto other = some_beat(7);
  CHECK(core.add(node_number(3), other, t0).bundled);
  CHECK_FALSE(core.empty());
  auto all = core.take();
  REQUIRE(all.size() == 2);
  CHECK(all.at(peer) == beat_bundle{{some_beat(1), some_beat(2)}});
  CHECK(all.at(node_number(3)) == beat_bundle{{some_beat(7)}});
  CHECK(core.empty());
}

TEST_CASE("beat_bundles: a peer that has sent none gets single messages, and a greeting "
          "now and then") {
  auto core = beat_bundles{};
  auto first = add(core);
  CHECK_FALSE(first.bundled);
  CHECK(first.greets);
  CHECK_FALSE(add(core, t0 + 4'999ms).greets);
  CHECK(add(core, t0 + 5s).greets);
  CHECK(core.empty());
  CHECK(core.heard(peer, incarnation{1}));
  CHECK_FALSE(core.heard(peer, incarnation{1})); // Greeted already.
  CHECK(add(core, t0 + 20s).bundled);
}

TEST_CASE("beat_bundles: a new incarnation of the peer has to send one again") {
  auto core = beat_bundles{};
  (void)core.heard(peer, incarnation{4});
  core.is_up(peer, incarnation{4});
  CHECK(add(core).bundled);
  core.is_up(peer, incarnation{5});
  CHECK(add(core).greets);
  CHECK_FALSE(core.heard(peer, incarnation{4})); // It comes late.
  CHECK_FALSE(add(core).bundled);
  CHECK(core.heard(peer, incarnation{5}));
  CHECK(add(core).bundled);
}

TEST_CASE("beat_bundles: only Beats and their acknowledgements may be bundled") {
  auto x = some_beat();
  CHECK(is_beat(x));
  x.body = beat_ack{};
  CHECK(is_beat(x));
  for (auto body : {message_body{vote{}}, message_body{ship{}}, message_body{stale{}}}) {
    x.body = std::move(body);
    CHECK_FALSE(is_beat(x));
  }
}

} // namespace troupe::storage
