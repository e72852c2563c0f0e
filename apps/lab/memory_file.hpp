/// A file without a name, in memory: what a child process writes, its parent reads.
#pragma once

#include "actors/base/error.hpp"

#include <string>
#include <utility>

namespace troupe::lab {

class memory_file {
public:
  /// Fails with ec::system.
  [[nodiscard]] static expected<memory_file> make();

  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;
  memory_file(memory_file&& other) noexcept
      : descriptor_{std::exchange(other.descriptor_, -1)} {}
  memory_file& operator=(memory_file&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~memory_file();

  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// All of it, from its beginning.
  [[nodiscard]] std::string text() const;

private:
  explicit memory_file(int descriptor) : descriptor_{descriptor} {}

  int descriptor_;
};

} // namespace troupe::lab
