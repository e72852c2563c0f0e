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

TEST_CASE("data_calls: a hint is followed at once, by later calls too") {
  auto a = asker{};
  CHECK(a.call(write_call(1)).value() > 0);
  auto first = a.only(n1);
  a.answer(first, answer_status::not_master, 1ms, n2);
  auto second = a.only(n2);
  CHECK(second.id != first.id);
  CHECK(std::get<storage::data_write>(second.what).request.number == 1);
  CHECK(a.call(write_call(2), 2ms).value() > 0);
  CHECK(a.only(n2).time_left == 4'998ms);
}

TEST_CASE("data_calls: two replicas that point at each other are not asked for ever") {
  auto a = asker{};
  CHECK(a.call(write_call(1)).value() > 0);
  auto sent = a.only(n1);
  auto asked = std::vector<node_id>{n1};
  for (auto i = 0; i < 100; ++i) {
    a.answer(sent, answer_status::not_master, 1ms, asked.back() == n1 ? n2 : n1);
    if (a.quiet())
      break;
    asked.push_back(a.out.dispatches[0].node);
    sent = a.only(asked.back());
  }
  CHECK(a.quiet());
  CHECK(asked.size() <= 6);
  auto again = a.calls.wake_at();
  CHECK(again > t0 + 1ms);
  a.clear();
  a.calls.tick(again, a.out);
  REQUIRE(a.out.dispatches.size() == 1);
  auto node = a.out.dispatches[0].node;
  a.answer(a.only(node), answer_status::not_master, again - t0, n3);
  CHECK(a.only(n3).in == slot{1});
}

TEST_CASE("data_calls: the hint of one who is not taken for the master is not followed") {
  auto a = asker{};
  CHECK(a.call(write_call(1)).value() > 0);
  auto first = a.only(n1);
  CHECK(a.call(write_call(2)).value() > 0);
  auto second = a.only(n1);
  a.answer(first, answer_status::not_master, 1ms, n2);
  a.answer(second, answer_status::not_master, 2ms, n3);
  CHECK(numbers_in(a.out.dispatches[0]) == std::vector<std::uint64_t>{2});
  CHECK(a.only(n2).in == slot{1});
}

TEST_CASE("data_calls: a new master in the map ends the wait after a refusal") {
  auto map = two_masters();
  auto a = asker{map};
  CHECK(a.call(write_call(1)).value() > 0);
  a.answer(a.only(n1), answer_status::no_quorum, 1ms);
  CHECK(a.quiet());
  map.version = 2;
  map.masters[s1] = {2, n2};
  a.map(map, 2ms);
  CHECK(a.only(n2).in == slot{1});
}

TEST_CASE("data_calls: a hint to a node that is not there is not followed") {
  auto map = two_masters();
  map.dead.insert(n3);
  auto a = asker{map};
  CHECK(a.call(write_call(1)).value() > 0);
  a.answer(a.only(n1), answer_status::not_master, 1ms, n3);
  CHECK(a.quiet());
}

TEST_CASE("data_calls: a hinted node that knows nothing better is not asked for ever") {
  auto a = asker{};
  CHECK(a.call(write_call(1)).value() > 0);
  a.answer(a.only(n1), answer_status::not_master, 1ms, n2);
  a.answer(a.only(n2), answer_status::not_master, 2ms);
  CHECK(a.only(n1).in == slot{1});
}

TEST_CASE("data_calls: a refused shard is asked again after a wait, all calls in order") {
  for (auto why : {answer_status::not_master, answer_status::no_quorum}) {
    CAPTURE(storage::to_string(why));
    auto a = asker{};
    CHECK(a.call(write_call(1)).value() > 0);
    auto first = a.only(n1);
    CHECK(a.call(write_call(2)).value() > 0);
    auto second = a.only(n1);
    a.answer(second, why, 1ms);
    CHECK(a.quiet());
    CHECK(a.call(write_call(3), 2ms).value() > 0);
    CHECK(a.quiet());
    a.answer(first, why, 3ms);
    CHECK(a.quiet());
    auto again = a.calls.wake_at();
    CHECK(again >= t0 + 1ms + 5ms);
    CHECK(again <= t0 + 1ms + 10ms);
    a.clear();
    a.calls.tick(again, a.out);
    REQUIRE(a.out.dispatches.size() == 1);
    CHECK(numbers_in(a.out.dispatches[0]) == std::vector<std::uint64_t>{1, 2, 3});
  }
}

TEST_CASE("data_calls: waits double with refusals in a row, up to retry_max") {
  auto a = asker{two_masters(), {.retry_min = 10ms, .retry_max = 30ms}};
  CHECK(a.call(write_call(1)).value() > 0);
  auto now = t0;
  for (auto longest : {10ms, 20ms, 30ms, 30ms}) {
    a.answer(a.only(n1), answer_status::no_quorum, now - t0);
    CHECK(a.calls.wake_at() >= now + longest / 2);
    CHECK(a.calls.wake_at() <= now + longest);
    now = a.calls.wake_at();
    a.clear();
    a.calls.tick(now, a.out);
  }
  a.answer(a.only(n1), answer_status::ok, now - t0);
  CHECK(a.call(write_call(2), now - t0).value() > 0);
  a.answer(a.only(n1), answer_status::no_quorum, now - t0);
  CHECK(a.calls.wake_at() <= now + 10ms);
}

TEST_CASE("data_calls: refused until the deadline, a write has the last refusal") {
  struct expectation {
    answer_status refusal;
    data_status status;
    std::string why;
  };
  auto cases = std::vector<expectation>{
    {answer_status::not_master, data_status::no_quorum, "shard 1 has no master"},
    {answer_status::no_quorum, data_status::no_quorum,
     "the master of shard 1 hears no majority of its replicas"},
    {answer_status::busy, data_status::busy, "shard 1 takes no more at the moment"},
    {answer_status::moved, data_status::busy,
     "slot 1 is moving, shard 1 does not own it"}};
  for (const auto& x : cases) {
    CAPTURE(storage::to_string(x.refusal));
    auto a = asker{};
    CHECK(a.call(write_call(1)).value() > 0);
    a.answer(a.only(n1), x.refusal, 4'999ms);
    a.tick(5s);
    CHECK(a.ending().status == x.status);
    CHECK(a.ending().why == x.why);
  }
}

TEST_CASE("data_calls: busy holds back the refused call alone") {
  auto a = asker{};
  CHECK(a.call(write_call(1)).value() > 0);
  a.answer(a.only(n1), answer_status::busy, 1ms);
  CHECK(a.quiet());
  CHECK(a.call(write_call(2), 2ms).value() > 0);
  CHECK(numbers_in(a.out.dispatches[0]) == std::vector<std::uint64_t>{2});
  a.tick(11ms);
  CHECK(numbers_in(a.out.dispatches[0]) == std::vector<std::uint64_t>{1});
}

TEST_CASE("data_calls: what has moved follows the map, at once when it is there") {
  auto map = two_masters();
  auto a = asker{map};
  CHECK(a.call(write_call(1)).value() > 0);
  a.answer(a.only(n1), answer_status::moved, 1ms);
  CHECK(a.quiet());
  map.version = 2;
  map.border = 1;
  a.map(map, 2ms);
  CHECK(a.only(n2).in == slot{1});
  CHECK(a.out.dispatches[0].shard == s2);
}

TEST_CASE("data_calls: an unknown fate is settled by the same request, sent again") {
  auto a = asker{};
  CHECK(a.call(write_call(1)).value() > 0);
  a.answer(a.only(n1), answer_status::unknown, 1ms, n3);
  auto again = a.only(n3);
  CHECK(std::get<storage::data_write>(again.what).request.number == 1);
  a.answer(again, answer_status::ok, 2ms);
  CHECK(a.ending().status == data_status::done);
}

TEST_CASE(
  "data_calls: refused at last, a write that was perhaps done before is unknown") {
  auto a = asker{};
  CHECK(a.call(write_call(1)).value() > 0);
  a.answer(a.only(n1), answer_status::unknown, 1ms, n3);
  a.answer(a.only(n3), answer_status::no_quorum, 2ms);
  a.tick(5s);
  CHECK(a.ending().status == data_status::unknown);
  CHECK(
    a.ending().why
    == "shard 1 did not answer in time: the write may be done, now or later");
}

TEST_CASE("data_calls: a closed session's write was not done, if it never left before") {
  for (auto left_before : {false, true}) {
    CAPTURE(left_before);
    auto a = asker{};
    CHECK(a.call(write_call(1)).value() > 0);
    if (left_before)
      a.answer(a.only(n1), answer_status::unknown, 1ms, n2);
    auto sent = a.only(left_before ? n2 : n1);
    a.answer(sent, answer_status::session_expired, 2ms);
    CHECK(a.ending().status == (left_before ? data_status::unknown : data_status::busy));
  }
}

TEST_CASE(
  "data_calls: what is read and fits into no message ends at once, with a remedy") {
  auto a = asker{};
  CHECK(a.call(read_call()).value() > 0);
  a.answer(a.only(n1), answer_status::too_large, 1ms);
  CHECK(a.ending().status == data_status::too_large);
  CHECK(a.ending().why.find("shard 1") != std::string::npos);
  CHECK(a.ending().why.find("link.frame_bytes_max") != std::string::npos);
  CHECK(a.ending().why.find("at a time") != std::string::npos);
  CHECK(a.calls.size() == 0);
}

TEST_CASE("data_calls: a write whose reply fits into no message is not called undone") {
  auto a = asker{};
  CHECK(a.call(write_call(1)).value() > 0);
  a.answer(a.only(n1), answer_status::too_large, 1ms);
  CHECK(a.ending().status == data_status::unknown);
}

TEST_CASE("data_calls: hints are followed for ever as long as they lead somewhere") {
  auto a = asker{};
  auto at = n1;
  for (auto number = 1U; number <= 10; ++number) {
    CAPTURE(number);
    CHECK(a.call(write_call(number)).value() > 0);
    auto next = at == n1 ? n2 : n1;
    a.answer(a.only(at), answer_status::not_master, 1ms, next);
    a.answer(a.only(next), answer_status::ok, 2ms);
    at = next;
  }
}

TEST_CASE("data_calls: the late refusal of what is held already changes nothing") {
  for (auto why : {answer_status::busy, answer_status::not_master}) {
    CAPTURE(storage::to_string(why));
    auto a = asker{};
    CHECK(a.call(write_call(1)).value() > 0);
    auto sent = a.only(n1);
    a.lose(n1, 1ms);
    a.answer(sent, why, 2ms, n2);
    CHECK(a.quiet());
    a.tick(11ms);
    CHECK(a.only(n1).id != sent.id);
  }
}
