/// One TCP connection on an I/O loop: what stands behind a `connection` handle.
///
/// `read`, `write`, `unsent_bytes` and `close` are for any thread; reading belongs to the
/// loop's thread. Writing belongs to whoever holds the token `flushing_`, so that what
/// piles up meanwhile leaves in one system call. The first write after an answered read
/// is sent by its caller: a hop to the loop's thread and its wake-up cost a third of a
/// round trip. The loop takes over what follows, so that a burst is gathered instead of
/// sent piece by piece (measured: four times as fast), and what is large or does not
/// leave at once.
///
/// The loop reads ahead, `read_ahead_bytes` and one chunk at most, so that a `read` is
/// usually answered on the spot; then it stops, and TCP slows the peer down.
#pragma once

#include "actors/byte_queue.hpp"
#include "actors/read_reply.hpp"
#include "actors/transport.hpp"
#include "cluster/asio_loop.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace troupe::cluster {

struct tcp_stream_limits {
  std::chrono::milliseconds linger;
  std::size_t read_ahead_bytes;
};

class tcp_stream final : public io_resident,
                         public std::enable_shared_from_this<tcp_stream> {
public:
  tcp_stream(
    std::shared_ptr<io_loop> loop, boost::asio::ip::tcp::socket socket,
    actors::connection_id id, std::string peer, tcp_stream_limits limits);

  /// Begins to read. On the loop's thread, once.
  void start();
  void stop() override;

  [[nodiscard]] actors::connection_id id() const { return id_; }
  [[nodiscard]] const std::string& peer() const { return peer_; }

  void read(actors::connection_owner owner);
  void write(byte_buffer bytes);
  [[nodiscard]] std::size_t unsent_bytes();
  void close();

private:
  using error_code = boost::system::error_code;

  enum class flow { open, blocked, failed };

  // On the loop's thread:
  void read_some();
  void on_read(error_code code, std::size_t count);
  void take_in(std::size_t count);
  void adapt_chunk(std::size_t count);
  void finish(error why);
  void await_writable();
  void linger();
  void close_socket();

  // On any thread, by the holder of the token:
  void flush();
  [[nodiscard]] bool keep_token();
  [[nodiscard]] flow send_some();
  void drop_output();

  void shut_down(int how);

  // Under the mutex:
  [[nodiscard]] actors::read_reply answer();
  [[nodiscard]] bool wants_input() const;

  // Never changed:
  std::shared_ptr<io_loop> loop_;
  actors::connection_id id_;
  std::string peer_;
  tcp_stream_limits limits_;

  // Touched on the loop's thread only:
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer linger_timer_;
  byte_buffer chunk_;           // Where the system puts what it has received.
  std::size_t small_reads_ = 0; // In a row, that filled less than a quarter of it.

  actors::byte_queue leaving_; // Belongs to the holder of the token.

  std::mutex descriptor_mutex_; // Guards the life of the descriptor.
  int descriptor_;              // Of socket_; -1 once closed.

  std::mutex mutex_; // Guards all below.
  actors::byte_queue unsent_;
  std::size_t leaving_bytes_ = 0; // leaving_.size(), for other threads.
  bool flushing_ = false;         // The token: somebody sends, or is about to.
  bool direct_ = true;            // The next write may be sent by its caller.
  bool writable_ = true;          // Until the system refuses a write.
  byte_buffer ahead_;             // Read, and not yet asked for.
  bool reading_ = true;           // The loop reads, or is about to.
  actors::connection_owner reader_;
  bool closed_ = false; // By this side.
  error why_;           // Set when the connection has ended otherwise.
};

/// The handle that users hold; the last one closes.
class tcp_connection final : public actors::connection {
public:
  explicit tcp_connection(std::shared_ptr<tcp_stream> stream)
      : stream_{std::move(stream)} {}
  ~tcp_connection() override { stream_->close(); }

  [[nodiscard]] actors::connection_id id() const override { return stream_->id(); }
  [[nodiscard]] const std::string& peer() const override { return stream_->peer(); }
  void read(actors::connection_owner owner) override { stream_->read(std::move(owner)); }
  void write(byte_buffer bytes) override { stream_->write(std::move(bytes)); }
  [[nodiscard]] std::size_t unsent_bytes() const override {
    return stream_->unsent_bytes();
  }
  void close() override { stream_->close(); }

private:
  std::shared_ptr<tcp_stream> stream_;
};

} // namespace troupe::cluster
