#include "cluster/asio_transport.hpp"

#include "actors/base/assert.hpp"
#include "actors/base/config.hpp"
#include "cluster/asio_dial.hpp"
#include "cluster/asio_listener.hpp"
#include "cluster/asio_loop.hpp"
#include "cluster/asio_name_lookup.hpp"
#include "cluster/asio_stream.hpp"

#include <atomic>
#include <utility>
#include <vector>

namespace troupe::cluster {

using namespace std::chrono_literals;

error asio_transport_config::validate() const {
  return first_error({
    check_range("transport.io_threads", io_threads, std::size_t{1}, std::size_t{64}),
    check_range("transport.linger", linger, 0ms, 1min),
    check_range(
      "transport.read_ahead_bytes", byte_size{read_ahead_bytes}, kib(1), gib(1)),
    check_range("transport.accept_backoff", accept_backoff, 1ms, 1min),
  });
}

/// What listeners use too, which may outlive the transport.
struct asio_transport::shared {
  shared(asio_transport_config c, accept_failure_handler handler)
      : config{c}, accept_failed{std::move(handler)} {}

  asio_transport_config config;
  accept_failure_handler accept_failed;
  std::vector<std::shared_ptr<io_loop>> loops;
  std::shared_ptr<name_lookup> lookup = std::make_shared<name_lookup>();
  std::atomic<std::size_t> turns = 0;
  std::atomic<std::uint64_t> connections = 0;
  std::atomic<std::uint64_t> accept_failures = 0;

  [[nodiscard]] std::shared_ptr<io_loop> next_loop() {
    return loops[turns++ % loops.size()];
  }
  [[nodiscard]] actors::connection_id draw_id() {
    return actors::connection_id{++connections};
  }
  [[nodiscard]] tcp_stream_limits limits() const {
    return {config.linger, config.read_ahead_bytes};
  }
};

asio_transport::asio_transport(
  asio_transport_config config, accept_failure_handler accept_failed)
    : shared_{std::make_shared<shared>(config, std::move(accept_failed))} {
  TROUPE_ASSERT(!config.validate());
  for (std::size_t i = 0; i < config.io_threads; ++i)
    shared_->loops.push_back(std::make_shared<io_loop>());
}

asio_transport::~asio_transport() {
  for (auto& loop : shared_->loops)
    loop->end();
}

expected<std::unique_ptr<actors::listener>>
asio_transport::listen(const actors::address& where, actors::listener_owner owner) {
  auto setup = tcp_listener_setup{
    .loop = shared_->next_loop(),
    .next_loop = [shared = shared_] { return shared->next_loop(); },
    .draw_id = [shared = shared_] { return shared->draw_id(); },
    .accept_failed =
      [shared = shared_](const error& why) {
        ++shared->accept_failures;
        if (shared->accept_failed)
          shared->accept_failed(why);
      },
    .backoff = shared_->config.accept_backoff,
    .limits = shared_->limits()};
  auto loop = setup.loop;
  auto acceptor = std::make_shared<tcp_acceptor>(std::move(setup), std::move(owner));
  auto place = acceptor->open(where);
  if (!place)
    return place.error();
  loop->post([acceptor] { acceptor->start(); });
  return std::unique_ptr<actors::listener>{
    std::make_unique<tcp_listener>(std::move(acceptor), std::move(*place))};
}

void asio_transport::dial(
  const actors::address& where, actors::dial_id id, duration deadline,
  actors::dial_owner owner) {
  auto loop = shared_->next_loop();
  auto dial = std::make_shared<tcp_dial>(
    loop, tcp_dial_order{
            .where = where,
            .id = id,
            .deadline = deadline,
            .owner = std::move(owner),
            .connection = shared_->draw_id(),
            .limits = shared_->limits()});
  loop->post([dial, lookup = shared_->lookup] { dial->start(*lookup); });
}

std::uint64_t asio_transport::accept_failure_count() const {
  return shared_->accept_failures;
}

} // namespace troupe::cluster
