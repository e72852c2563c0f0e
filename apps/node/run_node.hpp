/// A node as a process: real threads, sockets, disk and signals around `node`.
#pragma once

#include "apps/node/node_config.hpp"
#include "apps/service_environment.hpp"

namespace troupe::apps {

/// Runs a node that provides what `services` makes until it has left its cluster or
/// cannot live; the calling thread waits.
///
/// SIGINT and SIGTERM make it leave; a second one ends the process at once. What a person
/// must mend is printed on stderr.
/// Returns the process's exit code: 0 after a clean leave, 1 otherwise.
/// @pre `config.validate()` is none. Call it once per process, from its main thread,
/// before other threads are made.
[[nodiscard]] int run_node(const node_config& config, service_maker services);

} // namespace troupe::apps
