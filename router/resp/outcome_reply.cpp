#include "router/resp/outcome_reply.hpp"

#include "router/resp/reply.hpp"

#include <utility>

namespace troupe::router {

std::string reply_of(data_outcome x) {
  switch (x.status) {
    case data_status::done:
      return std::move(x.reply);
    case data_status::no_quorum:
      return error_reply("CLUSTERDOWN NOQUORUM " + x.why);
    case data_status::busy:
      return error_reply("TRYAGAIN " + x.why);
    case data_status::unknown:
      return error_reply("UNKNOWN " + x.why);
    case data_status::too_large:
      return error_reply("ERR " + x.why);
  }
  return error_reply("UNKNOWN the shard's answer was not understood");
}

} // namespace troupe::router
