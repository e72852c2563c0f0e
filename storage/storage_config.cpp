#include "storage/storage_config.hpp"

namespace troupe::storage {

namespace {

using namespace std::chrono_literals;

/// The log's frames are at most a fourth of a segment.
constexpr auto segment_bytes_min = mib(4);

error check_lease(const storage_config& x) {
  if (x.lease == 0ms)
    return {};
  return check_range("storage.lease", x.lease, 3 * x.beat, x.election_timeout);
}

} // namespace

error storage_config::validate() const {
  auto size = [](std::size_t bytes) { return byte_size{bytes}; };
  return first_error({
    check_range("storage.shards", shard_count, 1, 1'024),
    check_range("storage.replicas", replica_count, 0, 9),
    check_range("storage.beat", beat, 1ms, 1min),
    check_range("storage.election_timeout", election_timeout, 3 * beat, 10min),
    check_lease(*this),
    check_range("storage.drift_percent", drift_percent, 0, 50),
    check_range("storage.disk_stall", disk_stall, 10ms, 10min),
    check_range("storage.segment_bytes", size(segment_bytes), segment_bytes_min, gib(1)),
    check_range("storage.batch_bytes", size(batch_bytes), kib(4), mib(1)),
    check_range("storage.credit_bytes", size(credit_bytes), size(batch_bytes), gib(1)),
    check_range(
      "storage.uncommitted_bytes_max", size(uncommitted_bytes_max), size(batch_bytes),
      gib(4)),
    check_range("storage.sync_threads", sync_thread_count, 1, 64),
  });
}

shard_timing timing_of(const storage_config& x) {
  return {x.beat, x.election_timeout, x.lease, x.drift_percent, x.ack};
}

bool parse(std::string_view text, ack_mode& result) {
  for (auto x : {ack_mode::async, ack_mode::semi, ack_mode::quorum})
    if (text == to_string(x)) {
      result = x;
      return true;
    }
  return false;
}

} // namespace troupe::storage
