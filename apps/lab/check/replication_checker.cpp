#include "apps/lab/check/replication_checker.hpp"

#include "storage/storage_wire.hpp"

#include <algorithm>

namespace troupe::lab {

using namespace storage;

namespace {

void must(bool holds, const std::string& what) {
  if (!holds)
    throw property_violated{what};
}

std::uint64_t extend(std::uint64_t chain, const record& x) {
  auto bytes = encode_record(x);
  auto low = crc32c(bytes, static_cast<std::uint32_t>(chain));
  auto high = crc32c(bytes, static_cast<std::uint32_t>(chain >> 32) ^ 0x9e3779b9U);
  return std::uint64_t{high} << 32 | low;
}

std::string named(replica_id who) { return "replica " + to_string(who); }

} // namespace

void replication_checker::append(follower& f, const record_ptr& x) {
  must(x->at.seq.value() == f.log.size() + 1, "the log has a gap at " + to_string(x->at));
  auto chain = extend(f.log.empty() ? 0 : f.log.back().chain, *x);
  auto known = records_.try_emplace(x->at, chain).first->second;
  must(
    known == chain,
    "I6: two logs that both hold " + to_string(x->at) + " differ there or before");
  f.log.push_back({x->at, chain});
}

void replication_checker::started(
  replica_id who, position base, const std::vector<record_ptr>& log,
  const hard_state& hard) {
  auto& f = followers_[who];
  must(hard.at >= f.hard.at, "I8: the epoch of " + named(who) + " went back");
  must(
    hard.at > f.hard.at || !f.hard.voted_for || hard.voted_for == f.hard.voted_for,
    "I9: " + named(who) + " forgot its vote in epoch " + to_string(hard.at));
  f.hard = hard;
  f.commit = lsn{0};
  f.ruled = epoch{0};
  // What was released is as it was: it is not on disk any more.
  must(base.seq.value() <= f.log.size(), "the log begins behind its end");
  f.log.resize(base.seq.value());
  must(f.log.empty() || f.log.back().at == base, "the log's base is another record");
  for (const auto& x : log)
    append(f, x);
  must(
    f.log.size() >= f.durable.value(),
    "I9: " + named(who) + " begins with less than was durable");
}

void replication_checker::handled(const replica& core, const replica_output& out) {
  const auto& s = core.state();
  auto& f = followers_[s.id()];
  if (out.truncate_after) {
    ++truncation_count_;
    must(
      *out.truncate_after >= f.commit,
      "I3: " + named(s.id()) + " cuts off committed records");
    f.log.resize(out.truncate_after->value());
  }
  for (const auto& x : out.append)
    append(f, x);
  if (auto broken = check_invariants(s))
    throw property_violated{*broken + " (" + named(s.id()) + ")"};
  if (s.quarantined)
    return;
  must(s.log.end().seq.value() == f.log.size(), "the output does not tell the log");
  if (s.master && f.ruled != s.at)
    check_new_master(s.id(), f, s.at);
  check_commit(f, s);
  f.commit = s.commit;
}

void replication_checker::check_new_master(replica_id who, follower& f, epoch at) {
  f.ruled = at;
  auto first = masters_.try_emplace(at, who).first->second;
  must(
    first == who, "I1: " + named(first) + " and " + named(who)
                    + " are both master of epoch " + to_string(at));
  // A record promised in an older epoch is in this log. (A promise of a newer one binds
  // no master elected late in an old one: it can commit nothing.)
  auto older = std::ranges::partition_point(
    promised_, [at](const promise& p) { return p.in < at; });
  if (older == promised_.begin())
    return;
  const auto& last = std::prev(older)->what;
  auto index = last.at.seq.value() - 1;
  must(
    index < f.log.size() && f.log[index].chain == last.chain,
    "I2: the new master of epoch " + to_string(at) + ", " + named(who)
      + ", lacks the promised record " + to_string(last.at));
}

void replication_checker::check_commit(const follower& f, const replica_state& s) {
  if (s.commit == f.commit)
    return;
  must(s.commit > f.commit, "I8: the commit of " + named(s.id()) + " went back");
  if (s.master)
    promise_up_to(f, s.commit, s.at);
  auto index = s.commit.value() - 1;
  must(
    index < promised_.size(),
    "I4: " + named(s.id()) + " takes for committed what nobody promised");
  must(
    f.log[index].chain == promised_[index].what.chain,
    "I4: " + named(s.id()) + " takes for committed another record than was promised at "
      + to_string(s.commit));
}

void replication_checker::promise_up_to(const follower& f, lsn commit, epoch in) {
  for (std::size_t i = 0; i < commit.value(); ++i) {
    if (i < promised_.size()) {
      // The chain makes the last one speak for all before.
      i = std::min<std::size_t>(promised_.size(), commit.value()) - 1;
      must(
        f.log[i].chain == promised_[i].what.chain,
        "I5: the record promised at " + std::to_string(i + 1) + " changes");
    } else {
      promised_.push_back({f.log[i], in});
    }
  }
}

void replication_checker::sent(
  const message& m, const hard_state& durable, lsn log_durable, bool quarantined) {
  const auto* voted = std::get_if<vote_reply>(&m.body);
  const auto* acked = std::get_if<ship_ack>(&m.body);
  auto asks = std::holds_alternative<vote>(m.body);
  auto grants = voted != nullptr && voted->granted;
  if (quarantined)
    must(
      !asks && !grants && acked == nullptr,
      "I13: " + named(m.from) + " speaks in quarantine");
  must(
    m.at <= durable.at, "I9: " + named(m.from) + " speaks in epoch " + to_string(m.at)
                          + " before it is durable");
  auto& f = followers_[m.from];
  f.hard = durable;
  if ((asks || grants) && m.at == durable.at)
    must(
      durable.voted_for == (asks ? m.from : m.to),
      "I9: " + named(m.from) + " votes before its vote is durable");
  if (acked != nullptr)
    must(
      acked->acked <= log_durable,
      "I9: " + named(m.from) + " acknowledges what is not durable");
}

void replication_checker::applied(replica_id who, position at, std::uint64_t digest) {
  auto known = digests_.try_emplace(at.seq, digest).first->second;
  must(
    known == digest,
    "I7: " + named(who) + " has another state than others at " + to_string(at));
}

void replication_checker::acknowledged(position at) const {
  must(
    at.seq.value() <= promised_.size() && promised_[at.seq.value() - 1].what.at == at,
    "I10: a client was told of " + to_string(at) + ", which is not promised");
}

void replication_checker::leases(std::size_t holders) {
  must(holders <= 1, "I11: two replicas hold a lease at one moment");
}

} // namespace troupe::lab
