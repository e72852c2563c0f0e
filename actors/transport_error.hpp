/// The sentences of a transport's errors: one wording, whichever network it is.
#pragma once

#include "actors/address.hpp"
#include "actors/base/error.hpp"
#include "actors/base/time.hpp"

#include <string>
#include <string_view>

namespace troupe::actors {

/// A dial failed for `reason`, which ends with the remedy.
[[nodiscard]] error dial_error(const address& where, std::string_view reason);

[[nodiscard]] error dial_refused(const address& where);
[[nodiscard]] error dial_unanswered(const address& where, duration deadline);
[[nodiscard]] error dial_unresolved(const address& where, std::string_view reason);

[[nodiscard]] error listen_in_use(const address& where);

/// `peer` is a connection's `peer()`.
[[nodiscard]] error closed_by(const std::string& peer);
[[nodiscard]] error broken(const std::string& peer, std::string_view reason);

} // namespace troupe::actors
