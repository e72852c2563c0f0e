/// Random lives of `data_calls` against a model of a cluster: masters change, requests
/// and answers are delayed, reordered and lost, answers come twice, replicas point at
/// each other or at nobody.

#include "router/data/data_calls.hpp"
#include "router/data/sessions.hpp"
#include "tests/router/data_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace troupe::test;
using namespace std::chrono_literals;
using storage::answer_status;

namespace {

struct in_transit {
  time_point at;
  node_id node;
  std::variant<storage::data_request, storage::data_answer> what;
};

/// What the model knows of a call.
struct record_of_call {
  data_call what;
  std::optional<data_status> ended;
  std::vector<std::uint64_t> dispatched; // Ids of requests, in order.
  std::set<std::uint64_t> refused;       // Those whose refusal was delivered in time.
  bool fate_unknown = false;             // It was, of some attempt, at some moment.
};

class life {
public:
  explicit life(std::uint64_t seed)
      : random_{seed}, calls_{{.resend_after = 200ms}, random_.fork()} {
    give_map();
  }

  void run() {
    for (auto step = 0; step < 2'000; ++step) {
      now_ += 1ms;
      if (random_.chance(0.3))
        start();
      if (random_.chance(0.01))
        elect();
      if (random_.chance(0.05))
        give_map();
      if (random_.chance(0.01))
        break_link();
      deliver_what_is_due();
      tick_if_due();
    }
    for (auto step = 0; step < 1'000; ++step) { // Longer than any deadline.
      now_ += 1ms;
      tick_if_due();
    }
    check();
  }

private:
  void start() {
    auto is_write = random_.chance(0.7);
    if (is_write && session_.full())
      return;
    auto x = read_call();
    if (is_write) {
      auto request = session_.begin();
      x.what = storage::data_write{
        request,
        session_.answered_below(),
        storage::command{"SET " + std::to_string(request.number)},
        {}};
    }
    x.deadline = now_ + random_.between(1, 800) * 1ms;
    auto out = data_calls::output{};
    auto id = calls_.call(x, now_, out);
    calls_made_[id.value()] = {std::move(x), {}, {}, {}, false};
    take(out);
  }

  void elect() {
    ++epoch_;
    master_ = random_.chance(0.3) ? std::nullopt
                                  : std::optional{node_of(random_.between(1, 3))};
  }

  // What a map says may be old by any time.
  void give_map() {
    auto map = map_words{};
    map.version = ++map_version_;
    map.masters[s1] = {epoch_, master_};
    map.border = 16'383;
    if (random_.chance(0.1))
      map.dead.insert(node_of(random_.between(1, 3)));
    if (master_)
      map.dead.erase(*master_);
    auto out = data_calls::output{};
    calls_.map_is(map.build(), now_, out);
    take(out);
  }

  // Everything on its way to and from a node is lost, or, on the way there, only late.
  void break_link() {
    auto node = node_of(random_.between(1, 3));
    std::erase_if(network_, [&](const in_transit& x) {
      return x.node == node && (!is_request(x) || random_.chance(0.5));
    });
    auto out = data_calls::output{};
    calls_.lost(node, now_, out);
    take(out);
  }

  void take(const data_calls::output& out) {
    for (const auto& each : out.dispatches)
      for (const auto& request : each.requests)
        dispatched(each, request);
    for (const auto& each : out.endings)
      ended(each);
  }

  void dispatched(const data_calls::dispatch& to, const storage::data_request& x) {
    CHECK(to.shard == s1);
    auto& call = calls_made_.at(x.id >> 16U);
    CHECK(!call.ended);
    CHECK(x.time_left == call.what.deadline - now_);
    if (call.dispatched.empty()) {
      CHECK(x.id > last_first_); // First dispatches are in the order of the calls.
      last_first_ = x.id;
    } else if (!call.refused.contains(call.dispatched.back())) {
      call.fate_unknown = true;
    }
    call.dispatched.push_back(x.id);
    CHECK(ids_.insert(x.id).second);
    if (const auto* write = std::get_if<storage::data_write>(&x.what)) {
      const auto& asked = std::get<storage::data_write>(call.what.what);
      CHECK(write->request == asked.request);
      CHECK(write->answered_below == asked.answered_below);
      CHECK(
        std::get<storage::command>(write->what).bytes
        == std::get<storage::command>(asked.what).bytes);
    }
    if (random_.chance(0.98))
      post(to.node, x);
  }

  void ended(const data_calls::ending& x) {
    auto& call = calls_made_.at(x.id.value());
    REQUIRE(!call.ended);
    call.ended = x.outcome.status;
    CHECK(now_ - call.what.deadline <= 0ms);
    const auto* write = std::get_if<storage::data_write>(&call.what.what);
    auto unresolved
      = !call.dispatched.empty() && !call.refused.contains(call.dispatched.back());
    if (x.outcome.status == data_status::unknown) {
      CHECK(write != nullptr);
      CHECK((call.fate_unknown || unresolved));
    }
    if (x.outcome.status != data_status::done)
      CHECK(now_ == call.what.deadline);
    if (write != nullptr)
      session_.ended(write->request.number);
  }

  void
  post(const node_id& node, std::variant<storage::data_request, storage::data_answer> x) {
    auto slow = random_.chance(0.05);
    auto delay = random_.between(duration{0ms}, slow ? duration{400ms} : duration{5ms});
    network_.push_back({now_ + delay, node, std::move(x)});
  }

  static bool is_request(const in_transit& x) {
    return std::holds_alternative<storage::data_request>(x.what);
  }

  void deliver_what_is_due() {
    auto due = std::stable_partition(
      network_.begin(), network_.end(), [&](const auto& x) { return x.at > now_; });
    auto arrived = std::vector<in_transit>(
      std::move_iterator{due}, std::move_iterator{network_.end()});
    network_.erase(due, network_.end());
    for (auto& x : arrived) {
      if (const auto* request = std::get_if<storage::data_request>(&x.what))
        serve(x.node, *request);
      else
        answer_arrived(std::get<storage::data_answer>(x.what));
    }
  }

  void serve(const node_id& node, const storage::data_request& x) {
    auto answer = answer_to(x, answer_status::ok);
    const auto* write = std::get_if<storage::data_write>(&x.what);
    if (node != master_) {
      answer = answer_to(x, answer_status::not_master);
      if (random_.chance(0.5))
        answer.master = node_of(random_.between(1, 3));
    } else if (random_.chance(0.2)) {
      answer = answer_to(
        x, random_.chance(0.5) ? answer_status::no_quorum : answer_status::busy);
    } else if (write != nullptr) {
      executed_.insert(write->request.number);
      if (random_.chance(0.1))
        answer = answer_to(x, answer_status::unknown, node_of(random_.between(1, 3)));
    }
    if (random_.chance(0.97))
      post(node, answer);
    if (random_.chance(0.03))
      post(node, answer);
  }

  void answer_arrived(const storage::data_answer& x) {
    auto& call = calls_made_.at(x.id >> 16U);
    if (x.status == answer_status::unknown)
      call.fate_unknown = true;
    else if (x.status != answer_status::ok)
      call.refused.insert(x.id);
    auto out = data_calls::output{};
    calls_.answered({x}, now_, out);
    take(out);
  }

  void tick_if_due() {
    if (calls_.wake_at() > now_)
      return;
    auto out = data_calls::output{};
    calls_.tick(now_, out);
    take(out);
  }

  // Requests that are still on their way may arrive after all.
  void check() {
    master_ = n1;
    for (const auto& x : network_)
      if (const auto* request = std::get_if<storage::data_request>(&x.what))
        if (const auto* write = std::get_if<storage::data_write>(&request->what))
          executed_.insert(write->request.number);
    CHECK(calls_.size() == 0);
    for (const auto& entry : calls_made_) {
      CAPTURE(entry.first);
      const auto& call = entry.second;
      REQUIRE(call.ended);
      const auto* write = std::get_if<storage::data_write>(&call.what.what);
      if (write == nullptr)
        continue;
      auto may_be_done = executed_.contains(write->request.number);
      if (*call.ended == data_status::done)
        CHECK(may_be_done);
      else if (*call.ended != data_status::unknown)
        CHECK(!may_be_done);
    }
    CHECK(session_.idle());
  }

  random_source random_;
  data_calls calls_;
  write_session session_{test::session};
  time_point now_ = t0;
  std::uint64_t epoch_ = 1;
  std::optional<node_id> master_ = n1;
  std::uint64_t map_version_ = 0;
  std::vector<in_transit> network_;
  std::map<std::uint64_t, record_of_call> calls_made_;
  std::set<std::uint64_t> ids_; // Of requests.
  std::set<std::uint64_t> executed_;
  std::uint64_t last_first_ = 0;
};

} // namespace

TEST_CASE(
  "data_calls: in random lives every call ends once, by its deadline, and what is "
  "said not to be done never is") {
  for (auto seed = std::uint64_t{1}; seed <= 100; ++seed) {
    CAPTURE(seed);
    life{seed}.run();
  }
}
