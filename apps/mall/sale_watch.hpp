/// Looks at the cluster while a sale goes on: who is master of what, who is down.
#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace troupe::mall {

class sale_watch {
public:
  /// Looks through any of the nodes at these link addresses, on a thread of its own.
  explicit sale_watch(std::vector<std::string> nodes);

  /// "masters n1:2 n2:2 n3:1, down n2"; empty until something was seen.
  [[nodiscard]] std::string seen() const;

private:
  void watch(const std::stop_token& stop, std::vector<std::string> nodes);

  mutable std::mutex mutex_;
  std::string seen_;
  std::jthread thread_; // Last: it uses the others.
};

} // namespace troupe::mall
