/// Accepts connections at one address; each goes to live on the next I/O loop in turn.
#pragma once

#include "actors/transport.hpp"
#include "cluster/asio_loop.hpp"
#include "cluster/asio_stream.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace troupe::cluster {

/// What a listener needs of its transport.
struct tcp_listener_setup {
  std::shared_ptr<io_loop> loop; ///< Where the listener itself lives.
  std::function<std::shared_ptr<io_loop>()> next_loop;
  std::function<actors::connection_id()> draw_id;
  std::function<void(const error&)> accept_failed;
  std::chrono::milliseconds backoff;
  tcp_stream_limits limits;
};

class tcp_acceptor final : public io_resident,
                           public std::enable_shared_from_this<tcp_acceptor> {
public:
  tcp_acceptor(tcp_listener_setup setup, actors::listener_owner owner);

  /// Binds and listens, at once. Before `start`; on any thread.
  [[nodiscard]] expected<actors::address> open(const actors::address& where);

  /// Begins to accept. On the loop's thread.
  void start();
  void stop() override;

  /// Refuses from now on. Any thread.
  void close();

private:
  using error_code = boost::system::error_code;

  void accept();
  void on_accept(error_code code, boost::asio::ip::tcp::socket socket);
  void on_failure(error_code code);
  void close_socket();

  tcp_listener_setup setup_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ip::tcp::endpoint peer_; // Of the connection that is being accepted.
  boost::asio::steady_timer backoff_timer_;
  std::shared_ptr<io_loop> target_; // Where that connection will live.
  std::string where_;

  std::mutex mutex_; // Guards all below, and the life of the descriptor.
  actors::listener_owner owner_;
  int descriptor_ = -1; // -1 once closed.
};

class tcp_listener final : public actors::listener {
public:
  tcp_listener(std::shared_ptr<tcp_acceptor> acceptor, actors::address where)
      : acceptor_{std::move(acceptor)}, where_{std::move(where)} {}
  ~tcp_listener() override { acceptor_->close(); }

  [[nodiscard]] const actors::address& where() const override { return where_; }

private:
  std::shared_ptr<tcp_acceptor> acceptor_;
  actors::address where_;
};

} // namespace troupe::cluster
