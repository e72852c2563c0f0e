/// A disk whose syncs wait at a gate. All else goes through.
///
/// What libraries write by themselves, RocksDB above all, does not come this way.
#pragma once

#include "actors/base/disk.hpp"
#include "apps/inject/stall_gate.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::apps {

class injected_disk final : public disk {
public:
  /// @pre both outlive it, and the files that it opens.
  injected_disk(disk& inner, stall_gate& gate) : inner_{&inner}, gate_{&gate} {}

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
  disk* inner_;
  stall_gate* gate_;
};

} // namespace troupe::apps
