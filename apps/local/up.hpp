/// `troupe up`: starts the nodes of a cluster on this machine.
#pragma once

#include "actors/base/error.hpp"
#include "apps/local/options.hpp"

#include <ostream>
#include <string>

namespace troupe::apps {

/// Starts those nodes of the cluster in `request.directory` that do not run, and returns
/// when all are ready and see each other. Nodes outlive this process. `program` is what
/// they run unless the request or the directory says otherwise. What runs is told to
/// `out`. Several calls for one directory wait for each other.
[[nodiscard]] error
up(const up_request& request, const std::string& program, std::ostream& out);

/// The absolute path of the program that this process runs.
[[nodiscard]] expected<std::string> own_program();

} // namespace troupe::apps
