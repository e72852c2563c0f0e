/// The steps that the tests of `transport_contract.hpp` are made of.
#pragma once

#include "actors/base/bytes.hpp"
#include "actors/transport.hpp"
#include "tests/support/event_log.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <doctest/doctest.h>

namespace troupe::test {

inline byte_buffer bytes_of(std::string_view text) {
  auto view = as_bytes(text);
  return {view.begin(), view.end()};
}

/// `size` characters of which no two neighbouring blocks are alike.
inline std::string pattern(std::size_t size) {
  auto result = std::string(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    result[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return result;
}

/// One world with a recorder in it, and the steps that the tests are made of.
template <class World>
class contract {
public:
  struct pair {
    actors::connection_ptr near; ///< The dialler's end.
    actors::connection_ptr far;  ///< The listener's end.
  };

  contract() {
    recorder = spawn_recorder(log);
    listener = listen(world.place());
  }

  contract(const contract&) = delete;
  contract& operator=(const contract&) = delete;

  ~contract() {
    log->forget_connections();
    for (const auto& actor : spawned_)
      caf::anon_send_exit(actor, caf::exit_reason::kill);
  }

  /// Ends with the test.
  recorder_actor spawn_recorder(event_log_ptr target) {
    return spawned_.emplace_back(world.engine().spawn(make_recorder, std::move(target)));
  }

  std::unique_ptr<actors::listener> listen(const actors::address& where) {
    auto result = world.there().listen(where, recorder);
    REQUIRE_MESSAGE(result, render(result.error()));
    return std::move(*result);
  }

  actors::dial_id
  dial(const actors::address& where, duration deadline = std::chrono::seconds{5}) {
    last_dial = last_dial.next();
    world.here().dial(where, last_dial, deadline, recorder);
    return last_dial;
  }

  pair connect() {
    auto before = log->connected().size();
    auto accepted_before = log->accepted().size();
    dial(listener->where());
    REQUIRE(await([&] {
      return log->connected().size() > before && log->accepted().size() > accepted_before;
    }));
    auto result
      = pair{log->connected().back().connection, log->accepted().back().connection};
    log->forget_connections();
    return result;
  }

  /// Reads until `size` bytes have arrived at `end` in all; returns them.
  std::string read(const actors::connection_ptr& end, std::size_t size) {
    while (log->text(end->id()).size() < size) {
      auto before = log->text(end->id()).size();
      end->read(recorder);
      REQUIRE(await([&] { return log->text(end->id()).size() > before; }));
    }
    return log->text(end->id());
  }

  /// Reads to the end of the connection; returns all bytes that arrived at `end`.
  std::string read_to_end(const actors::connection_ptr& end) {
    while (log->end_count(end->id()) == 0) {
      auto before = log->received().size();
      end->read(recorder);
      REQUIRE(await([&] {
        return log->end_count(end->id()) > 0 || log->received().size() > before;
      }));
    }
    return log->text(end->id());
  }

  /// Whatever was under way before this has had its effect afterwards: a whole exchange
  /// on another connection takes longer.
  void fence() {
    auto [near, far] = connect();
    near->write(bytes_of("ping"));
    read(far, 4);
    far->write(bytes_of("pong"));
    read(near, 4);
  }

  template <class Condition>
  bool await(Condition condition) {
    return world.await(*log, condition);
  }

  World world;
  event_log_ptr log = std::make_shared<event_log>();
  recorder_actor recorder;
  std::unique_ptr<actors::listener> listener;
  actors::dial_id last_dial;

private:
  std::vector<recorder_actor> spawned_;
};

} // namespace troupe::test
