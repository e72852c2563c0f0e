/// How a shard's answer, or the lack of one, is put to a client.
#pragma once

#include "router/data/data_calls.hpp"

#include <string>

namespace troupe::router {

/// The reply itself when it is done. Otherwise an error that names the shard: CLUSTERDOWN
/// and TRYAGAIN, which clients repeat by themselves, only when surely nothing was done;
/// UNKNOWN, which none repeats, when the command may have been executed.
[[nodiscard]] std::string reply_of(data_outcome x);

} // namespace troupe::router
