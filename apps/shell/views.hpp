/// Shows replies of a node: each as JSON and as a table. Pure.
///
/// Rows are in natural order of what they are about, whatever order they arrived in, so
/// that two answers can be compared.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/ids.hpp"
#include "apps/node/admin.hpp"
#include "apps/shell/answer.hpp"

#include <string>
#include <string_view>

namespace troupe::apps::shell {

[[nodiscard]] answer view_status(const status_reply& x);

/// Of all members, or of those called `name` when it is not empty. `asked` is the node
/// that answered.
[[nodiscard]] answer
view_members(const members_reply& x, const node_id& asked, const std::string& name);

/// How many provide and consume each service.
[[nodiscard]] answer view_services(const services_reply& x);

/// Of all services, or of `service` alone when it is not empty.
[[nodiscard]] answer view_providers(const services_reply& x, const std::string& service);
[[nodiscard]] answer view_consumers(const services_reply& x, const std::string& service);

/// Begins all names of troupe's own metrics; nobody needs to type it.
inline constexpr auto metric_prefix = std::string_view{"troupe_"};

/// Of the metrics whose name begins with `prefix`, with or without `metric_prefix`; with
/// rates when they are of a window of time.
[[nodiscard]] answer view_stats(const stats_reply& x, const std::string& prefix);

/// Fails with ec::malformed when the provider's reply is no JSON.
[[nodiscard]] expected<answer> view_call(const call_reply& x);

[[nodiscard]] answer view_tree(const tree_reply& x);

} // namespace troupe::apps::shell
