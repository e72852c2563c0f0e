#include "storage/shard_config.hpp"

#include <algorithm>

namespace troupe::storage {

std::string to_string(member_role x) {
  return x == member_role::voter ? "voter" : "learner";
}

std::string to_string(ack_mode x) {
  switch (x) {
    case ack_mode::async:
      return "async";
    case ack_mode::semi:
      return "semi";
    case ack_mode::quorum:
      return "quorum";
  }
  return "unknown";
}

const member* shard_config::find(replica_id replica) const {
  auto i = std::ranges::find(members, replica, &member::replica);
  return i == members.end() ? nullptr : &*i;
}

bool shard_config::is_voter(replica_id replica) const {
  const auto* found = find(replica);
  return found != nullptr && found->role == member_role::voter;
}

std::size_t shard_config::voter_count() const {
  return static_cast<std::size_t>(
    std::ranges::count(members, member_role::voter, &member::role));
}

namespace {

using namespace std::chrono_literals;

error refuse(std::string what) {
  return fail(ec::invalid_config, "shard config: " + std::move(what));
}

} // namespace

error validate(const shard_config& x) {
  if (x.voter_count() == 0)
    return refuse("has no voter, name at least one");
  auto not_ascending
    = [](const member& a, const member& b) { return a.replica >= b.replica; };
  if (std::ranges::adjacent_find(x.members, not_ascending) != x.members.end())
    return refuse("members must ascend by replica, each once");
  return validate(x.timing);
}

error validate(const shard_timing& x) {
  if (x.beat <= duration::zero() || x.beat > 1min)
    return refuse("beat must be above 0 and at most 1 min");
  if (x.election_timeout < 3 * x.beat || x.election_timeout > 10min)
    return refuse("election_timeout must be between 3 beats and 10 min");
  if (x.lease < duration::zero() || x.lease > x.election_timeout)
    return refuse("lease must be between 0 (off) and election_timeout");
  if (x.drift_percent >= 100)
    return refuse("drift_percent must be below 100");
  return {};
}

} // namespace troupe::storage
