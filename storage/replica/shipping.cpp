#include "storage/replica/shipping.hpp"

#include "storage/replica/beats.hpp"
#include "storage/replica/commit.hpp"

#include <algorithm>
#include <utility>

namespace troupe::storage {

namespace {

void ship_batch(
  turn& t, replica_id to, outgoing_stream& stream, std::vector<record_ptr> records) {
  auto prev = t.s.log.position_of(stream.sent);
  if (stream.in_flight.empty())
    stream.progress_at = t.now;
  if (!records.empty()) {
    auto bytes = std::size_t{0};
    for (const auto& x : records)
      bytes += bytes_of(*x);
    stream.sent = records.back()->at.seq;
    stream.in_flight.push_back({stream.sent, bytes});
    stream.in_flight_bytes += bytes;
  }
  send(t, to, ship{stream.id, prev, std::move(records), t.s.commit});
}

/// The next batch from memory; none when it must be read.
std::vector<record_ptr> next_batch(const turn& t, lsn first) {
  auto result = std::vector<record_ptr>{};
  auto bytes = std::size_t{0};
  for (auto seq = first; bytes < t.s.self.batch_bytes; seq = seq.next()) {
    const auto* found = t.s.log.find(seq);
    if (found == nullptr)
      break;
    bytes += bytes_of(**found);
    result.push_back(*found);
  }
  return result;
}

bool has_credit(const outgoing_stream& stream) {
  // One batch may always be under way, however large its records.
  return stream.in_flight.empty() || stream.in_flight_bytes < stream.credit_bytes;
}

void fill(turn& t, replica_id to, outgoing_stream& stream) {
  while (stream.sent < t.s.log.end().seq && has_credit(stream) && !stream.reading) {
    auto first = stream.sent.next();
    auto records = next_batch(t, first);
    if (records.empty()) {
      stream.reading = true;
      t.out.reads.push_back({to, stream.id, first, t.s.self.batch_bytes});
      return;
    }
    ship_batch(t, to, stream, std::move(records));
  }
}

void acknowledged(outgoing_stream& stream, lsn up_to, time_point now) {
  while (!stream.in_flight.empty() && stream.in_flight.front().last <= up_to) {
    stream.in_flight_bytes -= stream.in_flight.front().bytes;
    stream.in_flight.pop_front();
    stream.progress_at = now;
  }
}

} // namespace

void on_subscribe(turn& t, replica_id from, const subscribe& m) {
  if (!t.s.master || !t.s.master->peers.contains(from))
    return;
  auto& p = t.s.master->peers[from];
  if (m.end.seq < p.match)
    return; // A late duplicate: the slave holds more by now, and keeps it in this epoch.
  p.heard = true;
  // The stream that there is stays until a new one begins: this may be a late duplicate,
  // and the slave would not ask again.
  auto shared = common(m.history, m.end, t.s.log.history());
  if (shared < t.s.log.base()) {
    t.out.told.emplace_back(fell_behind{from});
    return;
  }
  if (shared < m.end) {
    send(t, from, diverged{m.stream, shared});
    return;
  }
  auto& stream = p.stream.emplace();
  stream.id = m.stream;
  stream.begin = stream.sent = shared.seq;
  stream.credit_bytes = m.credit_bytes;
  stream.progress_at = t.now;
  // Even when there is nothing to ship: the slave must learn that its log is right.
  ship_batch(t, from, stream, next_batch(t, shared.seq.next()));
  fill(t, from, stream);
}

void on_ship_ack(turn& t, replica_id from, const ship_ack& m) {
  if (!t.s.master || !t.s.master->peers.contains(from))
    return;
  auto& p = t.s.master->peers[from];
  p.heard = true;
  p.match = std::max(p.match, m.acked);
  p.applied = std::max(p.applied, m.applied);
  if (p.stream) {
    acknowledged(*p.stream, m.acked, t.now);
    p.stream->sent = std::max(p.stream->sent, p.match);
    p.stream->credit_bytes = m.credit_bytes;
    fill(t, from, *p.stream);
  }
  advance_commit(t);
  advance_transfer(t);
}

void ship_all(turn& t) {
  for (auto& [id, p] : t.s.master->peers) {
    if (p.stream)
      fill(t, id, *p.stream);
  }
}

void resend_if_stuck(turn& t, replica_id to) {
  auto& p = t.s.master->peers[to];
  if (
    !p.stream || p.stream->in_flight.empty()
    || t.now < p.stream->progress_at + 3 * t.s.timing().beat)
    return;
  auto& stream = *p.stream;
  stream.in_flight.clear();
  stream.in_flight_bytes = 0;
  stream.reading = false;
  stream.progress_at = t.now;
  stream.sent = std::max(p.match, stream.begin);
  fill(t, to, stream);
}

void on_log_was_read(
  turn& t, const log_read& asked, const std::vector<record_ptr>& records) {
  if (!t.s.master || !t.s.master->peers.contains(asked.to))
    return;
  auto& p = t.s.master->peers[asked.to];
  if (!p.stream || p.stream->id != asked.stream || !p.stream->reading)
    return;
  p.stream->reading = false;
  // Read before a rewind of the stream: ask again from where it is now.
  if (asked.first == p.stream->sent.next() && !records.empty())
    ship_batch(t, asked.to, *p.stream, records);
  fill(t, asked.to, *p.stream);
}

} // namespace troupe::storage
