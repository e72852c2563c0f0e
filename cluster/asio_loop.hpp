/// One thread that waits for sockets and timers, and what lives on it.
///
/// A socket belongs to one loop for its whole life and is touched by that thread alone,
/// so handlers need no strands. Only `cluster/asio_*.cpp` and `tcp_*.cpp` use this.
#pragma once

#include <map>
#include <memory>
#include <shared_mutex>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace troupe::cluster {

/// Lives on a loop: a connection, a dial, a listener.
class io_resident {
public:
  io_resident() = default;
  io_resident(const io_resident&) = delete;
  io_resident& operator=(const io_resident&) = delete;
  virtual ~io_resident() = default;

  /// The loop ends: closes sockets, cancels timers, drops handles of actors. On the
  /// loop's thread, once.
  virtual void stop() = 0;
};

class io_loop {
public:
  io_loop();
  io_loop(const io_loop&) = delete;
  io_loop& operator=(const io_loop&) = delete;

  /// @pre `end` was called. May run on any thread, long after it: residents that are
  /// still referenced keep their loop.
  ~io_loop() = default;

  [[nodiscard]] boost::asio::io_context& context() { return context_; }

  /// Runs `f` on the loop's thread, soon. Once the loop has ended, drops it and returns
  /// false. Any thread.
  template <class Function>
  bool post(Function f) {
    auto lock = std::shared_lock{ended_mutex_};
    if (!ended_)
      boost::asio::post(context_, std::move(f));
    return !ended_;
  }

  /// Takes in `resident`, so that it is stopped when the loop ends; at once if it is
  /// ending already, and then returns false. On the loop's thread.
  [[nodiscard]] bool enter(const std::shared_ptr<io_resident>& resident);
  void leave(const io_resident* resident);

  /// Stops all residents and waits for the thread.
  /// @pre not on the loop's thread; called once.
  void end();

private:
  void run();
  void stop_all();

  // One thread runs it, so that handlers are not spread over threads.
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::map<const io_resident*, std::weak_ptr<io_resident>> residents_;

  // What is posted before the end is run; nothing is posted after it. Otherwise a handler
  // would lie in the queue for ever, holding a resident that holds this loop.
  std::shared_mutex ended_mutex_;
  bool ended_ = false;

  std::thread thread_;
};

} // namespace troupe::cluster
