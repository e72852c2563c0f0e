/// One connection to the door of node 1, for the tests of sessions.
#pragma once

#include "router/resp/reply.hpp"
#include "router/resp/session.hpp"
#include "tests/router/cluster_fixture.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::test {

struct session_fixture : cluster_fixture {
  router::resp_session_config config;
  router::resp_session session{config, 17, "127.0.0.1:50000"};
  router::cluster_view view = seen_by(1);
  router::door_facts facts;
  router::resp_session::output out; ///< Of all events so far.

  void restart() { session = {config, 17, "127.0.0.1:50000"}; }

  void receive(std::string_view bytes) {
    std::ranges::copy(bytes, session.space(bytes.size()).begin());
    session.received(bytes.size(), {view, facts}, out);
  }

  /// Sends one inline request, and returns what is to be written.
  std::string ask(const std::string& line) {
    receive(line + "\r\n");
    return session.take_replies();
  }

  void end(std::uint64_t ticket, router::data_outcome outcome) {
    session.ended(ticket, std::move(outcome), out);
    session.resume({view, facts}, out);
  }

  /// The shard has answered with this reply.
  void answer(std::uint64_t ticket, std::string reply) {
    end(ticket, {router::data_status::done, shard_id{1}, std::move(reply), {}, {}});
  }

  [[nodiscard]] std::size_t request_count() const { return out.requests.size(); }
};

} // namespace troupe::test
