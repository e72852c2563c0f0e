#include "router/resp_stream_door.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace troupe::router {

namespace {

using boost::asio::ip::tcp;

// What most pipelines fit into, times the clients that are connected and silent.
constexpr std::size_t chunk_bytes_min = std::size_t{2} << 10;

// What a bulk load fills: larger saves few calls, and costs cache.
constexpr std::size_t chunk_bytes_max = std::size_t{64} << 10;

// Small reads in a row after which a large chunk is given back.
constexpr std::size_t small_reads_max = 16;

// Memory that an output buffer keeps once it is empty.
constexpr std::size_t kept_output_bytes = std::size_t{64} << 10;

bool set_option(int descriptor, int level, int name, int value) {
  return ::setsockopt(descriptor, level, name, &value, sizeof(value)) == 0;
}

/// The kernel probes a silent peer, and gives it up after three probes without an answer.
bool keep_alive(int descriptor, std::chrono::milliseconds after) {
  const auto seconds = static_cast<int>(
    std::max(std::chrono::duration_cast<std::chrono::seconds>(after).count(), 1L));
  return set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
         && set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, seconds)
         && set_option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, seconds)
         && set_option(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

} // namespace

bool resp_stream::open(std::chrono::milliseconds keepalive) {
  chunk_bytes_ = chunk_bytes_min;
  auto trouble = error_code{};
  socket_.non_blocking(true, trouble);
  if (!trouble)
    socket_.set_option(tcp::no_delay{true}, trouble);
  return !trouble && keep_alive(socket_.native_handle(), keepalive);
}

void resp_stream::read(std::shared_ptr<void> self) {
  TROUPE_ASSERT(!reading_);
  reading_ = true;
  const auto room = owner_.space(chunk_bytes_);
  socket_.async_read_some(
    boost::asio::buffer(room.data(), room.size()),
    [this, self = std::move(self)](const error_code& trouble, std::size_t count) {
      on_read(trouble, count);
    });
}

void resp_stream::on_read(const error_code& trouble, std::size_t count) {
  reading_ = false;
  if (trouble == boost::asio::error::eof) {
    owner_.input_ended();
  } else if (trouble) {
    owner_.broken();
  } else {
    adapt_chunk(count);
    owner_.received(count);
  }
}

void resp_stream::adapt_chunk(std::size_t count) {
  if (count == chunk_bytes_)
    chunk_bytes_ = std::min(2 * chunk_bytes_, chunk_bytes_max);
  small_reads_ = count < chunk_bytes_ / 4 ? small_reads_ + 1 : 0;
  if (small_reads_ >= small_reads_max) {
    chunk_bytes_ = std::max(chunk_bytes_ / 2, chunk_bytes_min);
    small_reads_ = 0;
  }
}

std::size_t resp_stream::flush(std::shared_ptr<void> self) {
  if (blocked_ || unsent_bytes() == 0)
    return 0;
  auto trouble = error_code{};
  const auto count = socket_.write_some(
    boost::asio::buffer(output_.data() + sent_, unsent_bytes()), trouble);
  sent_ += count;
  if (trouble && trouble != boost::asio::error::would_block) {
    owner_.broken();
    return count;
  }
  const auto more = unsent_bytes() > 0;
  tidy_output();
  if (more)
    await_writable(std::move(self));
  return count;
}

void resp_stream::await_writable(std::shared_ptr<void> self) {
  blocked_ = true;
  socket_.async_wait(
    tcp::socket::wait_write, [this, self = std::move(self)](const error_code& trouble) {
      blocked_ = false;
      if (trouble)
        owner_.broken();
      else
        owner_.output_moved();
    });
}

// What is gone makes room once it is the larger part, so that a byte is moved once at
// most, and memory stays below twice what is unsent.
void resp_stream::tidy_output() {
  if (sent_ == output_.size()) {
    output_.clear();
    sent_ = 0;
    if (output_.capacity() > kept_output_bytes)
      output_.shrink_to_fit();
  } else if (sent_ > output_.size() / 2) {
    output_.erase(0, sent_);
    sent_ = 0;
  }
}

void resp_stream::end_output() {
  auto ignored = error_code{}; // The peer may be gone; reading will tell.
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void resp_stream::close() {
  auto ignored = error_code{}; // The descriptor is gone whatever this says.
  socket_.close(ignored);
}

} // namespace troupe::router
