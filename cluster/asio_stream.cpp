#include "cluster/asio_stream.hpp"

#include "actors/base/assert.hpp"
#include "actors/transport_error.hpp"
#include "cluster/asio_error.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <sys/socket.h>
#include <sys/uio.h>

namespace troupe::cluster {

namespace {

constexpr auto chunk_bytes_min = std::size_t{4} << 10;
constexpr auto chunk_bytes_max = std::size_t{256} << 10;
constexpr auto small_reads_max = std::size_t{16};

// Larger writes are copied into the system by the loop's thread, not by the caller's.
constexpr auto direct_bytes_max = std::size_t{64} << 10;

constexpr auto buffers_max = std::size_t{64}; // In one call.

} // namespace

tcp_stream::tcp_stream(
  std::shared_ptr<io_loop> loop, boost::asio::ip::tcp::socket socket,
  actors::connection_id id, std::string peer, tcp_stream_limits limits)
    : loop_{std::move(loop)}, id_{id}, peer_{std::move(peer)}, limits_{limits},
      socket_{std::move(socket)}, linger_timer_{loop_->context()},
      chunk_(chunk_bytes_min), descriptor_{socket_.native_handle()} {
  auto ignored = error_code{}; // The peer may be gone already; the first read tells.
  socket_.set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
}

void tcp_stream::start() {
  if (loop_->enter(shared_from_this()))
    read_some();
}

// --- any thread ---

void tcp_stream::read(actors::connection_owner owner) {
  auto lock = std::unique_lock{mutex_};
  TROUPE_ASSERT(!reader_ && "a read is outstanding");
  if (closed_)
    return;
  reader_ = std::move(owner);
  auto reply = answer();
  if (!reading_ && wants_input()) {
    reading_ = true;
    loop_->post([self = shared_from_this()] { self->read_some(); });
  }
  lock.unlock();
  reply.send();
}

void tcp_stream::write(byte_buffer bytes) {
  auto lock = std::unique_lock{mutex_};
  if (closed_ || why_ || !writable_)
    return;
  unsent_.push(std::move(bytes));
  if (std::exchange(flushing_, true))
    return;
  auto direct = std::exchange(direct_, false) && unsent_.size() <= direct_bytes_max;
  lock.unlock();
  if (direct)
    flush();
  else
    loop_->post([self = shared_from_this()] { self->flush(); });
}

std::size_t tcp_stream::unsent_bytes() {
  auto lock = std::lock_guard{mutex_};
  return unsent_.size() + leaving_bytes_;
}

void tcp_stream::close() {
  auto lock = std::unique_lock{mutex_};
  if (std::exchange(closed_, true))
    return;
  ahead_ = {};
  auto reader = std::exchange(reader_, nullptr);
  if (!why_)
    loop_->post([self = shared_from_this()] { self->linger(); });
  lock.unlock();
}

actors::read_reply tcp_stream::answer() {
  if (!reader_ || (ahead_.empty() && !why_))
    return {};
  direct_ = true;
  return {
    std::exchange(reader_, nullptr), id_, std::exchange(ahead_, byte_buffer{}), why_};
}

bool tcp_stream::wants_input() const {
  return !why_ && ahead_.size() < limits_.read_ahead_bytes;
}

// --- reading, on the loop's thread ---

void tcp_stream::read_some() {
  socket_.async_read_some(
    boost::asio::buffer(chunk_),
    [self = shared_from_this()](error_code code, std::size_t count) {
      self->on_read(code, count);
    });
}

void tcp_stream::on_read(error_code code, std::size_t count) {
  if (!code)
    take_in(count);
  else if (code == boost::asio::error::eof)
    finish(actors::closed_by(peer_));
  else
    finish(actors::broken(peer_, reason_of(code)));
}

void tcp_stream::take_in(std::size_t count) {
  auto lock = std::unique_lock{mutex_};
  // After our close the input is only drained: a socket that is closed with unread bytes
  // resets the connection, and the peer could lose what it has not read yet.
  if (!closed_)
    append(ahead_, byte_view{chunk_}.first(count));
  auto reply = answer();
  reading_ = wants_input();
  auto more = reading_;
  lock.unlock();
  reply.send();
  adapt_chunk(count);
  if (more)
    read_some();
}

void tcp_stream::adapt_chunk(std::size_t count) {
  if (count == chunk_.size() && count < chunk_bytes_max) {
    chunk_.assign(2 * count, std::byte{});
  } else if (count >= chunk_.size() / 4 || chunk_.size() == chunk_bytes_min) {
    small_reads_ = 0;
  } else if (++small_reads_ == small_reads_max) {
    chunk_ = byte_buffer(chunk_.size() / 2);
    small_reads_ = 0;
  }
}

void tcp_stream::finish(error why) {
  auto lock = std::unique_lock{mutex_};
  reading_ = false;
  why_ = std::move(why);
  unsent_.clear();
  leaving_bytes_ = 0;
  auto reply = answer();
  lock.unlock();
  reply.send();
  close_socket();
}

// --- writing, by the holder of the token ---

void tcp_stream::flush() {
  if (!keep_token())
    return;
  auto state = send_some();
  if (state == flow::failed)
    drop_output();
  else if (state == flow::blocked)
    loop_->post([self = shared_from_this()] { self->await_writable(); });
  else if (keep_token())
    loop_->post([self = shared_from_this()] { self->flush(); });
}

bool tcp_stream::keep_token() {
  auto lock = std::unique_lock{mutex_};
  leaving_.splice(unsent_);
  if (why_)
    leaving_.clear();
  leaving_bytes_ = leaving_.size();
  flushing_ = !leaving_.empty();
  auto done = closed_ && !flushing_;
  auto result = flushing_;
  lock.unlock();
  if (done)
    shut_down(SHUT_WR);
  return result;
}

tcp_stream::flow tcp_stream::send_some() {
  auto views = std::array<byte_view, buffers_max>{};
  auto places = std::array<iovec, buffers_max>{};
  auto count = leaving_.peek(views);
  for (std::size_t i = 0; i < count; ++i)
    // The interface predates const; it only reads.
    places[i] = {const_cast<std::byte*>(views[i].data()), views[i].size()};
  auto message = msghdr{};
  message.msg_iov = places.data();
  message.msg_iovlen = count;
  auto lock = std::unique_lock{descriptor_mutex_};
  if (descriptor_ < 0)
    return flow::failed;
  auto sent = ::sendmsg(descriptor_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  auto code = errno;
  lock.unlock();
  if (sent < 0)
    return code == EAGAIN || code == EINTR ? flow::blocked : flow::failed;
  leaving_.drop(static_cast<std::size_t>(sent));
  return flow::open;
}

void tcp_stream::await_writable() {
  socket_.async_wait(
    boost::asio::ip::tcp::socket::wait_write,
    [self = shared_from_this()](error_code code) {
      if (code)
        self->drop_output();
      else
        self->flush();
    });
}

// The end of the connection is the reader's to find: behind the bytes that came before
// it.
void tcp_stream::drop_output() {
  leaving_.clear();
  auto lock = std::unique_lock{mutex_};
  writable_ = false;
  flushing_ = false;
  unsent_.clear();
  leaving_bytes_ = 0;
  lock.unlock();
  shut_down(SHUT_RDWR);
}

void tcp_stream::shut_down(int how) {
  auto lock = std::lock_guard{descriptor_mutex_};
  // Fails when the peer is gone already, which is as good.
  if (descriptor_ >= 0)
    static_cast<void>(::shutdown(descriptor_, how));
}

// --- ending, on the loop's thread ---

void tcp_stream::linger() {
  if (!socket_.is_open())
    return;
  linger_timer_.expires_after(limits_.linger);
  linger_timer_.async_wait([self = shared_from_this()](error_code code) {
    if (!code)
      self->close_socket();
  });
  auto lock = std::unique_lock{mutex_};
  auto resume = !std::exchange(reading_, true);
  auto idle = !flushing_;
  lock.unlock();
  if (resume)
    read_some();
  if (idle)
    shut_down(SHUT_WR);
}

void tcp_stream::stop() {
  auto lock = std::unique_lock{mutex_};
  closed_ = true;
  ahead_ = {};
  unsent_.clear();
  leaving_bytes_ = 0;
  auto reader = std::exchange(reader_, nullptr);
  lock.unlock();
  close_socket();
}

void tcp_stream::close_socket() {
  if (!socket_.is_open())
    return;
  auto lock = std::unique_lock{descriptor_mutex_};
  descriptor_ = -1;
  auto ignored = error_code{}; // The descriptor is gone whatever this says.
  socket_.close(ignored);
  lock.unlock();
  linger_timer_.cancel();
  loop_->leave(this);
}

} // namespace troupe::cluster
