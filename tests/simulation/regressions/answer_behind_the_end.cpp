// Seeds 1000332 and 3000020, November 2026: "I10: the history of k1.1 is not
// linearizable", a read of 'c2.73+c3.68' that nobody seemed to have appended. A false
// alarm: the run ended as soon as the replicas agreed, when one client had read the
// append of another that had not heard of its own success yet, and whose operation was in
// no history. What is under way when a run ends may have happened.

#include "apps/lab/cores/replication_clients.hpp"

#include <map>
#include <set>
#include <string>
#include <variant>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::lab;
using namespace std::chrono_literals;

namespace {

/// Two clients, of which one only reads, and a store that executes each write at once and
/// never says so.
struct silent_store {
  event_queue events;
  random_source random{1};
  replication_checker checker;
  std::map<std::string, std::string> rows;
  std::set<std::string> read; ///< Values that were answered.
  std::set<request_id> executed;
  std::string lie; ///< Read in place of each value, unless empty.
  replication_clients clients{in(), options()};

  static replication_options options() {
    auto result = replication_options{};
    result.client_count = 2;
    return result;
  }

  replication_clients::environment in() {
    auto result = replication_clients::environment{};
    result.events = &events;
    result.random = &random;
    result.checker = &checker;
    result.write = [this](std::size_t, const write_request& x) {
      if (executed.insert(x.request).second)
        execute(x);
    };
    result.read = [this](std::size_t, const read_request& x) {
      auto value = rows[x.keys.front()];
      if (!value.empty() && !lie.empty())
        value = lie;
      read.insert(value);
      events.after(1ms, [=, this] {
        clients.answered({x.from, answer_status::ok, value, {}, {}});
      });
    };
    result.close_sessions = [](std::size_t, const dedup_trim_record&) {};
    result.count = [](const std::string&) {};
    return result;
  }

  void execute(const write_request& x) {
    if (const auto* append = std::get_if<command>(&x.what)) {
      auto space = append->bytes.find(' ');
      rows[append->bytes.substr(0, space)].append(append->bytes, space + 1);
      return;
    }
    // A compare-and-set expects what was read: nothing yet.
    const auto& put = std::get<conditional_write>(x.what).effects.at(0);
    rows[put.key] = put.value->bytes;
  }

  void run_until_a_write_is_read() {
    clients.start();
    while (events.now() < time_point{3s} && read.size() < 2)
      events.run_until(events.now() + 10ms);
    events.run_until(events.now() + 10ms);
    REQUIRE(read.size() == 2); // Nothing, and the one write.
  }
};

} // namespace

TEST_CASE_FIXTURE(silent_store, "replication: a write under way at the end may be read") {
  run_until_a_write_is_read();
  CHECK_NOTHROW(clients.check_histories());
}

TEST_CASE_FIXTURE(silent_store, "replication: what nobody wrote may not be read") {
  lie = "nobody wrote this";
  run_until_a_write_is_read();
  CHECK_THROWS_AS(clients.check_histories(), property_violated);
}
