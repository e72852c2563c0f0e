/// A RESP door with real sockets over two shards: one whose master is this node, and one
/// of another node, to which requests are forwarded. Clients that speak to it.
#pragma once

#include "actors/node_clock.hpp"
#include "actors/system_config.hpp"
#include "router/resp_door.hpp"
#include "tests/router/fake_shard.hpp"
#include "tests/support/tcp_peer.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <caf/actor_system.hpp>
#include <doctest/doctest.h>

namespace troupe::router::test {

/// Keys of slots below 8192, which this node's shard owns, and above.
inline constexpr auto key_here = "b";      // Slot 3300.
inline constexpr auto key_elsewhere = "a"; // Slot 15495.

/// One connection.
class resp_client {
public:
  explicit resp_client(std::uint16_t port)
      : peer_{troupe::test::tcp_peer::connected_to(port)} {
    peer_.give_up_after(std::chrono::seconds{30});
  }

  void send(std::string_view bytes) const { REQUIRE(peer_.send(bytes)); }
  [[nodiscard]] const troupe::test::tcp_peer& peer() const { return peer_; }

  /// So many bytes of what the door answers; fewer when it closes before.
  [[nodiscard]] std::string receive(std::size_t count) const {
    return peer_.receive(count);
  }

  /// Sends, and returns as many bytes as are expected.
  [[nodiscard]] std::string
  ask(std::string_view request, std::string_view expected) const {
    send(request);
    return receive(expected.size());
  }

private:
  troupe::test::tcp_peer peer_;
};

class resp_door_fixture {
public:
  explicit resp_door_fixture(resp_door_settings settings = {});
  ~resp_door_fixture();
  resp_door_fixture(const resp_door_fixture&) = delete;
  resp_door_fixture& operator=(const resp_door_fixture&) = delete;

  [[nodiscard]] resp_client connect() const { return resp_client{door->where().port}; }

  /// Tells the door who is master of the shard here, and who of the other.
  void publish(std::optional<node_id> here_master, std::optional<node_id> there_master);

  /// The value of a counter or gauge without labels.
  [[nodiscard]] double metrics_of(std::string_view name) const;

  /// What was forwarded, in requests per message.
  [[nodiscard]] std::vector<std::size_t> forwards() const;

  /// Whether this comes true, soon.
  template <class Condition>
  [[nodiscard]] static bool comes_true(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end)
        return false;
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
  }

  node_id self{uuid{0, 1}};
  node_id other{uuid{0, 2}};
  actors::system_config engine_config;
  caf::actor_system engine{engine_config};
  actors::boottime_clock clock{engine};
  metrics_registry metrics;
  data_board board;
  session_book sessions{self, incarnation{1}};
  std::shared_ptr<fake_rows> here = std::make_shared<fake_rows>();
  std::shared_ptr<fake_rows> there = std::make_shared<fake_rows>();
  storage::replica_actor replica = spawn_fake_shard(engine, here);
  std::unique_ptr<resp_door> door;

private:
  void forward_to(forward x);

  mutable std::mutex mutex_;
  std::vector<std::size_t> forwards_;
  std::uint64_t version_ = 0;
};

} // namespace troupe::router::test
