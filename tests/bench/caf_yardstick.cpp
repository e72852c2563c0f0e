#include "tests/bench/caf_yardstick.hpp"

#include <future>
#include <iostream>
#include <memory>
#include <string>

#include <caf/all.hpp>
#include <caf/io/all.hpp>

namespace troupe::bench {

namespace {

using namespace std::chrono_literals;

/// The settings of docs/performance.md: those that serve the engine best.
struct tuned_config : caf::actor_system_config {
  explicit tuned_config(bool network) {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::size_t{2});
    set("scheduler.max-throughput", std::size_t{50});
    if (network) {
      load<caf::io::middleman>();
      set("middleman.workers", std::size_t{0});
    }
  }
};

using echo_actor = caf::typed_actor<caf::replies_to<std::string>::with<std::string>>;

echo_actor::behavior_type echo(echo_actor::pointer) {
  return {[](std::string& x) { return std::move(x); }};
}

struct asker_state {
  static inline constexpr const char* name = "asker";
  std::unique_ptr<stopwatch> watch;
};

using asker = caf::stateful_actor<asker_state>;

void ask(asker* self, const echo_actor& to, std::promise<run_result>* done) {
  while (self->state.watch->wants_more()) {
    auto since = self->state.watch->begin();
    auto ended = [=](bool ok) {
      self->state.watch->end(since, ok);
      if (self->state.watch->done())
        done->set_value(self->state.watch->result());
      else
        ask(self, to, done);
    };
    self->request(to, 60s, std::string(64, 'x'))
      .then(
        [=](const std::string&) { ended(true); },
        [=](const caf::error&) { ended(false); });
  }
}

run_result measure(
  caf::actor_system& system, const echo_actor& to, std::uint64_t calls,
  std::uint32_t in_flight) {
  auto done = std::promise<run_result>{};
  auto* where = &done;
  system.spawn([=](asker* self) {
    self->state.watch = std::make_unique<stopwatch>(calls, in_flight);
    ask(self, to, where);
  });
  return done.get_future().get();
}

} // namespace

run_result caf_local(std::uint64_t calls, std::uint32_t in_flight) {
  auto config = tuned_config{false};
  auto system = caf::actor_system{config};
  auto to = system.spawn(echo);
  auto result = measure(system, to, calls, in_flight);
  caf::anon_send_exit(to, caf::exit_reason::user_shutdown);
  return result;
}

void caf_serve(std::uint16_t port) {
  auto config = tuned_config{true};
  auto system = caf::actor_system{config};
  auto to = system.spawn(echo);
  if (auto open = system.middleman().publish(to, port, "127.0.0.1"); !open) {
    std::cerr << "cannot publish at port " << port << '\n';
    return;
  }
  std::cout << "ready" << std::endl;
  for (auto line = std::string{}; std::getline(std::cin, line);)
    continue;
  caf::anon_send_exit(to, caf::exit_reason::user_shutdown);
}

run_result caf_remote(std::uint16_t port, std::uint64_t calls, std::uint32_t in_flight) {
  auto config = tuned_config{true};
  auto system = caf::actor_system{config};
  auto to = system.middleman().remote_actor<echo_actor>("127.0.0.1", port);
  if (!to) {
    std::cerr << "cannot connect to port " << port << '\n';
    return {};
  }
  return measure(system, *to, calls, in_flight);
}

} // namespace troupe::bench
