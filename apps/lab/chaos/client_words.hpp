/// Operations as commands of Redis, and its replies as outcomes.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/random.hpp"
#include "apps/lab/check/history.hpp"
#include "apps/lab/scenario.hpp"
#include "router/resp/read_reply.hpp"

#include <string>
#include <vector>

namespace troupe::lab {

/// @pre mix.sum() > 0
[[nodiscard]] operation_call draw_call(const operation_mix& mix, random_source& random);

/// The kind of the key that `call` is for; reads are for any.
[[nodiscard]] key_kind kind_used_by(operation_call call, random_source& random);

/// What `x` writes: unique in the run, by its client and request.
[[nodiscard]] std::string argument_of(const recorded_operation& x);

[[nodiscard]] std::vector<std::string> words_of(const recorded_operation& x);

[[nodiscard]] bool is_ok(const router::resp_value& reply);

/// Sets outcome and value by what came back. Only what the cluster states to be not done
/// is refused (docs/redis.md); all else that is no answer is unknown.
void take_reply(const expected<router::resp_value>& reply, recorded_operation& x);

} // namespace troupe::lab
