#include "apps/lab/chaos/live_stage.hpp"

#include "apps/node/admin_client.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <utility>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto dial_deadline = 500ms;

// Longer than a gateway goes on, by far: after that nobody will answer any more.
constexpr auto call_deadline = 15s;

bool connection_is_gone(const error& why) {
  return why == ec::link_lost || why == ec::unreachable || why == ec::stopping;
}

} // namespace

/// Carries calls to one node, and connects anew when the node was gone: a thread, for
/// connecting takes a while.
class live_stage::caller {
public:
  caller(live_stage& on, std::string address)
      : on_{on}, address_{std::move(address)}, thread_{[this](const std::stop_token& x) {
          run(x);
        }} {}

  void push(apps::call_command what, call_ended done) {
    const auto lock = std::lock_guard{mutex_};
    waiting_.emplace_back(std::move(what), std::move(done));
    changed_.notify_one();
  }

private:
  using item = std::pair<apps::call_command, call_ended>;

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      auto lock = std::unique_lock{mutex_};
      changed_.wait(lock, stop, [this] { return !waiting_.empty(); });
      auto taken = std::exchange(waiting_, {});
      lock.unlock();
      for (auto& [what, done] : taken)
        carry(std::move(what), std::move(done));
    }
  }

  void carry(apps::call_command what, call_ended done) {
    if (!connected_)
      if (auto why = client_.connect(address_, dial_deadline)) {
        end(std::move(done), std::move(why));
        return;
      }
    connected_ = true;
    client_.ask_later(
      std::move(what), call_deadline,
      [this, done = std::move(done)](expected<apps::call_reply> x) {
        if (x) {
          end(
            done,
            router::call_answer{std::move(x->json), x->attempts, x->took, x->trace});
          return;
        }
        if (connection_is_gone(x.error()))
          connected_ = false;
        end(done, std::move(x.error()));
      });
  }

  /// In the stage's thread, not in that of the client's engine.
  void end(call_ended done, expected<router::call_answer> x) {
    on_.after({}, [done = std::move(done), x = std::move(x)] { done(x); });
  }

  live_stage& on_;
  std::string address_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<item> waiting_;
  std::atomic<bool> connected_ = false;
  apps::admin_client client_; // Its threads use what is above.
  std::jthread thread_;       // It uses the others.
};

live_stage::live_stage(
  const std::vector<apps::local_node>& nodes, random_source random,
  const run_clock& clock, const std::string& notes_file)
    : clock_{clock}, random_{random}, notes_{notes_file} {
  for (const auto& x : nodes)
    callers_.push_back(std::make_unique<caller>(*this, to_string(x.link)));
  thread_ = std::jthread{[this](const std::stop_token& x) { run(x); }};
}

live_stage::~live_stage() { end(); }

void live_stage::end() {
  thread_.request_stop();
  if (thread_.joinable())
    thread_.join();
}

void live_stage::after(duration delay, std::function<void()> what) {
  const auto lock = std::lock_guard{mutex_};
  due_.emplace(clock_.now() + delay, std::move(what));
  changed_.notify_one();
}

void live_stage::call(
  const std::string& service, router::call_request what, call_ended done) {
  if (what.form != router::content_form::json) {
    after({}, [done = std::move(done)] {
      done(fail(
        ec::invalid_argument, "a chaos run calls from outside, in JSON: set the form"));
    });
    return;
  }
  callers_[random_.below(callers_.size())]->push(
    {service, std::move(what.method), std::move(what.content), what.idempotent},
    std::move(done));
}

void live_stage::note(const std::string& kind, const std::string& what) {
  notes_ << now().count() << ' ' << kind << ' ' << what << '\n';
}

void live_stage::run(const std::stop_token& stop) {
  auto lock = std::unique_lock{mutex_};
  while (!stop.stop_requested()) {
    if (due_.empty()) {
      changed_.wait(lock, stop, [this] { return !due_.empty(); });
      continue;
    }
    const auto left = due_.begin()->first - clock_.now();
    if (left > duration::zero()) {
      const auto first = due_.begin()->first;
      changed_.wait_for(
        lock, stop, left, [this, first] { return due_.begin()->first < first; });
      continue;
    }
    const auto what = std::move(due_.extract(due_.begin()).mapped());
    lock.unlock();
    {
      const auto mine = take_turn();
      what();
    }
    lock.lock();
  }
}

} // namespace troupe::lab
