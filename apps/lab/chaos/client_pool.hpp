/// The clients of a run: threads that speak to all nodes at once, and write down what
/// they see.
#pragma once

#include "actors/base/error.hpp"
#include "apps/lab/chaos/key_supply.hpp"
#include "apps/lab/chaos/run_clock.hpp"
#include "apps/lab/scenario.hpp"
#include "apps/local/layout.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace troupe::lab {

/// What the clients of one run have in common.
struct client_setting {
  std::vector<apps::local_node> nodes;
  scenario_clients clients;
  std::uint64_t seed = 0;
  std::string directory; ///< Of the histories.
  run_clock clock;
};

class client_pool {
public:
  explicit client_pool(client_setting what);
  client_pool(const client_pool&) = delete;
  client_pool& operator=(const client_pool&) = delete;
  ~client_pool();

  /// Begins the histories and the work. Fails with ec::system.
  [[nodiscard]] error start();

  /// Returns when each client has ended its last operation: in the clients' timeout.
  /// Fails when a history could not be written.
  [[nodiscard]] error stop();

  /// Reads every key that was used, from whichever node answers, into a history of its
  /// own. Fails with ec::deadline_exceeded when a key cannot be read for that long, or
  /// ec::system.
  /// @pre stopped.
  [[nodiscard]] error read_all_keys(duration deadline);

  [[nodiscard]] std::uint64_t done_count() const { return done_count_; }

private:
  class client;

  client_setting what_;
  key_supply keys_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> done_count_ = 0;
  std::atomic<std::size_t> last_client_ = 0;
  std::vector<std::unique_ptr<client>> clients_;
  std::vector<std::thread> threads_;
};

} // namespace troupe::lab
