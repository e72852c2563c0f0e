/// Raw requests of the engine, which service calls are compared with: within a process,
/// and between two over the engine's own network layer (BASP).
#pragma once

#include "tests/bench/stopwatch.hpp"

#include <cstdint>

namespace troupe::bench {

/// Requests to an actor of the same process.
[[nodiscard]] run_result caf_local(std::uint64_t calls, std::uint32_t in_flight);

/// Serves requests at this port until stdin ends.
void caf_serve(std::uint16_t port);

/// Requests to the process that serves at this port.
[[nodiscard]] run_result
caf_remote(std::uint16_t port, std::uint64_t calls, std::uint32_t in_flight);

} // namespace troupe::bench
