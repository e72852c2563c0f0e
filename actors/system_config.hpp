/// How troupe sets up its actor engine: one place, so that every process and every test
/// runs the same one.
///
/// Nothing is read from outside: neither the command line nor a `caf-application.ini`
/// that lies in the working directory. troupe's own configuration is the only one.
#pragma once

#include <caf/actor_system_config.hpp>

namespace troupe::actors {

/// Who runs the actors.
enum class scheduling {
  /// A thread per core, and real time.
  threads,
  /// The caller, one message at a time, in virtual time; for tests and simulation.
  stepped,
};

class system_config : public caf::actor_system_config {
public:
  explicit system_config(scheduling kind = scheduling::threads);
};

} // namespace troupe::actors
