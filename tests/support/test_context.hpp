/// The `actor_context` of a test: its lines are kept, its metrics can be read.
#pragma once

#include "actors/behavior.hpp"
#include "tests/support/deterministic_system.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::test {

class test_context : public actors::actor_context {
public:
  explicit test_context(deterministic_system& system)
      : system_{system}, sink_{
                           {.level = log_level::trace},
                           [clock = system.clock()] { return clock->wall_time(); },
                           [this](std::string_view line) { lines.emplace_back(line); }} {
    clock = system.clock();
    metrics = &registry_;
    log = logger{&sink_, "n1", "test"};
  }

  test_context(const test_context&) = delete;
  test_context& operator=(const test_context&) = delete;

  /// Ends the actors first: they count and log to their last message.
  ~test_context() { system_.end_actors(); }

  /// Whether some line has `text`.
  [[nodiscard]] bool logged(std::string_view text) const {
    for (const auto& line : lines)
      if (line.find(text) != std::string::npos)
        return true;
    return false;
  }

  /// The counter `name` of the actor `actor`, or 0.
  [[nodiscard]] std::uint64_t
  count(std::string_view name, const std::string& actor) const {
    for (const auto& family : registry_.snapshot())
      for (const auto& sample : family.samples)
        if (family.name == name && sample.labels == metric_labels{{"actor", actor}})
          return std::get<std::uint64_t>(sample.value);
    return 0;
  }

  std::vector<std::string> lines;

private:
  deterministic_system& system_;
  metrics_registry registry_;
  log_sink sink_;
};

} // namespace troupe::test
