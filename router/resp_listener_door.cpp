#include "router/resp_listener_door.hpp"

#include "actors/base/time.hpp"

#include <chrono>
#include <utility>

namespace troupe::router {

namespace {

using boost::asio::ip::tcp;

constexpr auto accept_pause = std::chrono::milliseconds{100};

} // namespace

resp_listener::resp_listener(
  boost::asio::io_context& loop, logger log, std::function<home()> next_home)
    : log_{std::move(log)}, next_home_{std::move(next_home)}, acceptor_{loop}, pause_{
                                                                                 loop} {}

error resp_listener::open(const actors::address& where) {
  auto trouble = error_code{};
  auto host = boost::asio::ip::make_address(where.host, trouble);
  if (trouble)
    return fail(
      ec::invalid_argument, "resp.listen: '" + where.host + "' is not an IP address");
  auto endpoint = tcp::endpoint{host, where.port};
  acceptor_.open(endpoint.protocol(), trouble);
  if (!trouble)
    acceptor_.set_option(tcp::acceptor::reuse_address{true}, trouble);
  if (!trouble)
    acceptor_.bind(endpoint, trouble);
  if (!trouble)
    acceptor_.listen(tcp::acceptor::max_listen_connections, trouble);
  if (!trouble)
    where_ = {where.host, acceptor_.local_endpoint(trouble).port()};
  if (trouble)
    return fail(
      trouble == boost::asio::error::address_in_use ? ec::in_use : ec::system,
      "cannot listen on " + to_string(where) + ": " + trouble.message()
        + "; stop the other process, or choose another resp.listen");
  return {};
}

void resp_listener::close() {
  auto ignored = error_code{}; // The descriptor is gone whatever this says.
  acceptor_.close(ignored);
  pause_.cancel();
}

void resp_listener::accept() {
  auto next = next_home_();
  auto& loop = *next.loop;
  acceptor_.async_accept(
    loop, [this, adopt = std::move(next.adopt)](error_code trouble, tcp::socket socket) {
      if (trouble == boost::asio::error::operation_aborted)
        return;
      if (trouble)
        return accept_later(trouble);
      troubled_ = false;
      adopt(std::move(socket));
      accept();
    });
}

// Descriptors have run out, most likely: asking again at once would burn a core.
void resp_listener::accept_later(const error_code& why) {
  if (!std::exchange(troubled_, true))
    log_.warn(
      "cannot accept a connection, and goes on trying", "at", to_string(where_), "reason",
      why.message());
  pause_.expires_after(accept_pause);
  pause_.async_wait([this](error_code cancelled) {
    if (!cancelled)
      accept();
  });
}

} // namespace troupe::router
