#include "cluster/asio_dial.hpp"

#include "actors/transport_error.hpp"
#include "cluster/asio_error.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <caf/send.hpp>

namespace troupe::cluster {

namespace {

using std::chrono::steady_clock;

// Keeps sums with the clock's time from overflowing.
constexpr auto deadline_max = duration{std::chrono::hours{24}};

error dial_failure(const actors::address& where, const boost::system::error_code& code) {
  if (code == boost::asio::error::connection_refused)
    return actors::dial_refused(where);
  return actors::dial_error(
    where, reason_of(code) + "; check that the machine is up and reachable");
}

/// Whether a socket is connected to itself: TCP does that when nobody listens and the
/// system happens to pick the very port that is dialled as the source.
bool is_own_echo(const boost::asio::ip::tcp::socket& socket) {
  auto code = boost::system::error_code{};
  auto local = socket.local_endpoint(code);
  return !code && local == socket.remote_endpoint(code);
}

} // namespace

tcp_dial::tcp_dial(std::shared_ptr<io_loop> loop, tcp_dial_order order)
    : loop_{std::move(loop)}, order_{std::move(order)}, socket_{loop_->context()},
      timer_{loop_->context()}, due_{
                                  steady_clock::now()
                                  + std::clamp(
                                    order_.deadline, duration::zero(), deadline_max)} {}

void tcp_dial::start(name_lookup& lookup) {
  if (!loop_->enter(shared_from_this()))
    return;
  auto code = error_code{};
  auto numeric = boost::asio::ip::make_address(order_.where.host, code);
  if (code)
    look_up(lookup);
  else
    resolved({{numeric}, {}});
}

void tcp_dial::look_up(name_lookup& lookup) {
  wait(due_ - steady_clock::now());
  // Weak: a look-up that hangs must not keep the owner's handle.
  lookup.find(
    order_.where.host,
    [loop = loop_, weak = weak_from_this()](const lookup_result& result) {
      loop->post([weak, result] {
        if (auto self = weak.lock())
          self->resolved(result);
      });
    });
}

void tcp_dial::resolved(const lookup_result& result) {
  if (finished_)
    return;
  if (result.addresses.empty()) {
    fail(actors::dial_unresolved(order_.where, result.failure));
    return;
  }
  for (const auto& address : result.addresses)
    targets_.emplace_back(address, order_.where.port);
  std::reverse(targets_.begin(), targets_.end());
  try_next();
}

void tcp_dial::try_next() {
  auto left = due_ - steady_clock::now();
  if (targets_.empty() || left <= left.zero()) {
    fail(
      targets_.empty() ? std::move(last_failure_)
                       : actors::dial_unanswered(order_.where, order_.deadline));
    return;
  }
  wait(left / static_cast<steady_clock::rep>(targets_.size()));
  auto ignored = error_code{}; // A socket that cannot be opened fails at the connect too.
  socket_.close(ignored);
  auto target = targets_.back();
  targets_.pop_back();
  socket_.async_connect(
    target, [self = shared_from_this(), step = step_](error_code code) {
      self->on_connect(step, code);
    });
}

void tcp_dial::wait(steady_clock::duration time) {
  timer_.expires_after(time);
  timer_.async_wait([self = shared_from_this(), step = ++step_](error_code code) {
    if (!code && step == self->step_)
      self->on_timeout();
  });
}

void tcp_dial::on_connect(std::size_t step, error_code code) {
  if (finished_ || step != step_)
    return;
  if (!code && !is_own_echo(socket_)) {
    succeed();
    return;
  }
  last_failure_
    = code ? dial_failure(order_.where, code) : actors::dial_refused(order_.where);
  try_next();
}

void tcp_dial::on_timeout() {
  last_failure_ = actors::dial_unanswered(order_.where, order_.deadline);
  try_next();
}

void tcp_dial::succeed() {
  auto stream = std::make_shared<tcp_stream>(
    loop_, std::move(socket_), order_.connection, to_string(order_.where), order_.limits);
  stream->start();
  caf::anon_send(
    order_.owner,
    actors::connected{order_.id, std::make_shared<tcp_connection>(std::move(stream))});
  finish();
}

void tcp_dial::fail(error why) {
  caf::anon_send(order_.owner, actors::dial_failed{order_.id, std::move(why)});
  finish();
}

void tcp_dial::stop() { finish(); }

void tcp_dial::finish() {
  finished_ = true;
  timer_.cancel();
  auto ignored = error_code{};
  socket_.close(ignored);
  order_.owner = nullptr;
  loop_->leave(this);
}

} // namespace troupe::cluster
