#include "cluster/greeter.hpp"

#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace troupe::cluster {
namespace {

using namespace std::chrono_literals;
using actors::lane;

constexpr auto greeting_start = time_point{1h};
constexpr auto c1 = connection_id{1};
constexpr auto c2 = connection_id{2};

peer_identity greeting_identity(std::uint64_t id) {
  return {
    node_id{uuid{0, id}}, node_name{"n" + std::to_string(id)}, incarnation{1},
    link_role::node};
}

local_identity greeting_self() { return {"mall", {}, greeting_identity(1), "n1:7400"}; }

hello their_hello() {
  return {"mall",        {}, greeting_identity(2), "n2:7400", 1, 1, session_id{9},
          lane::control, 77};
}

welcome their_welcome() { return {{}, greeting_identity(2), "n2:7400", 1, 55}; }

greeting_dial dial_to(std::uint64_t id) {
  return {session_id{9}, lane::bulk, node_id{uuid{0, id}}};
}

const greeting_dial to_a_seed{session_id{9}, lane::control, std::nullopt};

bool is_nothing(const greeter::output& x) {
  return x.frames.empty() && x.closes.empty() && x.offers.empty() && x.failures.empty();
}

/// Checks that `out` refuses `connection` with `code` and closes it.
void check_refused(const greeter::output& out, connection_id connection, ec code) {
  REQUIRE(out.frames.size() == 1);
  CHECK(out.frames[0].connection == connection);
  const auto* refusal = std::get_if<refuse>(&out.frames[0].frame);
  REQUIRE(refusal != nullptr);
  CHECK(refusal->code == code);
  CHECK_FALSE(refusal->why.empty());
  CHECK(out.closes == std::vector{connection});
  CHECK(out.offers.empty());
}

void check_failed(const greeter::output& out, session_id session, ec code) {
  REQUIRE(out.failures.size() == 1);
  CHECK(out.failures[0].dial.session == session);
  CHECK(code_of(out.failures[0].why) == code);
}

TEST_CASE("greeter: a stranger is awaited, and offered after its hello") {
  auto subject = greeter{{}, greeting_self()};
  CHECK(is_nothing(subject.accepted(c1, greeting_start)));
  auto out = subject.arrived(c1, their_hello());
  REQUIRE(out.offers.size() == 1);
  CHECK(out.offers[0].connection == c1);
  CHECK(out.offers[0].offer.peer == greeting_identity(2));
  CHECK(out.offers[0].offer.session == session_id{9});
  CHECK_FALSE(out.offers[0].offer.ours);
  CHECK(out.frames.empty());
  CHECK(out.closes.empty());
}

TEST_CASE("greeter: what was offered is no longer its own") {
  auto subject = greeter{{}, greeting_self()};
  (void)subject.accepted(c1, greeting_start);
  (void)subject.arrived(c1, their_hello());
  CHECK(is_nothing(subject.arrived(c1, their_hello())));
  CHECK(is_nothing(subject.broke(c1, fail(ec::link_lost, "reset"))));
  CHECK(is_nothing(subject.tick(greeting_start + 1h)));
}

TEST_CASE("greeter: a dial says hello with all that this process is") {
  auto config = link_config{.window_control_bytes = 11, .window_bulk_bytes = 22};
  auto me = greeting_self();
  me.cluster = cluster_id{uuid{5, 5}};
  auto subject = greeter{config, me};
  auto out = subject.dialled(c1, dial_to(2), greeting_start);
  REQUIRE(out.frames.size() == 1);
  CHECK(out.frames[0].connection == c1);
  auto expected = link_frame{hello{
    "mall", me.cluster, greeting_identity(1), "n1:7400", link_version_min,
    link_version_max, session_id{9}, lane::bulk, 22}};
  CHECK((out.frames[0].frame == expected));
}

TEST_CASE("greeter: a dial is offered after the welcome") {
  auto subject = greeter{{}, greeting_self()};
  (void)subject.dialled(c1, dial_to(2), greeting_start);
  auto out = subject.arrived(c1, their_welcome());
  REQUIRE(out.offers.size() == 1);
  CHECK(out.offers[0].offer.ours);
  CHECK(out.offers[0].offer.lane == lane::bulk);
  CHECK(out.offers[0].offer.credit == 55);
  CHECK(out.frames.empty());
  CHECK(out.failures.empty());
}

TEST_CASE("greeter: a seed may be anybody") {
  auto subject = greeter{{}, greeting_self()};
  (void)subject.dialled(c1, to_a_seed, greeting_start);
  CHECK(subject.arrived(c1, their_welcome()).offers.size() == 1);
}

TEST_CASE("greeter: another node at the address fails the dial") {
  auto subject = greeter{{}, greeting_self()};
  (void)subject.dialled(c1, dial_to(3), greeting_start);
  auto out = subject.arrived(c1, their_welcome());
  check_refused(out, c1, ec::unreachable);
  check_failed(out, session_id{9}, ec::unreachable);
  CHECK(sentence_of(out.failures[0].why).find("n2") != std::string::npos);
}

TEST_CASE("greeter: a refused hello is answered with the reason and the remedy") {
  auto subject = greeter{{}, greeting_self()};
  (void)subject.accepted(c1, greeting_start);
  auto theirs = their_hello();
  theirs.cluster_name = "fair";
  auto out = subject.arrived(c1, theirs);
  check_refused(out, c1, ec::foreign_cluster);
  CHECK(
    std::get<refuse>(out.frames[0].frame).why.find("[cluster] name")
    != std::string::npos);
  CHECK(out.failures.empty());
  REQUIRE(out.refusals.size() == 1);
  CHECK(out.refusals[0].connection == c1);
  CHECK(code_of(out.refusals[0].why) == ec::foreign_cluster);
}

TEST_CASE("greeter: a refused welcome is answered, and fails the dial") {
  auto subject = greeter{{}, greeting_self()};
  (void)subject.dialled(c1, dial_to(2), greeting_start);
  auto theirs = their_welcome();
  theirs.version = 9;
  auto out = subject.arrived(c1, theirs);
  check_refused(out, c1, ec::version_mismatch);
  check_failed(out, session_id{9}, ec::version_mismatch);
}

TEST_CASE("greeter: a refusal by the peer fails the dial with its reason") {
  auto subject = greeter{{}, greeting_self()};
  (void)subject.dialled(c1, dial_to(2), greeting_start);
  auto out = subject.arrived(c1, refuse{ec::stopping, "node n2 is leaving"});
  CHECK(out.frames.empty());
  CHECK(out.closes == std::vector{c1});
  check_failed(out, session_id{9}, ec::stopping);
  CHECK(sentence_of(out.failures[0].why) == "refused by the peer: node n2 is leaving");
  REQUIRE(out.refusals.size() == 1);
  CHECK(out.refusals[0].connection == c1);
  CHECK(code_of(out.refusals[0].why) == ec::stopping);
}

TEST_CASE("greeter: a stranger that begins with anything but a hello is refused") {
  for (const auto& frame : std::vector<link_frame>{
         their_welcome(), confirm{}, heartbeat{}, credit{1}, stay{}, goodbye{true},
         watch{actor_number{1}}, ended{actor_number{1}, ec::busy, {}},
         payload{payload_kind::note, actor_number{1}, {}, 0, {}, {}}}) {
    auto subject = greeter{{}, greeting_self()};
    (void)subject.accepted(c1, greeting_start);
    check_refused(subject.arrived(c1, frame), c1, ec::malformed);
    CHECK(is_nothing(subject.tick(greeting_start + 1h)));
  }
}

TEST_CASE("greeter: a refusal is never answered with another") {
  auto subject = greeter{{}, greeting_self()};
  (void)subject.accepted(c1, greeting_start);
  auto out = subject.arrived(c1, refuse{ec::busy, "no"});
  CHECK(out.frames.empty());
  CHECK(out.closes == std::vector{c1});
}

TEST_CASE("greeter: a dial answered by anything but a welcome fails") {
  for (const auto& frame : std::vector<link_frame>{
         their_hello(), confirm{}, heartbeat{}, stay{}, goodbye{false}}) {
    auto subject = greeter{{}, greeting_self()};
    (void)subject.dialled(c1, dial_to(2), greeting_start);
    auto out = subject.arrived(c1, frame);
    check_refused(out, c1, ec::malformed);
    check_failed(out, session_id{9}, ec::malformed);
  }
}

TEST_CASE("greeter: a broken connection fails its dial and needs no closing") {
  auto subject = greeter{{}, greeting_self()};
  (void)subject.dialled(c1, dial_to(2), greeting_start);
  (void)subject.accepted(c2, greeting_start);
  auto out = subject.broke(c1, fail(ec::link_lost, "reset"));
  CHECK(out.closes.empty());
  CHECK(out.frames.empty());
  check_failed(out, session_id{9}, ec::link_lost);
  CHECK(is_nothing(subject.broke(c2, fail(ec::link_lost, "reset"))));
  CHECK(is_nothing(subject.tick(greeting_start + 1h)));
}

TEST_CASE("greeter: connections that it does not know are ignored") {
  auto subject = greeter{{}, greeting_self()};
  CHECK(is_nothing(subject.arrived(c1, their_hello())));
  CHECK(is_nothing(subject.broke(c1, fail(ec::link_lost, "reset"))));
}

TEST_CASE("greeter: the handshake has a deadline, on both ends") {
  auto config = link_config{.handshake_deadline = 2s};
  auto subject = greeter{config, greeting_self()};
  (void)subject.accepted(c1, greeting_start);
  (void)subject.dialled(c2, dial_to(2), greeting_start + 1s);
  CHECK(is_nothing(subject.tick(greeting_start + 2s - 1ns)));
  auto out = subject.tick(greeting_start + 2s);
  check_refused(out, c1, ec::deadline_exceeded);
  CHECK(out.failures.empty());
  out = subject.tick(greeting_start + 3s);
  check_refused(out, c2, ec::deadline_exceeded);
  check_failed(out, session_id{9}, ec::deadline_exceeded);
  CHECK(is_nothing(subject.tick(greeting_start + 4s)));
}

TEST_CASE("greeter: strangers above the limit are turned away until some are done") {
  auto subject = greeter{{.greeting_count_max = 1}, greeting_self()};
  CHECK(is_nothing(subject.accepted(c1, greeting_start)));
  auto out = subject.accepted(c2, greeting_start);
  check_refused(out, c2, ec::busy);
  CHECK(is_nothing(subject.arrived(c2, their_hello())));
  (void)subject.arrived(c1, their_hello());
  CHECK(is_nothing(subject.accepted(connection_id{3}, greeting_start)));
}

TEST_CASE("greeter: own dials do not count as strangers") {
  auto subject = greeter{{.greeting_count_max = 1}, greeting_self()};
  (void)subject.dialled(c1, dial_to(2), greeting_start);
  CHECK(is_nothing(subject.accepted(c2, greeting_start)));
}

TEST_CASE("greeter: the cluster that this process joins is judged and told") {
  auto subject = greeter{{}, greeting_self()};
  (void)subject.accepted(c1, greeting_start);
  subject.joined(cluster_id{uuid{5, 5}});
  CHECK(subject.self().cluster == cluster_id{uuid{5, 5}});
  auto theirs = their_hello();
  theirs.cluster = cluster_id{uuid{6, 6}};
  check_refused(subject.arrived(c1, theirs), c1, ec::foreign_cluster);
  auto out = subject.dialled(c2, dial_to(2), greeting_start);
  CHECK(std::get<hello>(out.frames[0].frame).cluster == cluster_id{uuid{5, 5}});
}

} // namespace
} // namespace troupe::cluster
