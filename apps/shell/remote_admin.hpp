/// A real node over the link protocol.
#pragma once

#include "actors/base/time.hpp"
#include "apps/node/admin_client.hpp"
#include "apps/shell/admin.hpp"

#include <memory>
#include <string>

namespace troupe::apps::shell {

class remote_admin final : public admin_connection {
public:
  /// Every call ends after `deadline` at the latest.
  explicit remote_admin(duration deadline) : deadline_{deadline} {}

  /// Changes the deadline of the calls that follow.
  void set_deadline(duration deadline) { deadline_ = deadline; }

  [[nodiscard]] error connect(const std::string& address) override;
  [[nodiscard]] const cluster::peer_identity& node() const override;
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
  admin_client client_;
  duration deadline_;
};

} // namespace troupe::apps::shell
