/// `troupe down`: ends the nodes of a cluster on this machine.
#pragma once

#include "actors/base/error.hpp"

#include <ostream>
#include <string>

namespace troupe::apps {

/// Ends all nodes of the cluster in `directory` at once, and returns when their processes
/// are gone and their ports free, within 30 s. That some or all did not run is no error.
///
/// Nodes are killed: none leaves the cluster or hands anything over, so that the next
/// `up` brings back the very same members. What was acknowledged is on disk.
/// Fails with ec::not_found when no cluster is there, ec::deadline_exceeded when a
/// process or a port remains, ec::system when a process belongs to somebody else.
[[nodiscard]] error down(const std::string& directory, std::ostream& out);

} // namespace troupe::apps
