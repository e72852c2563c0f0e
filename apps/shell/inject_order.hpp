/// What a person orders with `inject`: whom a fault strikes, read and spread over nodes.
/// Pure.
///
/// A target is written `n1` (all links of a node, or its disk or process), `n1:n2,n3`
/// (its links to those), or, of a partition, `n1,n2/n3` (groups that do not hear each
/// other; one group alone is cut off from everybody else).
#pragma once

#include "actors/base/error.hpp"
#include "apps/inject/injected_fault.hpp"
#include "apps/shell/command.hpp"

#include <string>
#include <vector>

namespace troupe::apps::shell {

struct inject_order {
  injected_fault what; ///< But for its peers.
  /// Of a partition; of the others, the node.
  std::vector<std::vector<node_name>> groups;
  std::vector<node_name> peers; ///< Behind the colon.
};

/// One node's part of an order.
struct node_order {
  node_name node;
  injected_fault what;
};

/// Reads the arguments of `inject`. Fails with ec::invalid_argument.
[[nodiscard]] expected<inject_order> read_order(const invocation& call);

/// What each node is told, when the cluster has these `members`. Fails with
/// ec::not_found, naming who is no member, and with ec::invalid_argument when nobody
/// would be cut off.
[[nodiscard]] expected<std::vector<node_order>>
spread(const inject_order& order, const std::vector<node_name>& members);

/// The target of a fault of `node`, as `inject` takes it.
[[nodiscard]] std::string target_of(const node_name& node, const injected_fault& fault);

} // namespace troupe::apps::shell
