#include "storage/replica/log_tail.hpp"
#include "tests/storage/records.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

shard_config config_of(std::uint64_t voters) {
  auto result = shard_config{};
  for (std::uint64_t i = 1; i <= voters; ++i)
    result.members.push_back({replica_id{i}, node_id{uuid{0, i}}, member_role::voter});
  return result;
}

log_tail tail_of(std::uint64_t records) {
  auto result = log_tail{epoch_history{}, config_of(1), {}};
  for (std::uint64_t seq = 1; seq <= records; ++seq)
    result.append(make_write(1, seq));
  return result;
}

} // namespace

TEST_CASE("log_tail: a config counts from its append and is taken back when cut off") {
  auto tail = tail_of(2);
  tail.append(make_record(2, 3, config_of(3)));
  CHECK(tail.config().voter_count() == 3);
  CHECK(tail.config_lsn() == lsn{3});
  tail.truncate_after(lsn{2});
  CHECK(tail.config().voter_count() == 1);
}

TEST_CASE("log_tail: only applied records are evicted") {
  auto tail = tail_of(10);
  tail.evict(lsn{4}, 0);
  CHECK(tail.find(lsn{4}) == nullptr);
  CHECK((*tail.find(lsn{5}))->at.seq == lsn{5});
  CHECK(tail.find(lsn{11}) == nullptr);
  CHECK(tail.epoch_at(lsn{1}) == epoch{1});
}

TEST_CASE("log_tail: bytes behind a record are those of the records behind it") {
  auto tail = tail_of(10);
  CHECK(tail.bytes_after(lsn{10}) == 0);
  CHECK(tail.bytes_after(lsn{7}) == 3 * bytes_of(*make_write(1, 1)));
  tail.truncate_after(lsn{8});
  CHECK(tail.bytes_after(lsn{7}) == bytes_of(*make_write(1, 1)));
}

TEST_CASE("shard_config: a majority is more than half of the configured voters") {
  CHECK(config_of(1).majority() == 1);
  CHECK(config_of(2).majority() == 2);
  CHECK(config_of(3).majority() == 2);
  CHECK(config_of(5).majority() == 3);
  auto with_learner = config_of(3);
  with_learner.members.back().role = member_role::learner;
  CHECK(with_learner.majority() == 2);
  CHECK(!with_learner.is_voter(replica_id{3}));
}

TEST_CASE("shard_config: settings that break promises are refused") {
  CHECK(!validate(config_of(3)));
  CHECK(validate(config_of(0)) == ec::invalid_config);
  auto twice = config_of(2);
  twice.members[1].replica = replica_id{1};
  CHECK(validate(twice) == ec::invalid_config);
  auto hasty = config_of(3);
  hasty.timing.election_timeout = 2 * hasty.timing.beat;
  CHECK(validate(hasty) == ec::invalid_config);
  auto long_lease = config_of(3);
  long_lease.timing.lease = 2 * long_lease.timing.election_timeout;
  CHECK(validate(long_lease) == ec::invalid_config);
}
