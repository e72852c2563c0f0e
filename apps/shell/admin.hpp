/// What commands need of a node: it answers the questions of `apps/node/admin.hpp`.
///
/// `remote_admin` asks a real node; tests have answers of their own.
#pragma once

#include "actors/base/error.hpp"
#include "apps/node/admin.hpp"
#include "cluster/peer.hpp"

#include <memory>
#include <string>

namespace troupe::apps::shell {

class admin {
public:
  admin() = default;
  admin(const admin&) = delete;
  admin& operator=(const admin&) = delete;
  virtual ~admin() = default;

  /// Who answers.
  /// @pre there is a connection.
  [[nodiscard]] virtual const cluster::peer_identity& node() const = 0;

  /// Each blocks until the answer is there. Fails with ec::deadline_exceeded,
  /// ec::link_lost when the node dies meanwhile, or what the node refused with.
  [[nodiscard]] virtual expected<status_reply> ask(const status_query& x) = 0;
  [[nodiscard]] virtual expected<members_reply> ask(const members_query& x) = 0;
  [[nodiscard]] virtual expected<services_reply> ask(const services_query& x) = 0;
  [[nodiscard]] virtual expected<stats_reply> ask(const stats_query& x) = 0;
  [[nodiscard]] virtual expected<tree_reply> ask(const tree_query& x) = 0;
  [[nodiscard]] virtual expected<shards_reply> ask(const shards_query& x) = 0;
  /// Fails when the shard cannot be asked, too; what Redis calls an error is a reply.
  [[nodiscard]] virtual expected<data_reply> ask(const data_command& x) = 0;
  /// Fails as the call does, too.
  [[nodiscard]] virtual expected<call_reply> ask(const call_command& x) = 0;
  [[nodiscard]] virtual expected<inject_reply> ask(const inject_command& x) = 0;
  [[nodiscard]] virtual expected<faults_reply> ask(const faults_query& x) = 0;
  [[nodiscard]] virtual expected<heal_reply> ask(const heal_command& x) = 0;
  [[nodiscard]] virtual expected<leave_reply> ask(const leave_command& x) = 0;

  /// Another node, the one that listens for links at `address`, over a connection of its
  /// own. Fails as `connect` does.
  [[nodiscard]] virtual expected<std::unique_ptr<admin>> at(const std::string& address)
    = 0;
};

/// An admin that can move from node to node.
class admin_connection : public admin {
public:
  /// Connects to the node that listens for links at `address`, instead of any before.
  /// Fails with ec::unreachable, ec::invalid_argument, or what the node refused with.
  [[nodiscard]] virtual error connect(const std::string& address) = 0;
};

} // namespace troupe::apps::shell
