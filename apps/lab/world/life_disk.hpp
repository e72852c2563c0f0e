/// The disk of a machine as one life of its process sees it: syncs take time, and after
/// the end nothing is written any more.
#pragma once

#include "actors/base/disk.hpp"
#include "actors/base/random.hpp"
#include "actors/sim/disk.hpp"
#include "apps/lab/world/life_gate.hpp"
#include "apps/lab/world/virtual_engine.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe::lab {

/// How long a machine's disk takes. Shared by its lives; the nemesis changes it.
struct disk_pace {
  duration sync_min = std::chrono::microseconds{100};
  duration sync_max = std::chrono::milliseconds{2};
  double hiccup_ratio = 0; ///< Syncs that take up to `hiccup_max`.
  duration hiccup_max = std::chrono::milliseconds{500};
  duration stalled_until{}; ///< No sync ends before this virtual time.
};

/// What all of one life's files work with.
struct life_disk_environment {
  virtual_engine* engine = nullptr;
  sim::memory_disk* machine = nullptr;
  const disk_pace* pace = nullptr;
  life_gate_ptr gate;
  random_source random{0};
  std::function<void()> root_changed{}; ///< Names at the root are durable. May be empty.
};

class life_disk final : public troupe::disk {
public:
  /// @pre what `environment` points to outlives the disk and its files.
  explicit life_disk(life_disk_environment environment);

  [[nodiscard]] expected<std::unique_ptr<disk_file>>
  open(const std::string& path) override;
  [[nodiscard]] expected<std::unique_ptr<disk_file>>
  create(const std::string& path) override;
  [[nodiscard]] error rename(const std::string& from, const std::string& to) override;
  [[nodiscard]] error remove(const std::string& path) override;
  [[nodiscard]] error make_directory(const std::string& path) override;
  [[nodiscard]] expected<std::vector<std::string>> list(const std::string& path) override;
  [[nodiscard]] error sync_directory(const std::string& path) override;

private:
  std::shared_ptr<life_disk_environment> in_;
};

} // namespace troupe::lab
