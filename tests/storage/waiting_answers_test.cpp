#include "storage/waiting_answers.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace std::chrono_literals;

namespace {

constexpr auto t0 = time_point{1h};

constexpr auto config = waiting_answers_config{
  .message_bytes_max = 10'000, .bytes_max = 100'000, .patience = 1s};

data_answer reply(std::uint64_t id, std::size_t bytes, bool of_read = true) {
  return {id, answer_status::ok, std::string(bytes, 'x'), {}, {}, of_read};
}

std::vector<std::uint64_t> ids(const std::vector<data_answer>& x) {
  auto result = std::vector<std::uint64_t>{};
  for (const auto& each : x)
    result.push_back(each.id);
  return result;
}

using id_list = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("waiting_answers: small ones go together, as many as make a message") {
  auto x = waiting_answers{config};
  x.add({reply(1, 4'000), reply(2, 4'000)}, t0);
  x.add({reply(3, 4'000)}, t0);
  CHECK(x.next_bytes() >= 8'000);
  CHECK(x.next_bytes() <= 10'000);
  CHECK(ids(x.take()) == id_list{1, 2});
  CHECK(ids(x.take()) == id_list{3});
  CHECK(x.empty());
}

TEST_CASE("waiting_answers: large ones go alone, and take turns with small ones") {
  auto x = waiting_answers{config};
  x.add({reply(1, 30'000), reply(2, 30'000), reply(3, 10), reply(4, 10)}, t0);
  CHECK(ids(x.take()) == id_list{3, 4});
  x.add({reply(5, 10)}, t0);
  CHECK(x.next_bytes() >= 30'000);
  CHECK(ids(x.take()) == id_list{1});
  CHECK(ids(x.take()) == id_list{5});
  CHECK(ids(x.take()) == id_list{2});
  CHECK(x.empty());
}

TEST_CASE("waiting_answers: too many are left out, and their askers told Busy") {
  auto x = waiting_answers{config};
  x.add({reply(1, 60'000), reply(2, 60'000)}, t0);
  CHECK(x.given_up_count() == 1);
  auto told = x.take();
  REQUIRE(ids(told) == id_list{2});
  CHECK(told[0].status == answer_status::busy);
  CHECK(told[0].reply.empty());
  CHECK(x.take()[0].reply.size() == 60'000);
  x.add({reply(3, 200'000)}, t0); // One is never too much.
  CHECK(x.take()[0].status == answer_status::ok);
}

TEST_CASE("waiting_answers: nobody is told that a write was not done") {
  auto x = waiting_answers{config};
  x.add({reply(1, 60'000), reply(2, 60'000, false)}, t0);
  CHECK(x.given_up_count() == 0);
  (void)x.take();
  CHECK(x.take()[0].status == answer_status::ok);
}

TEST_CASE("waiting_answers: what has waited for as long as its asker does is given up") {
  auto x = waiting_answers{config};
  CHECK(x.wake_at() == time_point::max());
  x.add({reply(1, 30'000)}, t0);
  x.add({reply(2, 30'000), reply(3, 10)}, t0 + 500ms);
  CHECK(x.wake_at() == t0 + 1s);
  x.tick(t0 + 999ms);
  CHECK(x.given_up_count() == 0);
  x.tick(t0 + 1s);
  CHECK(x.given_up_count() == 1);
  CHECK(x.wake_at() == t0 + 1'500ms);
  CHECK(ids(x.take()) == id_list{3});
  CHECK(ids(x.take()) == id_list{2});
  x.add({reply(4, 100'000)}, t0 + 2s); // Nothing of what was given up counts.
  CHECK(x.take()[0].status == answer_status::ok);
}
