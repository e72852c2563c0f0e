#include "cluster/link_frame.hpp"

namespace troupe::cluster {

namespace {

// Headers, mailbox element and bookkeeping; so that empty messages are bounded too.
constexpr std::uint64_t overhead_bytes = 128;

} // namespace

std::string_view to_string(link_role x) {
  return x == link_role::node ? "node" : "client";
}

std::uint64_t credit_cost(const payload& x) {
  const auto* name = std::get_if<std::string>(&x.to);
  return overhead_bytes + (name != nullptr ? name->size() : 0) + x.type.size()
         + x.content.size();
}

} // namespace troupe::cluster
