// A program on troupe for tests: its service `test.Counter` notes each execution as a
// line in a file of its process, and answers a little later, so that calls are under way
// when a provider is killed. Methods: Count, which is idempotent, CountOnce, which is
// not, and Relay, which calls Count and answers what it answers.
#include "apps/entry.hpp"
#include "router/service_wire.hpp"
#include "tests/integration/counter.pb.h"
#include "tests/integration/counter_load.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <unistd.h>

namespace {

using namespace troupe;
using test::v1::CountReply;
using test::v1::CountRequest;
using count_responder = router::typed_responder<CountReply>;

/// Answers each execution 20 ms after it, in order, on a thread of its own.
class counter {
public:
  counter() : thread_{[this](const std::stop_token& stop) { answer_all(stop); }} {
    auto* folder = std::getenv("COUNTER_DIR");
    file_.open(
      std::string{folder != nullptr ? folder : "."} + "/" + std::to_string(getpid()),
      std::ios::app);
  }

  void execute(const char* method, const CountRequest& request, count_responder respond) {
    auto guard = std::lock_guard{mutex_};
    file_ << method << ' ' << request.id() << std::endl;
    auto reply = CountReply{};
    reply.set_executions(++executions_);
    pending_.push_back(
      {std::chrono::steady_clock::now() + std::chrono::milliseconds{20}, std::move(reply),
       std::move(respond)});
    wake_.notify_one();
  }

private:
  struct answer {
    std::chrono::steady_clock::time_point due;
    CountReply reply;
    count_responder respond;
  };

  void answer_all(const std::stop_token& stop) {
    for (;;) {
      auto lock = std::unique_lock{mutex_};
      if (!wake_.wait(lock, stop, [this] { return !pending_.empty(); }))
        return;
      auto next = std::move(pending_.front());
      pending_.pop_front();
      lock.unlock();
      std::this_thread::sleep_until(next.due);
      next.respond(std::move(next.reply));
    }
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<answer> pending_;
  std::ofstream file_;
  std::uint64_t executions_ = 0;
  std::jthread thread_;
};

router::method_definition make_relay(const apps::service_environment& node) {
  return router::make_method<CountRequest, CountReply>(
    "Relay", true, [&node](const CountRequest& request, count_responder respond) {
      const auto trace = respond.trace();
      node.call(
        "test.Counter", router::make_request("Count", true, request, trace),
        [respond = std::move(respond)](const expected<router::call_answer>& answer) {
          respond(router::read_reply<CountReply>(answer));
        });
    });
}

std::vector<router::service_definition> make_services(apps::service_environment& node) {
  static auto counted = counter{};
  auto method = [](const char* name, bool idempotent) {
    return router::make_method<CountRequest, CountReply>(
      name, idempotent, [name](const CountRequest& request, count_responder respond) {
        counted.execute(name, request, std::move(respond));
      });
  };
  return {
    {{"", "test.Counter", ""},
     {method("Count", true), method("CountOnce", false), make_relay(node)}}};
}

} // namespace

int main(int argc, char** argv) {
  auto load = test::load_options{};
  return apps::run(
    argc, argv,
    {.name = "counter",
     .services = make_services,
     .commands
     = {{.name = "load",
         .about = "call test.Counter, and print what became of each call",
         .flags
         = {{"--connect", "HOST:PORT", "a node's link address", &load.connect},
            {"--method", "NAME", "what to call", &load.method},
            {"--calls", "N", "how many calls", &load.call_count},
            {"--in-flight", "N", "how many at one time", &load.in_flight_max},
            {"--prefix", "TEXT", "what the calls' ids begin with", &load.prefix}},
         .run = [&] { return test::run_load(load); }}}});
}
