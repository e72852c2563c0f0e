#include "router/data/data_calls.hpp"
#include "tests/router/data_fixture.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace troupe::test;
using namespace std::chrono_literals;
using storage::answer_status;

TEST_CASE("data_calls: a call goes to its slot's master and ends with the answer") {
  auto a = asker{};
  auto id = a.call(write_call(1));
  auto sent = a.only(n1);
  CHECK(sent.in == slot{1});
  CHECK(sent.time_left == 5s);
  a.answer(sent, answer_status::ok, 3ms);
  REQUIRE(a.out.endings.size() == 1);
  CHECK(a.out.endings[0].id == id);
  CHECK(a.ending().status == data_status::done);
  CHECK(a.ending().shard == s1);
  CHECK(a.ending().reply == "reply");
  CHECK(a.ending().at == storage::position{epoch{1}, lsn{7}});
  CHECK(a.calls.size() == 0);
  a.answer(sent, answer_status::ok, 4ms);
  CHECK(a.quiet());
}

TEST_CASE("data_calls: what is called in one turn is grouped by shard, in order") {
  auto a = asker{};
  for (auto number : {1U, 2U, 3U, 4U}) {
    auto x = write_call(number);
    x.in = slot{number % 2 == 0 ? std::uint16_t{9'000} : std::uint16_t{1}};
    (void)a.calls.call(std::move(x), t0, a.out); // Ids are not looked at.
  }
  REQUIRE(a.out.dispatches.size() == 2);
  CHECK(a.out.dispatches[0].shard == s1);
  CHECK(numbers_in(a.out.dispatches[0]) == std::vector<std::uint64_t>{1, 3});
  CHECK(a.out.dispatches[1].node == n2);
  CHECK(numbers_in(a.out.dispatches[1]) == std::vector<std::uint64_t>{2, 4});
}

TEST_CASE("data_calls: a call that names its shard goes there, whoever owns the slot") {
  auto a = asker{};
  auto x = read_call();
  x.shard = s2;
  CHECK(a.call(x).value() > 0);
  CHECK(a.only(n2).in == slot{1});
}

TEST_CASE("data_calls: without a master calls are held, and leave in order when there is "
          "one") {
  auto map = two_masters();
  map.masters[s1].second = std::nullopt;
  auto a = asker{map};
  for (auto number : {1U, 2U, 3U}) {
    CHECK(a.call(write_call(number), 1ms).value() > 0);
    CHECK(a.quiet());
  }
  map.version = 2;
  map.masters[s1] = {2, n3};
  a.map(map, 300ms);
  REQUIRE(a.out.dispatches.size() == 1);
  CHECK(a.out.dispatches[0].node == n3);
  CHECK(numbers_in(a.out.dispatches[0]) == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(a.out.dispatches[0].requests[0].time_left == 4'700ms);
}

TEST_CASE("data_calls: before the first map calls are held too") {
  auto a = asker{};
  auto fresh = data_calls{{}, random_source{7}};
  (void)fresh.call(write_call(1), t0, a.out); // Its id is not looked at.
  CHECK(a.quiet());
  fresh.map_is(two_masters().build(), t0, a.out);
  CHECK(a.only(n1).in == slot{1});
}

TEST_CASE("data_calls: held at the deadline, a write was surely not done") {
  auto map = two_masters();
  map.masters[s1].second = std::nullopt;
  auto a = asker{map};
  CHECK(a.call(write_call(1)).value() > 0);
  CHECK(a.calls.wake_at() == t0 + 5s);
  a.tick(4'999ms);
  CHECK(a.quiet());
  a.tick(5s);
  CHECK(a.ending().status == data_status::no_quorum);
  CHECK(a.ending().shard == s1);
  CHECK(a.ending().why == "shard 1 has no master");
  CHECK(a.calls.wake_at() == time_point::max());
}

TEST_CASE("data_calls: a slot whose owner is unknown is said so at the deadline") {
  auto a = asker{};
  auto fresh = data_calls{{}, random_source{7}};
  (void)fresh.call(write_call(1), t0, a.out); // Its id is not looked at.
  fresh.tick(t0 + 5s, a.out);
  CHECK(a.ending().status == data_status::no_quorum);
  CHECK(a.ending().shard == std::nullopt);
  CHECK(a.ending().why == "the shard of slot 1 is not known");
}

TEST_CASE("data_calls: in flight at the deadline, a write is unknown and a read is not") {
  auto a = asker{two_masters(), {.resend_after = 1min}};
  CHECK(a.call(write_call(1)).value() > 0);
  CHECK(a.call(read_call()).value() > 0);
  a.tick(5s);
  REQUIRE(a.out.endings.size() == 2);
  CHECK(a.out.endings[0].outcome.status == data_status::unknown);
  CHECK(a.out.endings[1].outcome.status == data_status::busy);
  CHECK(a.out.endings[1].outcome.why == "shard 1 did not answer in time");
}

TEST_CASE("data_calls: what a lost node had is sent again when it may be back") {
  auto a = asker{};
  CHECK(a.call(write_call(1)).value() > 0);
  auto first = a.only(n1);
  a.lose(n1, 1ms);
  CHECK(a.quiet());
  CHECK(a.call(write_call(2), 2ms).value() > 0);
  CHECK(a.quiet());
  a.tick(11ms);
  REQUIRE(a.out.dispatches.size() == 1);
  CHECK(numbers_in(a.out.dispatches[0]) == std::vector<std::uint64_t>{1, 2});
  CHECK(a.out.dispatches[0].requests[0].id != first.id);
}

TEST_CASE("data_calls: the loss of a node touches neither others nor other shards") {
  auto a = asker{};
  CHECK(a.call(write_call(1)).value() > 0);
  a.lose(n3, 1ms);
  CHECK(a.quiet());
  a.calls.lost(s2, n1, t0 + 1ms, a.out);
  CHECK(a.quiet());
  CHECK(a.calls.wake_at() == t0 + 1s);
  a.clear();
  a.calls.lost(s1, n1, t0 + 2ms, a.out);
  CHECK(a.calls.wake_at() <= t0 + 12ms);
}

TEST_CASE("data_calls: a hint is forgotten when its node is lost") {
  auto a = asker{};
  CHECK(a.call(write_call(1)).value() > 0);
  a.answer(a.only(n1), storage::answer_status::not_master, 1ms, n2);
  CHECK(a.only(n2).in == slot{1});
  a.lose(n2, 2ms);
  CHECK(a.only(n1).in == slot{1});
}

TEST_CASE("data_calls: a new master gets at once what the old one has not answered") {
  auto map = two_masters();
  auto a = asker{map};
  CHECK(a.call(write_call(1)).value() > 0);
  auto old = a.only(n1);
  map.version = 2;
  map.masters[s1] = {2, n2};
  a.map(map, 400ms);
  auto sent = a.only(n2);
  CHECK(std::get<storage::data_write>(sent.what).request.number == 1);
  SUBCASE("and the old one's refusal means nothing any more") {
    a.answer(old, answer_status::not_master, 401ms, n3);
    CHECK(a.quiet());
  }
  SUBCASE("and the old one's answer is as good as the new one's") {
    a.answer(old, answer_status::ok, 401ms);
    CHECK(a.ending().status == data_status::done);
    a.answer(sent, answer_status::ok, 402ms);
    CHECK(a.quiet());
  }
}

TEST_CASE("data_calls: a map that names no new master leaves what is in flight") {
  auto map = two_masters();
  auto a = asker{map};
  CHECK(a.call(write_call(1)).value() > 0);
  map.version = 2;
  map.masters[s2] = {2, n3};
  a.map(map);
  CHECK(a.quiet());
  map.version = 3;
  map.masters[s1] = {2, n1}; // Elected again.
  a.map(map);
  CHECK(a.quiet());
  map.version = 4;
  map.masters[s1].second = std::nullopt;
  a.map(map);
  CHECK(a.quiet());
}

TEST_CASE(
  "data_calls: a map that knows no more than a hint did leaves what followed it") {
  auto map = two_masters();
  auto a = asker{map};
  CHECK(a.call(write_call(1)).value() > 0);
  a.answer(a.only(n1), storage::answer_status::not_master, 1ms, n2);
  map.version = 2;
  map.masters[s2] = {3, n3};
  a.map(map, 2ms);
  CHECK(a.quiet());
}

TEST_CASE("data_calls: a node that was dead by mistake is asked again") {
  auto map = two_masters();
  auto a = asker{map};
  CHECK(a.call(write_call(1)).value() > 0);
  auto dead = map;
  dead.version = 2;
  dead.masters[s1].second = std::nullopt;
  dead.dead.insert(n1);
  a.map(dead, 1ms);
  map.version = 3;
  a.map(map, 2ms);
  CHECK(a.only(n1).in == slot{1});
}

TEST_CASE("data_calls: what is in flight to a node that died waits for the next master") {
  auto map = two_masters();
  auto a = asker{map};
  CHECK(a.call(write_call(1)).value() > 0);
  map.version = 2;
  map.masters[s1].second = std::nullopt;
  map.dead.insert(n1);
  a.map(map, 1s);
  CHECK(a.quiet());
  map.version = 3;
  map.masters[s1] = {2, n2};
  a.map(map, 2s);
  CHECK(a.only(n2).time_left == 3s);
}

TEST_CASE("data_calls: an older map is ignored") {
  auto map = two_masters();
  map.version = 5;
  auto a = asker{map};
  map.version = 4;
  map.masters[s1] = {9, n3};
  a.map(map);
  CHECK(a.call(write_call(1)).value() > 0);
  CHECK(a.only(n1).in == slot{1});
}

TEST_CASE("data_calls: without any answer the same request is sent again in time") {
  auto a = asker{two_masters(), {.resend_after = 300ms}};
  CHECK(a.call(write_call(1)).value() > 0);
  auto first = a.only(n1);
  CHECK(a.calls.wake_at() == t0 + 300ms);
  a.tick(299ms);
  CHECK(a.quiet());
  a.tick(300ms);
  auto second = a.only(n1);
  CHECK(second.id != first.id);
  CHECK(std::get<storage::data_write>(second.what).request.number == 1);
}

TEST_CASE("data_calls: a read is sent again too, later than a write") {
  auto a = asker{two_masters(), {.resend_after = 300ms}};
  CHECK(a.call(read_call()).value() > 0);
  auto first = a.only(n1);
  a.tick(899ms);
  CHECK(a.quiet());
  a.tick(900ms);
  CHECK(a.only(n1).id != first.id);
}

TEST_CASE("data_calls: the wait for an answer begins with each sending anew") {
  auto a = asker{two_masters(), {.resend_after = 300ms}};
  CHECK(a.call(write_call(1)).value() > 0);
  a.answer(a.only(n1), storage::answer_status::busy, 1ms);
  a.tick(11ms);
  CHECK(a.only(n1).in == slot{1});
  a.tick(300ms);
  CHECK(a.quiet());
  a.tick(311ms);
  CHECK(a.only(n1).in == slot{1});
}

TEST_CASE("data_calls: what fits into no message ends at once, and is told so") {
  auto a = asker{two_masters(), {.request_max = kib(4)}};
  auto big = write_call(1);
  std::get<storage::data_write>(big.what).what
    = storage::command{std::string(5'000, 'x')};
  CHECK(a.call(big).value() > 0);
  CHECK(a.out.dispatches.empty());
  CHECK(a.ending().status == data_status::too_large);
  CHECK(error_of(a.ending()) == ec::too_large);
  CHECK(
    a.ending().why
    == "one request to the shard of slot 1 is larger than data.request_max, beyond which "
       "none fits into a message");
}

TEST_CASE("data_calls: more than calls_max or bytes_max are busy at once") {
  auto a = asker{two_masters(), {.calls_max = 1}};
  CHECK(a.call(write_call(1)).value() > 0);
  auto sent = a.only(n1);
  CHECK(a.call(write_call(2)).value() > 0);
  CHECK(a.out.dispatches.empty());
  CHECK(a.ending().status == data_status::busy);
  a.answer(sent, answer_status::ok);
  CHECK(a.call(write_call(3)).value() > 0);
  CHECK(a.only(n1).in == slot{1});

  auto b = asker{two_masters(), {.bytes_max = kib(4), .request_max = kib(4)}};
  auto big = write_call(1);
  std::get<storage::data_write>(big.what).what
    = storage::command{std::string(3'000, 'x')};
  CHECK(b.call(big).value() > 0);
  auto first = b.only(n1);
  CHECK(b.call(big).value() > 0);
  CHECK(b.ending().status == data_status::busy);
  b.answer(first, answer_status::ok);
  CHECK(b.call(big).value() > 0);
  CHECK(b.only(n1).in == slot{1});
}

TEST_CASE("data_calls: a call past its deadline ends at once") {
  auto a = asker{};
  CHECK(a.call(write_call(1), 5s).value() > 0);
  CHECK(a.out.dispatches.empty());
  CHECK(a.ending().why == "the deadline was over before the shard of slot 1 was asked");
}

TEST_CASE("data_calls: the defaults are valid, and a bad value is named") {
  CHECK(!data_calls_config{}.validate());
  auto why = data_calls_config{.retry_min = 50ms, .retry_max = 20ms}.validate();
  CHECK(why == ec::invalid_config);
  CHECK(render(why).find("data.retry_max") != std::string::npos);
}
