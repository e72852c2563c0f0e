// Drives a supervisor through random lives of its children, and holds it to its promises
// after every event.

#include "actors/base/random.hpp"
#include "actors/supervisor.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::actors {

namespace {

using namespace std::chrono_literals;

/// Children as the operating system has them: alive or not, whatever the core believes.
class world {
public:
  explicit world(std::uint64_t seed)
      : random_{seed}, names_{"a", "b", "c", "d", "e"}, core_{"s", config(), rules()} {}

  void run() {
    perform(core_.start(now_));
    for (auto step = 0; step < 300 && !ended_; ++step)
      one_event();
    // Whatever happened, a shutdown ends, and only with no child alive.
    if (!ended_)
      perform(core_.shutdown(now_));
    for (auto step = 0; step < 1'000 && !ended_; ++step)
      let_one_end_or_time_pass();
    CHECK(ended_);
    CHECK(alive_.empty());
  }

  [[nodiscard]] std::size_t restarts() const { return restarts_; }
  [[nodiscard]] bool gave_up() const { return gave_up_; }

private:
  supervisor_config config() {
    return {
      .strategy = static_cast<restart_strategy>(random_.below(3)),
      .restart_count_max = random_.between(1, 50)};
  }

  std::vector<child_rule> rules() {
    auto result = std::vector<child_rule>{};
    for (const auto& name : names_)
      result.push_back(
        {.name = name,
         .restart = static_cast<restart_kind>(random_.below(3)),
         .shutdown_deadline = random_.between(duration{0s}, duration{2s}),
         .watchdog = random_.chance(0.5) ? duration{1s} : duration{0s}});
    return result;
  }

  void one_event() {
    const auto dice = random_.below(10);
    if (dice < 3 && !alive_.empty())
      end_one(any_alive(), random_.chance(0.5));
    else if (dice == 3)
      remove_or_add();
    else
      let_one_end_or_time_pass();
  }

  void let_one_end_or_time_pass() {
    if (!asked_.empty() && random_.chance(0.3))
      return end_one(*asked_.begin(), true);
    const auto due = core_.next_due();
    // A due time that has passed would make the shell spin.
    if (due)
      CHECK(*due > now_);
    now_ = due && random_.chance(0.7)
             ? *due
             : now_ + random_.between(duration{1ms}, duration{3s});
    perform(core_.tick(now_));
  }

  void remove_or_add() {
    const auto& name = names_[random_.below(names_.size())];
    if (core_.find(name) == nullptr) {
      if (auto out = core_.add({.name = name}, now_))
        perform(std::move(*out));
    } else if (auto out = core_.remove(name, now_)) {
      perform(std::move(*out));
    }
  }

  std::string any_alive() {
    auto place = alive_.begin();
    std::advance(place, random_.below(alive_.size()));
    return *place;
  }

  void end_one(std::string name, bool normal) {
    alive_.erase(name);
    asked_.erase(name);
    perform(core_.child_down(name, fail(ec::internal, "x"), normal, now_));
  }

  void perform(supervisor::output out) {
    for (;;) {
      CHECK(!ended_); // Nothing after the end.
      check_stops(out);
      if (out.ended) {
        ended_ = true;
        gave_up_ = static_cast<bool>(*out.ended);
      }
      if (!out.start)
        break;
      out = start(*out.start);
    }
    check_states();
  }

  void check_stops(const supervisor::output& out) {
    if (out.stop) {
      CHECK(asked_.empty()); // One at a time.
      CHECK(alive_.contains(*out.stop));
      asked_.insert(*out.stop);
    }
    for (const auto& name : out.kills) {
      CHECK(asked_.contains(name));
      // A kill works, sooner or later; here at once.
      killed_.push_back(name);
    }
    for (const auto& name : out.pings)
      CHECK(alive_.contains(name));
  }

  supervisor::output start(const std::string& name) {
    CHECK(!alive_.contains(name)); // Never two of one kind.
    if (started_once_.contains(name))
      ++restarts_;
    if (random_.chance(0.1))
      return core_.start_failed(name, fail(ec::system, "no"), now_);
    started_once_.insert(name);
    alive_.insert(name);
    return core_.started(name, now_);
  }

  void check_states() {
    for (const auto& x : core_.children()) {
      const auto lives = x.state != child_state::waiting && x.state != child_state::ended;
      CHECK(lives == alive_.contains(x.rule.name));
    }
    while (!killed_.empty()) {
      auto name = killed_.back();
      killed_.pop_back();
      end_one(name, false);
    }
  }

  random_source random_;
  std::vector<std::string> names_;
  supervisor core_;
  time_point now_{10s};
  std::set<std::string> alive_;
  std::set<std::string> asked_;
  std::set<std::string> started_once_;
  std::vector<std::string> killed_;
  std::size_t restarts_ = 0;
  bool ended_ = false;
  bool gave_up_ = false;
};

} // namespace

TEST_CASE("supervisor: keeps its promises in 2000 random lives") {
  auto restarts = std::size_t{0};
  auto given_up = 0;
  for (auto seed = std::uint64_t{1}; seed <= 2'000; ++seed) {
    CAPTURE(seed);
    auto one = world{seed};
    one.run();
    restarts += one.restarts();
    given_up += one.gave_up() ? 1 : 0;
  }
  // Lives in which nothing happens prove nothing.
  CHECK(restarts > 10'000);
  CHECK(given_up > 100);
  CHECK(given_up < 1'900);
}

} // namespace troupe::actors
