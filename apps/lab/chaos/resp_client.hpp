/// A connection of one client to a node's RESP door, one command at a time.
///
/// Calls block the calling thread, each at most for its deadline. Used by one thread.
#pragma once

#include "actors/address.hpp"
#include "actors/base/error.hpp"
#include "actors/base/time.hpp"
#include "router/resp/read_reply.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace troupe::lab {

class resp_client {
public:
  resp_client() = default;
  resp_client(const resp_client&) = delete;
  resp_client& operator=(const resp_client&) = delete;
  ~resp_client() { close(); }

  /// Connects anew. Fails with ec::unreachable.
  /// @pre `where.host` is an IPv4 address.
  [[nodiscard]] error connect(const actors::address& where, duration deadline);

  [[nodiscard]] bool connected() const { return descriptor_ >= 0; }

  /// Sends `words` and waits for the reply. Fails with ec::deadline_exceeded or
  /// ec::link_lost, after which it is closed: the command may have been executed.
  /// @pre connected().
  [[nodiscard]] expected<router::resp_value>
  command(const std::vector<std::string>& words, duration deadline);

  void close();

private:
  using moment = std::chrono::steady_clock::time_point;

  [[nodiscard]] error send_all(const std::string& bytes, moment until);
  [[nodiscard]] expected<router::resp_value> receive(moment until);
  [[nodiscard]] error wait_for(short events, moment until) const;

  int descriptor_ = -1;
};

} // namespace troupe::lab
