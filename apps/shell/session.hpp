/// The shell's place in the cluster: the node that it asks, and whom else it could ask.
///
/// An `admin` itself, so that it sees every answer: it learns of other members, and
/// notices when its node is gone. `connect` then finds another one.
#pragma once

#include "actors/base/error.hpp"
#include "apps/shell/admin.hpp"

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace troupe::apps::shell {

class session final : public admin {
public:
  /// Will connect to `address`. Tells on `notes` when it moves to another node.
  session(admin_connection& connection, std::string address, std::ostream& notes)
      : connection_{&connection}, address_{std::move(address)}, notes_{&notes} {}

  [[nodiscard]] bool connected() const { return connected_; }

  /// Whether there ever was a connection, and so `node()` can be asked.
  [[nodiscard]] bool has_node() const { return has_node_; }

  /// Does nothing while connected. Else tries the last address, then those of the other
  /// members that it knows of. Fails as the first of them did.
  [[nodiscard]] error connect();

  /// Asks who the members are, so that `connect` knows where to go later.
  void refresh();

  /// The node ends because it was told to; it is not tried again.
  void part();

  /// The node asked last, also when it is gone. Questions fail with ec::unreachable then.
  /// @pre has_node()
  [[nodiscard]] const cluster::peer_identity& node() const override { return node_; }

  [[nodiscard]] expected<status_reply> ask(const status_query& x) override;
  [[nodiscard]] expected<members_reply> ask(const members_query& x) override;
  [[nodiscard]] expected<services_reply> ask(const services_query& x) override;
  [[nodiscard]] expected<stats_reply> ask(const stats_query& x) override;
  [[nodiscard]] expected<tree_reply> ask(const tree_query& x) override;
  [[nodiscard]] expected<shards_reply> ask(const shards_query& x) override;
  [[nodiscard]] expected<data_reply> ask(const data_command& x) override;
  [[nodiscard]] expected<call_reply> ask(const call_command& x) override;
  [[nodiscard]] expected<inject_reply> ask(const inject_command& x) override;
  [[nodiscard]] expected<faults_reply> ask(const faults_query& x) override;
  [[nodiscard]] expected<heal_reply> ask(const heal_command& x) override;
  [[nodiscard]] expected<leave_reply> ask(const leave_command& x) override;
  [[nodiscard]] expected<std::unique_ptr<admin>> at(const std::string& address) override;

private:
  template <class Reply, class Query>
  expected<Reply> forwarded(const Query& x);
  template <class Reply, class Query>
  expected<Reply> watched(const Query& x);
  void arrive(const std::string& address);
  void tell_where(const cluster::peer_identity& before) const;
  void learn(const members_reply& x);
  [[nodiscard]] std::vector<std::string> candidates() const;

  admin_connection* connection_;
  std::string address_; // Empty after `part`.
  std::ostream* notes_;
  bool connected_ = false;
  bool has_node_ = false;
  cluster::peer_identity node_;
  std::vector<std::string> others_; // Addresses of members that live.
};

} // namespace troupe::apps::shell
