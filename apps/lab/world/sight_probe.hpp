/// Asks each simulated node, all through a run, whom and what it sees: a node that is
/// alive and reachable must not stay dead to another, nor its services unseen.
///
/// Faults are no excuse but those that disturb the two nodes of a pair or the links
/// between them, and only until `patience` after they ended.
#pragma once

#include "apps/lab/world/calm_book.hpp"
#include "apps/lab/world/machine.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::lab {

class sight_probe {
public:
  /// How long a node may take a live one that it can reach for dead, or miss its
  /// services. One that nobody tells finds out at its next `reconnect_interval`, 10 s
  /// of a clock that may be slow; dials and refutes; and the registry follows.
  static constexpr auto patience = duration{std::chrono::seconds{15}};

  /// What it lives in. Outlives it.
  struct environment {
    virtual_engine* engine = nullptr;
    const std::vector<std::unique_ptr<machine>>* machines = nullptr;
    const calm_book* calm = nullptr;
    const std::size_t* service_count = nullptr; ///< Of each node that is ready.
    std::function<void(const std::string& what)> violated;
  };

  explicit sight_probe(environment in) : in_{std::move(in)} {}

  void start() { look_around(); }
  void stop() { stopped_ = true; }

  /// Comparisons of what one node sees of another, of pairs that were calm long enough.
  [[nodiscard]] std::uint64_t judged_count() const { return judged_count_; }

private:
  enum class sight { member, providers };

  /// A node sees another otherwise than it is.
  struct error_of_sight {
    std::uint64_t observer_life = 0;
    std::uint64_t subject_life = 0;
    duration since{};
  };

  void look_around();
  void look_from(std::size_t observer);
  void compare_members(std::size_t observer, const std::vector<cluster::member>& seen);
  void
  compare_providers(std::size_t observer, const std::vector<registry::view_entry>& seen);
  void judge(sight what, std::size_t observer, std::size_t subject, bool wrong);
  [[nodiscard]] const machine& at(std::size_t index) const {
    return *(*in_.machines)[index];
  }

  environment in_;
  std::map<std::pair<sight, std::pair<std::size_t, std::size_t>>, error_of_sight> errors_;
  std::uint64_t judged_count_ = 0;
  bool stopped_ = false;
};

} // namespace troupe::lab
