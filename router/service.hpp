/// A service as a table of methods: what an app registers and a host serves.
///
/// The table is untyped: bytes in, bytes out. `service_wire.hpp` makes its rows from
/// typed handlers of Protobuf messages.
#pragma once

#include "actors/base/error.hpp"
#include "registry/entries.hpp"
#include "router/call.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe::router {

/// Where a handler's answer goes: once, now or later, from any thread. When the last copy
/// goes without an answer, the caller gets ec::internal instead of waiting in vain.
class responder {
public:
  using sink = std::function<void(expected<std::string>)>;

  explicit responder(sink to) : once_{std::make_shared<once>(std::move(to))} {}

  /// Answers. Later answers are ignored.
  void operator()(expected<std::string> result) const;

private:
  struct once {
    explicit once(sink x) : to{std::move(x)} {}
    once(const once&) = delete;
    once& operator=(const once&) = delete;
    ~once();

    sink to;
    std::atomic<bool> answered = false;
  };

  std::shared_ptr<once> once_;
};

struct method_definition {
  std::string name;

  /// Whether running it twice, on two providers, is as good as once. Callers retry such
  /// calls when a provider dies.
  bool idempotent = false;

  /// Runs one call: parses its content, does the work, answers. Called by the host's
  /// actor; must not block.
  std::function<void(const invocation&, responder)> handle;
};

struct service_definition {
  registry::service_name name;
  std::vector<method_definition> methods; ///< Names differ.
  std::uint32_t weight = 100;             ///< Of this provider among others; 0: no calls.
};

/// Null when the service has no such method.
[[nodiscard]] const method_definition*
find_method(const service_definition& service, const std::string& name);

} // namespace troupe::router
