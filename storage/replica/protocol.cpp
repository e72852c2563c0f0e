#include "storage/replica/protocol.hpp"

#include "storage/replica/output.hpp"

#include <algorithm>
#include <array>

namespace troupe::storage {

bool operator==(const ship& a, const ship& b) {
  auto same = [](const record_ptr& x, const record_ptr& y) { return *x == *y; };
  return a.stream == b.stream && a.prev == b.prev && a.commit == b.commit
         && std::ranges::equal(a.records, b.records, same);
}

const char* name_of(const message_body& x) {
  // In the order of message_body.
  static constexpr auto names
    = std::array{"pre_vote",     "pre_vote_reply", "vote", "vote_reply", "beat",
                 "beat_ack",     "subscribe",      "ship", "ship_ack",   "diverged",
                 "stand_please", "transfer_now",   "stale"};
  return names.at(x.index());
}

const char* to_string(answer_status x) {
  static constexpr auto names
    = std::array{"none", "ok",      "not_master", "no_quorum",       "moved",
                 "busy", "unknown", "answered",   "session_expired", "too_large"};
  return names.at(static_cast<std::size_t>(x));
}

} // namespace troupe::storage
