#include "storage/replica/replica_state.hpp"

#include "actors/base/assert.hpp"
#include "storage/replica/election.hpp"

#include <utility>

namespace troupe::storage {

void send(turn& t, replica_id to, message_body body) {
  auto known = t.s.incarnations.find(to);
  t.out.messages.push_back(
    {t.s.self.who.cluster, t.s.self.who.shard, t.s.id(), t.s.self.incarnation, to,
     known == t.s.incarnations.end() ? incarnation{0} : known->second,
     t.s.log.config_lsn(), t.s.at, std::move(body)});
}

void send_to_members(turn& t, const message_body& body) {
  for (const auto& x : t.s.config().members) {
    if (x.replica != t.s.id())
      send(t, x.replica, body);
  }
}

void send_to_voters(turn& t, const message_body& body) {
  for (const auto& x : t.s.config().members) {
    if (x.replica != t.s.id() && x.role == member_role::voter)
      send(t, x.replica, body);
  }
}

void persist(turn& t) { t.out.hard = hard_state{t.s.at, t.s.voted_for}; }

void adopt(turn& t, epoch newer) {
  TROUPE_ASSERT(newer > t.s.at);
  step_down(t);
  t.s.at = newer;
  t.s.voted_for.reset();
  t.s.verified = lsn{0};
  t.s.last_acked = lsn{0};
  t.s.keep_from = lsn{0};
  t.s.known_master.reset();
  t.s.asking.reset();
  t.s.stream = {};
  persist(t);
}

void quarantine(turn& t, std::string why) {
  step_down(t);
  t.s.asking.reset();
  t.s.known_master.reset();
  t.s.quarantined = true;
  t.out.told.emplace_back(was_quarantined{std::move(why)});
}

} // namespace troupe::storage
