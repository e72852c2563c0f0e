#include "storage/replica/log_tail.hpp"

#include "actors/base/assert.hpp"

namespace troupe::storage {

log_tail::log_tail(
  epoch_history history, shard_config config, const std::vector<record_ptr>& records)
    : history_{std::move(history)}, configs_{{lsn{0}, std::move(config)}} {
  auto end = history_.end();
  TROUPE_ASSERT(records.empty() || records.back()->at == end);
  for (const auto& x : records) {
    records_.push_back({x, bytes_total_});
    bytes_total_ += bytes_of(*x);
    if (const auto* changed = std::get_if<shard_config>(&x->payload))
      configs_.emplace_back(x->at.seq, *changed);
  }
}

void log_tail::append(const record_ptr& next) {
  TROUPE_ASSERT(next->at.seq == end().seq.next());
  history_.append(next->at);
  records_.push_back({next, bytes_total_});
  bytes_total_ += bytes_of(*next);
  if (const auto* changed = std::get_if<shard_config>(&next->payload))
    configs_.emplace_back(next->at.seq, *changed);
}

void log_tail::truncate_after(lsn last) {
  history_.truncate_after(last);
  while (!records_.empty() && records_.back().what->at.seq > last) {
    bytes_total_ = records_.back().bytes_before;
    records_.pop_back();
  }
  while (configs_.back().first > last)
    configs_.pop_back();
}

const record_ptr* log_tail::find(lsn seq) const {
  if (records_.empty() || seq < records_.front().what->at.seq || seq > end().seq)
    return nullptr;
  return &records_[seq.value() - records_.front().what->at.seq.value()].what;
}

void log_tail::evict(lsn applied, std::size_t bytes_max) {
  while (!records_.empty() && records_.front().what->at.seq <= applied
         && bytes_total_ - records_.front().bytes_before > bytes_max)
    records_.pop_front();
}

std::size_t log_tail::bytes_after(lsn after) const {
  if (after >= end().seq)
    return 0;
  TROUPE_ASSERT(find(after.next()) != nullptr);
  const auto& first = records_[after.value() + 1 - records_.front().what->at.seq.value()];
  return bytes_total_ - first.bytes_before;
}

} // namespace troupe::storage
