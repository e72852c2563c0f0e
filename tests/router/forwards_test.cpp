#include "router/data/forwards.hpp"
#include "tests/router/data_fixture.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace troupe::test;
using namespace std::chrono_literals;
using storage::answer_status;

namespace {

struct silent_sink final : data_sink {
  void take(shard_id, std::vector<storage::data_answer>) override {}
  void lost(const node_id&) override {}
};

std::vector<storage::data_request>
requests(std::vector<std::uint64_t> ids, duration time_left = 5s) {
  auto result = std::vector<storage::data_request>{};
  for (auto id : ids)
    result.push_back(
      {id, slot{1}, storage::data_read{{}, {"k"}, storage::command{"GET"}}, time_left});
  return result;
}

std::vector<std::uint64_t> ids_of(const forwards::reply& x) {
  auto result = std::vector<std::uint64_t>{};
  for (const auto& each : x.answers)
    result.push_back(each.id);
  return result;
}

storage::data_answer ok_to(const storage::data_request& x) {
  return answer_to(x, answer_status::ok);
}

using ids = std::vector<std::uint64_t>;

struct forwards_fixture {
  std::shared_ptr<data_sink> a = std::make_shared<silent_sink>();
  std::shared_ptr<data_sink> b = std::make_shared<silent_sink>();
  forwards table{{.requests_max = 5, .transit_max = kib(64)}};
};

} // namespace

TEST_CASE("forwards: two askers' requests of one id are told apart on the way") {
  auto x = forwards_fixture{};
  auto of_a = requests({7, 8});
  auto of_b = requests({7});
  REQUIRE(x.table.add(n2, s1, x.a, of_a, t0));
  REQUIRE(x.table.add(n2, s2, x.b, of_b, t0));
  CHECK(of_a[0].id != of_b[0].id);
  auto told = x.table.answered({ok_to(of_b[0]), ok_to(of_a[1]), ok_to(of_a[0])});
  REQUIRE(told.size() == 2);
  CHECK(told[0].to == x.b);
  CHECK(told[0].shard == s2);
  CHECK(ids_of(told[0]) == ids{7});
  CHECK(told[1].to == x.a);
  CHECK(told[1].shard == s1);
  CHECK(ids_of(told[1]) == ids{8, 7});
  CHECK(told[1].answers[0].reply == "reply");
  CHECK(x.table.size() == 0);
}

TEST_CASE("forwards: an answer counts once, and one to nothing is ignored") {
  auto x = forwards_fixture{};
  auto sent = requests({1, 2});
  REQUIRE(x.table.add(n2, s1, x.a, sent, t0));
  CHECK(x.table.answered({ok_to(sent[0])}).size() == 1);
  CHECK(x.table.answered({ok_to(sent[0])}).empty());
  auto stray = ok_to(sent[1]);
  for (auto id : {std::uint64_t{0}, sent[1].id + 1}) {
    stray.id = id;
    CHECK(x.table.answered({stray}).empty());
  }
  CHECK(x.table.size() == 1);
}

TEST_CASE("forwards: a node's unanswered requests are bounded, others' are not by it") {
  auto x = forwards_fixture{};
  auto three = requests({1, 2, 3});
  REQUIRE(x.table.add(n2, s1, x.a, three, t0));
  auto more = requests({4, 5, 6});
  CHECK(!x.table.add(n2, s1, x.a, more, t0));
  CHECK(ids_of({x.a, s1, {answer_to(more[0], answer_status::ok)}}) == ids{4});
  CHECK(x.table.add(n3, s1, x.a, more, t0));
  CHECK(x.table.answered({ok_to(three[0])}).size() == 1);
  auto rest = requests({7, 8, 9});
  CHECK(x.table.add(n2, s1, x.a, rest, t0));
}

TEST_CASE("forwards: bytes in transit are bounded until the node has taken them") {
  auto x = forwards_fixture{};
  auto big = [] {
    auto result = requests({1});
    std::get<storage::data_read>(result[0].what).keys[0] = std::string(40'000, 'k');
    return result;
  };
  auto first = big();
  auto batch = x.table.add(n2, s1, x.a, first, t0);
  REQUIRE(batch);
  auto second = big();
  CHECK(!x.table.add(n2, s1, x.a, second, t0));
  x.table.taken(*batch);
  x.table.taken(*batch);
  CHECK(x.table.add(n2, s1, x.a, second, t0));
  auto third = big();
  CHECK(!x.table.add(n2, s1, x.a, third, t0));
}

TEST_CASE("forwards: a batch that is gone is in transit no more") {
  auto x = forwards_fixture{};
  auto small = requests({1}); // While it is under way, the node's load is remembered.
  REQUIRE(x.table.add(n2, s1, x.a, small, t0));
  auto big = requests({2});
  std::get<storage::data_read>(big[0].what).keys[0] = std::string(40'000, 'k');
  auto batch = x.table.add(n2, s1, x.a, big, t0);
  REQUIRE(batch);
  CHECK(x.table.refused(*batch, answer_status::busy));
  CHECK(x.table.add(n2, s1, x.a, big, t0));
}

TEST_CASE("forwards: a batch above the bound of bytes may leave alone") {
  auto x = forwards_fixture{};
  auto huge = requests({1});
  std::get<storage::data_read>(huge[0].what).keys[0] = std::string(100'000, 'k');
  CHECK(x.table.add(n2, s1, x.a, huge, t0));
}

TEST_CASE("forwards: a refused batch is refused in the asker's words, what is answered "
          "excepted") {
  auto x = forwards_fixture{};
  auto sent = requests({1, 2, 3});
  auto batch = x.table.add(n2, s1, x.a, sent, t0);
  CHECK(x.table.answered({ok_to(sent[1])}).size() == 1);
  auto told = x.table.refused(*batch, answer_status::busy);
  REQUIRE(told);
  CHECK(told->to == x.a);
  CHECK(ids_of(*told) == ids{1, 3});
  CHECK(told->answers[0].status == answer_status::busy);
  CHECK(!x.table.refused(*batch, answer_status::busy));
  CHECK(x.table.size() == 0);
}

TEST_CASE("forwards: the loss of a node concerns each of its askers once, and no other") {
  auto x = forwards_fixture{};
  auto one = requests({1});
  auto two = requests({2});
  auto three = requests({3});
  REQUIRE(x.table.add(n2, s1, x.a, one, t0));
  REQUIRE(x.table.add(n2, s2, x.a, two, t0));
  REQUIRE(x.table.add(n3, s1, x.b, three, t0));
  CHECK(x.table.lost(n2) == std::vector{x.a});
  CHECK(x.table.lost(n2).empty());
  CHECK(x.table.answered({ok_to(one[0])}).empty());
  CHECK(x.table.size() == 1);
}

TEST_CASE("forwards: the loss of a batch leaves the others of its node") {
  auto x = forwards_fixture{};
  auto one = requests({1});
  auto two = requests({2});
  auto batch = x.table.add(n2, s1, x.a, one, t0);
  REQUIRE(x.table.add(n2, s1, x.b, two, t0));
  CHECK(x.table.lost(*batch) == x.a);
  CHECK(x.table.lost(*batch) == nullptr);
  CHECK(x.table.answered({ok_to(two[0])}).size() == 1);
}

TEST_CASE("forwards: what nobody answers is forgotten at its latest deadline") {
  auto x = forwards_fixture{};
  auto sent = requests({1});
  sent.push_back(requests({2}, 8s)[0]);
  REQUIRE(x.table.add(n2, s1, x.a, sent, t0));
  x.table.tick(t0 + 7'999ms);
  CHECK(x.table.size() == 2);
  x.table.tick(t0 + 8s);
  CHECK(x.table.size() == 0);
}
