/// A switch in user space: a thread that carries Ethernet frames between TAP devices.
#pragma once

#include "actors/base/error.hpp"
#include "apps/lab/chaos/frame_queue.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace troupe::lab {

class packet_switch {
public:
  /// Begins to carry frames between `taps`, descriptors of TAP devices that it owns and
  /// closes. Port i is the i-th.
  packet_switch(std::vector<int> taps, std::uint64_t seed);
  packet_switch(const packet_switch&) = delete;
  packet_switch& operator=(const packet_switch&) = delete;
  ~packet_switch();

  /// For frames that come in from now on. Safe from any thread.
  void set_rule(std::size_t from, std::size_t to, const link_rule& rule);

private:
  void run();
  void read_frames(std::size_t port);
  void write_due();
  [[nodiscard]] int milliseconds_to_wait();

  std::vector<int> taps_;
  std::mutex mutex_; // Of the queue.
  frame_queue queue_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

/// Makes a TAP device `name` in the network namespace `space`, with the address of `port`
/// of a switch. It lives as long as the descriptor. Fails with ec::system.
[[nodiscard]] expected<int>
make_tap(const std::string& space, const std::string& name, std::size_t port);

/// Puts the calling thread, and those that it makes from then on, into the network
/// namespace `space`. Fails with ec::system.
[[nodiscard]] error enter_namespace(const std::string& space);

} // namespace troupe::lab
