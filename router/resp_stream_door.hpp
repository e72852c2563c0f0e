/// The socket of one RESP connection: bytes in when they are wanted, bytes out as fast as
/// the client takes them, and an end that does not cut off the last reply.
///
/// Everything runs on the thread of the socket's loop. Nothing is sent before `flush`, so
/// that all replies of a turn of the loop leave in one system call. Replies are copied
/// into one buffer for that: gathering them from where they are (writev) saves the copy
/// and costs an entry each, which for replies of some ten bytes is more.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include <boost/asio/ip/tcp.hpp>

namespace troupe::router {

/// Whom the bytes are for.
class resp_stream_owner {
public:
  resp_stream_owner() = default;
  resp_stream_owner(const resp_stream_owner&) = delete;
  resp_stream_owner& operator=(const resp_stream_owner&) = delete;

  /// Room for the bytes to be read next; stays where it is until they are.
  [[nodiscard]] virtual std::span<char> space(std::size_t bytes) = 0;
  virtual void received(std::size_t bytes) = 0;

  /// The client sends no more, though it may still read.
  virtual void input_ended() = 0;

  /// The system has taken some of what it had refused.
  virtual void output_moved() = 0;

  /// The connection is gone; nothing else is called any more, except once for each `read`
  /// and `flush` that were under way.
  virtual void broken() = 0;

protected:
  ~resp_stream_owner() = default;
};

class resp_stream {
public:
  /// @pre `owner` outlives it.
  resp_stream(boost::asio::ip::tcp::socket socket, resp_stream_owner& owner)
      : socket_{std::move(socket)}, owner_{owner} {}
  resp_stream(const resp_stream&) = delete;
  resp_stream& operator=(const resp_stream&) = delete;

  /// Makes the socket ready. False when it is gone already.
  [[nodiscard]] bool open(std::chrono::milliseconds keepalive);

  /// Reads once: one of `received`, `input_ended`, `broken` follows. `self`, here and in
  /// `flush`, is what owns stream and owner: it is held while the system works for them.
  /// @pre not `reading()`, and none of the latter two was called.
  void read(std::shared_ptr<void> self);
  [[nodiscard]] bool reading() const { return reading_; }

  /// What is to be sent; append to it.
  [[nodiscard]] std::string& output() { return output_; }
  [[nodiscard]] std::size_t unsent_bytes() const { return output_.size() - sent_; }

  /// Sends what the system takes now, and the rest when it can. Returns how many bytes
  /// left at once.
  std::size_t flush(std::shared_ptr<void> self);

  /// Tells the client that nothing follows what was sent.
  void end_output();

  /// At once; what the client has not got is lost.
  void close();

private:
  using error_code = boost::system::error_code;

  void on_read(const error_code& trouble, std::size_t count);
  void adapt_chunk(std::size_t count);
  void await_writable(std::shared_ptr<void> self);
  void tidy_output();

  boost::asio::ip::tcp::socket socket_;
  resp_stream_owner& owner_;
  std::size_t chunk_bytes_ = 0; // Of the next read.
  std::size_t small_reads_ = 0; // In a row, that filled less than a quarter of it.
  bool reading_ = false;
  bool blocked_ = false; // The system has refused bytes, and will say when it can.
  std::string output_;
  std::size_t sent_ = 0; // Bytes of `output_` that are gone.
};

} // namespace troupe::router
