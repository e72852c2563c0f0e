/// Runs work that waits for the disk, several pieces at a time.
///
/// Syncs of different files wait for the same device: in parallel, five files cost little
/// more than one (docs/decisions/0002).
#pragma once

#include "actors/base/error.hpp"

#include <functional>
#include <span>

namespace troupe::storage {

class sync_pool {
public:
  using task = std::function<error()>;

  sync_pool() = default;
  sync_pool(const sync_pool&) = delete;
  sync_pool& operator=(const sync_pool&) = delete;
  virtual ~sync_pool() = default;

  /// Runs all of `tasks`, in any order and on any threads, and returns when the last has
  /// ended: with the error of one that failed, none when all did well.
  [[nodiscard]] virtual error run(std::span<const task> tasks) = 0;
};

/// Runs tasks one after another where it is called: for tests and simulation.
class inline_sync_pool final : public sync_pool {
public:
  [[nodiscard]] error run(std::span<const task> tasks) override {
    auto result = error{};
    for (const auto& x : tasks) {
      if (auto why = x(); why && !result)
        result = std::move(why);
    }
    return result;
  }
};

} // namespace troupe::storage
