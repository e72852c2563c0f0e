/// A directory that is removed, with all that is in it, when the test ends.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace troupe::test {

class temporary_directory {
public:
  temporary_directory()
      : path_{(std::filesystem::temp_directory_path() / "troupe-XXXXXX").string()} {
    if (::mkdtemp(path_.data()) == nullptr)
      throw std::runtime_error{"cannot make " + path_};
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  ~temporary_directory() {
    auto problem = std::error_code{}; // What remains lies in /tmp.
    std::filesystem::remove_all(path_, problem);
  }

  [[nodiscard]] const std::string& path() const { return path_; }

private:
  std::string path_;
};

} // namespace troupe::test
