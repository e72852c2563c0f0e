/// A connection from outside (a shell, `troupe up`) to one node's `admin` actor.
///
/// A client on the link protocol, never a member. Owns an engine and a transport of its
/// own. Calls block the calling thread, each at most for its deadline; one thread at a
/// time.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"
#include "apps/node/admin.hpp"
#include "cluster/peer.hpp"

#include <functional>
#include <memory>
#include <string>

namespace troupe::apps {

class admin_client {
public:
  admin_client();
  admin_client(const admin_client&) = delete;
  admin_client& operator=(const admin_client&) = delete;
  ~admin_client();

  /// Connects to the node that listens for links at `address` (host:port), or to another
  /// one after that. Fails with ec::unreachable, ec::invalid_argument, or what the node
  /// refused with.
  [[nodiscard]] error connect(const std::string& address, duration deadline);

  /// Who answered.
  /// @pre `connect` succeeded.
  [[nodiscard]] const cluster::peer_identity& node() const;

  /// Each asks its question. Fails with ec::deadline_exceeded, or ec::link_lost when the
  /// node dies meanwhile.
  [[nodiscard]] expected<status_reply> ask(const status_query& x, duration deadline);
  [[nodiscard]] expected<members_reply> ask(const members_query& x, duration deadline);
  [[nodiscard]] expected<services_reply> ask(const services_query& x, duration deadline);
  [[nodiscard]] expected<stats_reply> ask(const stats_query& x, duration deadline);
  [[nodiscard]] expected<tree_reply> ask(const tree_query& x, duration deadline);
  [[nodiscard]] expected<shards_reply> ask(const shards_query& x, duration deadline);
  [[nodiscard]] expected<data_reply> ask(const data_command& x, duration deadline);
  [[nodiscard]] expected<call_reply> ask(const call_command& x, duration deadline);
  /// As above without waiting: `done` runs once, on a thread of the client's engine, and
  /// must not block. Any number may be under way.
  void ask_later(
    call_command x, duration deadline, std::function<void(expected<call_reply>)> done);

  [[nodiscard]] expected<inject_reply> ask(const inject_command& x, duration deadline);
  [[nodiscard]] expected<faults_reply> ask(const faults_query& x, duration deadline);
  [[nodiscard]] expected<heal_reply> ask(const heal_command& x, duration deadline);
  [[nodiscard]] expected<leave_reply> ask(const leave_command& x, duration deadline);

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

} // namespace troupe::apps
