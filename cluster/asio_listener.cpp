#include "cluster/asio_listener.hpp"

#include "actors/transport_error.hpp"
#include "cluster/asio_error.hpp"
#include "cluster/asio_name_lookup.hpp"

#include <string_view>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <caf/send.hpp>
#include <sys/socket.h>

namespace troupe::cluster {

namespace {

using boost::asio::ip::tcp;

std::string_view remedy_for(const boost::system::error_code& code) {
  if (code == boost::asio::error::access_denied)
    return "choose a port above 1023, or run with the right to use this one";
  if (code.value() == EADDRNOTAVAIL)
    return "choose an address of this machine";
  return "choose another address";
}

error listen_error(const actors::address& where, const boost::system::error_code& code) {
  if (code == boost::asio::error::address_in_use)
    return actors::listen_in_use(where);
  return fail(
    ec::system, "cannot listen on " + to_string(where) + ": " + reason_of(code) + "; "
                  + std::string{remedy_for(code)});
}

/// A name is looked up on the spot: a node listens once, at its start.
expected<boost::asio::ip::address> resolve_here(const actors::address& where) {
  auto code = boost::system::error_code{};
  auto numeric = boost::asio::ip::make_address(where.host, code);
  if (!code)
    return numeric;
  auto found = look_up(where.host);
  if (!found.addresses.empty())
    return found.addresses.front();
  return fail(
    ec::system, "cannot listen on " + to_string(where) + ": " + found.failure
                  + "; check the host name");
}

actors::address address_of(const tcp::endpoint& x) {
  return {x.address().to_string(), x.port()};
}

} // namespace

tcp_acceptor::tcp_acceptor(tcp_listener_setup setup, actors::listener_owner owner)
    : setup_{std::move(setup)}, acceptor_{setup_.loop->context()},
      backoff_timer_{setup_.loop->context()}, owner_{std::move(owner)} {}

expected<actors::address> tcp_acceptor::open(const actors::address& where) {
  auto host = resolve_here(where);
  if (!host)
    return host.error();
  auto code = error_code{};
  auto endpoint = tcp::endpoint{*host, where.port};
  acceptor_.open(endpoint.protocol(), code);
  // A restarted node shall have its port although old connections are in TIME_WAIT.
  if (!code)
    acceptor_.set_option(tcp::acceptor::reuse_address{true}, code);
  if (!code)
    acceptor_.bind(endpoint, code);
  if (!code)
    acceptor_.listen(tcp::acceptor::max_listen_connections, code);
  if (code)
    return listen_error(where, code);
  descriptor_ = acceptor_.native_handle();
  auto result = actors::address{where.host, acceptor_.local_endpoint(code).port()};
  where_ = to_string(result);
  return result;
}

void tcp_acceptor::start() {
  if (setup_.loop->enter(shared_from_this()))
    accept();
}

void tcp_acceptor::accept() {
  target_ = setup_.next_loop();
  acceptor_.async_accept(
    target_->context(), peer_,
    [self = shared_from_this()](error_code code, tcp::socket socket) {
      self->on_accept(code, std::move(socket));
    });
}

void tcp_acceptor::on_accept(error_code code, tcp::socket socket) {
  auto lock = std::unique_lock{mutex_};
  auto owner = owner_;
  lock.unlock();
  if (!owner) {
    close_socket();
    return;
  }
  if (code) {
    on_failure(code);
    return;
  }
  auto stream = std::make_shared<tcp_stream>(
    target_, std::move(socket), setup_.draw_id(), to_string(address_of(peer_)),
    setup_.limits);
  if (!target_->post([stream] { stream->start(); }))
    return; // The transport is ending.
  caf::anon_send(
    owner, actors::accepted{std::make_shared<tcp_connection>(std::move(stream))});
  accept();
}

// Out of descriptors, most likely: the connection stays in the system's queue, and trying
// again at once would spin.
void tcp_acceptor::on_failure(error_code code) {
  setup_.accept_failed(
    fail(ec::system, "cannot accept a connection on " + where_ + ": " + reason_of(code)));
  backoff_timer_.expires_after(setup_.backoff);
  backoff_timer_.async_wait([self = shared_from_this()](error_code cancelled) {
    if (!cancelled)
      self->accept();
  });
}

void tcp_acceptor::close() {
  auto owner
    = actors::listener_owner{}; // Outlives the lock, as its end may close others.
  auto lock = std::lock_guard{mutex_};
  std::swap(owner, owner_);
  if (descriptor_ < 0)
    return;
  // Ends the listening at once, from this thread; the loop closes the descriptor.
  ::shutdown(descriptor_, SHUT_RDWR);
  setup_.loop->post([self = shared_from_this()] { self->close_socket(); });
}

void tcp_acceptor::stop() {
  auto lock = std::unique_lock{mutex_};
  auto owner = std::exchange(owner_, nullptr);
  lock.unlock();
  close_socket();
}

void tcp_acceptor::close_socket() {
  auto lock = std::unique_lock{mutex_};
  descriptor_ = -1;
  auto ignored = error_code{}; // The descriptor is gone whatever this says.
  acceptor_.close(ignored);
  lock.unlock();
  backoff_timer_.cancel();
  target_ = nullptr;
  setup_.loop->leave(this);
}

} // namespace troupe::cluster
