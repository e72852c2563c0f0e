/// Tells people why links are refused, each reason once.
///
/// Dials are repeated for ever, so a node that nobody takes in would fill its log with
/// one sentence; or, if it kept silent, run alone without a word. Only refusals that
/// somebody must mend are told: another cluster, no common version, a copied data
/// directory. Others pass by themselves.
///
/// Not thread-safe; one per process. Memory is bounded, whatever strangers say: when
/// `refusals_remembered_max` sentences are known, the oldest is forgotten, and would be
/// told again.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/log.hpp"

#include <cstddef>
#include <deque>
#include <string>

namespace troupe::cluster {

inline constexpr std::size_t refusals_remembered_max = 64;

class refusal_log {
public:
  /// Warns that the link with `peer` (host:port) was refused, by either end. Does nothing
  /// when `why` mends itself, or was told before of whichever peer.
  void tell(const logger& log, const std::string& peer, const error& why);

private:
  std::deque<std::string> told_; // The oldest first.
};

} // namespace troupe::cluster
