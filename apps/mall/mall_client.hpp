/// Calls the mall's inventory from outside of the cluster, through whatever node lives.
///
/// Answers come on threads of the client's own; everything else is called by one thread.
#pragma once

#include "apps/mall/inventory_calls.hpp"
#include "apps/node/admin_client.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace troupe::mall {

class mall_client final : public inventory_calls {
public:
  /// Connects to the node at `address`, and learns of the others. Fails as
  /// `admin_client::connect`.
  [[nodiscard]] error connect(const std::string& address);

  /// Connects to another node that is known. Fails when none answers.
  [[nodiscard]] error reconnect();

  /// The node that is connected to.
  [[nodiscard]] std::string node_name() const;

  /// Link addresses of the nodes that live, the one connected to last, as they were when
  /// this was connected.
  [[nodiscard]] const std::vector<std::string>& nodes() const { return nodes_; }

private:
  void call(
    const char* method, std::string json,
    std::function<void(expected<std::string>)> done) override;
  void learn(const std::string& connected);

  apps::admin_client client_;
  std::vector<std::string> nodes_;
};

} // namespace troupe::mall
