/// What a transport told: an actor that takes every event and writes it into a log which
/// the test's thread reads.
#pragma once

#include "actors/base/bytes.hpp"
#include "actors/transport.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::test {

/// Thread-safe; what it returns are copies.
class event_log {
public:
  void add(const actors::accepted& x) { push(accepted_, x); }
  void add(const actors::connected& x) { push(connected_, x); }
  void add(const actors::dial_failed& x) { push(dial_failures_, x); }
  void add(const actors::received& x) { push(received_, x); }
  void add(const actors::disconnected& x) { push(ends_, x); }

  [[nodiscard]] std::vector<actors::accepted> accepted() { return copy(accepted_); }
  [[nodiscard]] std::vector<actors::connected> connected() { return copy(connected_); }
  [[nodiscard]] std::vector<actors::dial_failed> dial_failures() {
    return copy(dial_failures_);
  }
  [[nodiscard]] std::vector<actors::received> received() { return copy(received_); }
  [[nodiscard]] std::vector<actors::disconnected> ends() { return copy(ends_); }

  /// Everything that arrived at end `id`, in order.
  [[nodiscard]] std::string text(actors::connection_id id) {
    auto lock = std::lock_guard{mutex_};
    auto result = std::string{};
    for (const auto& event : received_)
      if (event.connection == id)
        result += as_text(event.bytes);
    return result;
  }

  /// How often end `id` was told that it is disconnected.
  [[nodiscard]] std::size_t end_count(actors::connection_id id) {
    auto all = ends();
    return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [id](const auto& event) {
        return event.connection == id;
      }));
  }

  /// Drops the references that the events hold to connections.
  void forget_connections() {
    auto lock = std::unique_lock{mutex_};
    auto dropped_accepted = accepted_;
    auto dropped_connected = connected_;
    for (auto& event : accepted_)
      event.connection = nullptr;
    for (auto& event : connected_)
      event.connection = nullptr;
    lock.unlock();
  }

  void forget_received() {
    auto lock = std::lock_guard{mutex_};
    received_.clear();
  }

  /// Waits for the next event, but not long: not everything that a test waits for is one.
  void wait() {
    auto lock = std::unique_lock{mutex_};
    changed_.wait_for(lock, std::chrono::milliseconds{2});
  }

private:
  template <class T>
  void push(std::vector<T>& events, const T& event) {
    auto lock = std::lock_guard{mutex_};
    events.push_back(event);
    changed_.notify_all();
  }

  template <class T>
  std::vector<T> copy(const std::vector<T>& events) {
    auto lock = std::lock_guard{mutex_};
    return events;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<actors::accepted> accepted_;
  std::vector<actors::connected> connected_;
  std::vector<actors::dial_failed> dial_failures_;
  std::vector<actors::received> received_;
  std::vector<actors::disconnected> ends_;
};

using event_log_ptr = std::shared_ptr<event_log>;

using recorder_actor = caf::typed_actor<
  caf::reacts_to<actors::accepted>, caf::reacts_to<actors::connected>,
  caf::reacts_to<actors::dial_failed>, caf::reacts_to<actors::received>,
  caf::reacts_to<actors::disconnected>>;

inline recorder_actor::behavior_type
make_recorder(recorder_actor::pointer /*self*/, const event_log_ptr& log) {
  return {
    [log](const actors::accepted& event) { log->add(event); },
    [log](const actors::connected& event) { log->add(event); },
    [log](const actors::dial_failed& event) { log->add(event); },
    [log](const actors::received& event) { log->add(event); },
    [log](const actors::disconnected& event) { log->add(event); },
  };
}

} // namespace troupe::test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::test::event_log_ptr)
