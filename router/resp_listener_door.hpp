/// Accepts the RESP door's connections, and deals them out to its loops.
///
/// Lives on one loop's thread. When descriptors run out it pauses: the connections stay
/// in the system's queue, and everybody who is connected goes on being served.
#pragma once

#include "actors/address.hpp"
#include "actors/base/error.hpp"
#include "actors/base/log.hpp"

#include <functional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace troupe::router {

class resp_listener {
public:
  /// Where the next connection will live, and what takes it there: `adopt` is called on
  /// the listener's thread.
  struct home {
    boost::asio::io_context* loop = nullptr;
    std::function<void(boost::asio::ip::tcp::socket)> adopt;
  };

  /// @pre `loop` and all homes outlive it.
  resp_listener(
    boost::asio::io_context& loop, logger log, std::function<home()> next_home);
  resp_listener(const resp_listener&) = delete;
  resp_listener& operator=(const resp_listener&) = delete;

  /// Binds and listens. Fails with ec::in_use or ec::system, naming address and remedy.
  [[nodiscard]] error open(const actors::address& where);

  /// Begins to accept. On the loop's thread, or before it runs.
  void start() { accept(); }

  /// Refuses from now on. On the loop's thread.
  void close();

  /// Where it listens, with the real port if 0 was asked for.
  [[nodiscard]] const actors::address& where() const { return where_; }

private:
  using error_code = boost::system::error_code;

  void accept();
  void accept_later(const error_code& why);

  logger log_;
  std::function<home()> next_home_;
  actors::address where_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  bool troubled_ = false; // The last accept failed, and that was logged.
};

} // namespace troupe::router
