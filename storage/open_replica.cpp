#include "storage/open_replica.hpp"

#include "storage/memory_store.hpp"

#include <iterator>
#include <utility>

namespace troupe::storage {

namespace {

constexpr auto read_bytes = std::size_t{1} << 20;

/// The records behind `applied`, to the end. None where the log does not hold them: the
/// core says what is wrong then.
expected<std::vector<record_ptr>> tail_behind(const shard_log& log, lsn applied) {
  auto result = std::vector<record_ptr>{};
  if (applied < log.base().seq)
    return result;
  for (auto next = applied.next(); next <= log.end().seq;) {
    auto some = log.read(next, read_bytes);
    if (!some)
      return some;
    next = some->back()->at.seq.next();
    result.insert(
      result.end(), std::make_move_iterator(some->begin()),
      std::make_move_iterator(some->end()));
  }
  return result;
}

error fill(
  opened_replica& result, const std::string& directory, const store_opener& open_store) {
  auto rows = open_store(directory);
  if (!rows)
    return std::move(rows.error());
  result.rows = std::move(*rows);
  auto applied = result.rows->load();
  if (!applied)
    return std::move(applied.error());
  const auto& log = result.files->log();
  auto tail = tail_behind(log, applied->at.seq);
  if (!tail)
    return std::move(tail.error());
  result.found.hard = result.files->hard();
  result.found.history = log.history();
  result.found.durable = log.durable();
  result.found.applied = std::move(*applied);
  result.found.tail = std::move(*tail);
  return {};
}

} // namespace

opened_replica damaged_replica(const error& why) {
  auto result = opened_replica{};
  result.found.damage = sentence_of(why);
  result.rows = std::make_shared<memory_store>();
  return result;
}

expected<opened_replica> open_replica(
  disk& files, const std::string& shards_directory, const identity& who,
  const shard_log_config& config, const store_opener& open_store) {
  auto result = opened_replica{};
  auto why = error{};
  if (auto opened = replica_files::open(files, shards_directory, who, config)) {
    result.files = std::move(*opened);
    why = fill(result, replica_directory(shards_directory, who), open_store);
  } else {
    why = std::move(opened.error());
  }
  if (!why)
    return result;
  if (code_of(why) == ec::corrupt)
    return damaged_replica(why);
  return why;
}

} // namespace troupe::storage
