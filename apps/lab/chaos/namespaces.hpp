/// The network namespaces of a run: one for each node, one for the clients. Their names
/// stand in the run's folder before they are made, so that a later run can take them
/// down.
#pragma once

#include "actors/base/error.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace troupe::lab {

/// Why this process cannot make namespaces, disks and TAP devices; empty when it can.
[[nodiscard]] std::string why_no_namespaces();

class namespaces {
public:
  /// Makes `count` of them. Fails with ec::system, or ec::in_use when a name is taken.
  /// `run_folder` exists.
  [[nodiscard]] static expected<namespaces>
  make(const std::string& run_folder, std::size_t count);

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

private:
  explicit namespaces(std::vector<std::string> names) : names_{std::move(names)} {}

  std::vector<std::string> names_;
};

/// Gives the namespace's TAP device its address, "10.77.0.1", and switches it on.
[[nodiscard]] error configure_device(
  const std::string& space, const std::string& device, const std::string& address);

/// Mounts a disk of `bytes` in memory on `path`, and remembers it in the run's folder.
[[nodiscard]] error
mount_disk(const std::string& run_folder, const std::string& path, std::size_t bytes);

/// Removes the namespaces and disks that the folder of a run says it had; there may be
/// none. @pre no process is in them. Fails with ec::system.
[[nodiscard]] error remove_namespaces_of(const std::string& run_folder);

} // namespace troupe::lab
