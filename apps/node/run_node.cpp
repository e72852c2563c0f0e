#include "apps/node/run_node.hpp"

#include "actors/base/random.hpp"
#include "actors/node_clock.hpp"
#include "actors/system_config.hpp"
#include "apps/inject/injected_disk.hpp"
#include "apps/inject/injected_transport.hpp"
#include "apps/inject/pause_process.hpp"
#include "apps/node/data_directory.hpp"
#include "apps/node/node.hpp"
#include "apps/node/process_signals.hpp"
#include "cluster/asio_transport.hpp"
#include "cluster/identity_store.hpp"
#include "monitor/http_door.hpp"
#include "monitor/prometheus.hpp"
#include "router/resp_door.hpp"
#include "storage/posix_disk.hpp"
#include "storage/posix_sync_pool.hpp"
#include "storage/rocksdb_engine.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

namespace troupe::apps {

namespace {

using namespace std::chrono_literals;

// All actors have ended long before, or one of them is stuck.
constexpr auto stop_deadline = 10s;

int complain(const error& why) {
  static_cast<void>(std::fprintf(stderr, "troupe: %s\n", render(why).c_str()));
  return EXIT_FAILURE;
}

/// What the main thread and the node's actors tell each other.
class verdict {
public:
  explicit verdict(process_signals& signals) : signals_{signals} {}

  /// The first word counts.
  void ended(const error& why) {
    {
      auto guard = std::lock_guard{mutex_};
      if (!why_)
        why_ = why;
    }
    signals_.wake();
  }

  [[nodiscard]] std::optional<error> get() const {
    auto guard = std::lock_guard{mutex_};
    return why_;
  }

private:
  process_signals& signals_;
  mutable std::mutex mutex_;
  std::optional<error> why_;
};

monitor::http_answer answer_http(node& node, const std::string& path) {
  if (path == "/metrics")
    return {
      200, monitor::prometheus_content_type,
      monitor::prometheus_text(node.metrics().snapshot())};
  if (path == "/health") {
    auto phase = node.phase();
    auto body = R"({"phase": ")" + std::string{to_string(phase)} + "\"}\n";
    return {phase == node_phase::ready ? 200U : 503U, "application/json", body};
  }
  return {404, "text/plain", "there are /metrics and /health\n"};
}

// Until the node has ended by itself, or has left because a signal said so.
error wait_for_end(
  process_signals& signals, verdict& verdict, node& node, duration leave_max) {
  auto leaving = false;
  for (;;) {
    auto event = signals.wait(leaving ? leave_max : duration{-1});
    if (auto why = verdict.get())
      return *why;
    if (event == process_signals::event::deadline)
      return fail(ec::deadline_exceeded, "the node did not leave within node.leave_max");
    if (event == process_signals::event::signal && std::exchange(leaving, true))
      return fail(ec::stopping, "ended before it had left");
    leaving = leaving || event == process_signals::event::hangup;
    if (leaving)
      node.leave();
  }
}

// The engine waits for its actors for ever; a stuck one must not keep the process.
void stop_or_exit(process_signals& signals, node& node) {
  auto stopped = std::make_shared<std::atomic<bool>>(false);
  node.stop([stopped, &signals] {
    *stopped = true;
    signals.wake();
  });
  while (!*stopped)
    if (signals.wait(stop_deadline) == process_signals::event::deadline) {
      static_cast<void>(complain(fail(ec::internal, "an actor is stuck; exiting hard")));
      _exit(EXIT_FAILURE);
    }
}

/// Ends the process hard unless it is destroyed in time.
class exit_after {
public:
  explicit exit_after(duration patience)
      : thread_{[this, patience](const std::stop_token& stop) {
          auto lock = std::unique_lock{mutex_};
          static_cast<void>(ended_.wait_for(lock, stop, patience, [] { return false; }));
          if (stop.stop_requested())
            return;
          static_cast<void>(
            complain(fail(ec::internal, "a thread waits for the disk; exiting hard")));
          _exit(EXIT_FAILURE);
        }} {}

private:
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::jthread thread_; // Last: it uses the others.
};

/// Where faults can be injected into this process.
class injection {
public:
  injection(actors::transport& transport, troupe::disk& disk)
      : transport_{transport}, disk_{disk, gate_} {}

  /// Lets `x` run on them.
  void enter(node_environment& x) {
    x.transport = &transport_;
    x.disk = &disk_;
    x.faults = {&transport_, &gate_, pause_process};
  }

private:
  injected_transport transport_;
  stall_gate gate_;
  injected_disk disk_;
};

int run(
  const node_config& config, service_maker services, storage::posix_disk& disk,
  process_signals& signals) {
  auto log = log_sink::open(config.log);
  if (!log)
    return complain(log.error());
  auto random = random_source{entropy_seed()};
  auto identity
    = cluster::begin_incarnation(disk, config.name, config.cluster_name, random);
  if (!identity)
    return complain(identity.error());
  auto codecs = actors::message_codecs{};
  register_all_codecs(codecs);
  auto transport = cluster::asio_transport{};
  auto faults = injection{transport, disk};
  auto engine_config = actors::system_config{};
  if (config.thread_count > 0)
    engine_config.set("scheduler.max-threads", std::size_t{config.thread_count});
  auto engine = std::make_unique<caf::actor_system>(engine_config);
  auto clock = actors::boottime_clock{*engine};
  const auto stores = storage::rocksdb_engine{config.stores};
  auto verdict = apps::verdict{signals};
  auto result = error{};
  {
    auto environment = node_environment{
      .engine = engine.get(),
      .clock = &clock,
      .transport = &transport,
      .codecs = &codecs,
      .disk = &disk,
      .open_store =
        [&](const std::string& directory) {
          return stores.open_store(disk.path_of(directory));
        },
      .syncs
      = std::make_shared<storage::posix_sync_pool>(config.storage.sync_thread_count),
      .log = log->get(),
      .seed = random(),
      .pid = static_cast<std::uint64_t>(getpid())};
    if (config.allow_inject)
      faults.enter(environment);
    auto node = apps::node{
      environment, config, *identity, std::move(services),
      [&](const error& why) { verdict.ended(why); }};
    auto door = monitor::http_door::open(
      config.http_door.listen, config.http,
      [&](const std::string& path) { return answer_http(node, path); });
    if (!door)
      return complain(door.error());
    auto session = config.session;
    session.limits = config.requests;
    auto resp_door = router::resp_door::open(
      config.resp_door.listen, {config.door, session, config.data_calls},
      node.resp_environment());
    if (!resp_door)
      return complain(resp_door.error());
    node.start();
    result = wait_for_end(signals, verdict, node, config.leave_max);
    resp_door->reset();
    stop_or_exit(signals, node);
    // Actors point into the node; the engine waits for the last of them.
    node.forget();
    // Actors with threads of their own may still wait for the disk.
    auto watchdog = exit_after{stop_deadline};
    engine.reset();
  }
  return result ? complain(result) : EXIT_SUCCESS;
}

} // namespace

int run_node(const node_config& config, service_maker services) {
  auto signals = process_signals{};
  if (signals.trouble())
    return complain(signals.trouble());
  auto directory = data_directory::open(config.data_dir);
  if (!directory)
    return complain(directory.error());
  auto disk = storage::posix_disk{directory->path()};
  return run(config, std::move(services), disk, signals);
}

} // namespace troupe::apps
