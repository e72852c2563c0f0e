#include "apps/lab/check/lost_records.hpp"

#include "storage/log/block.hpp"
#include "storage/log/shard_log.hpp"
#include "storage/posix_disk.hpp"
#include "storage/storage_wire.hpp"

#include <variant>
#include <vector>

namespace troupe::lab {

namespace {

constexpr auto shards = "shards";
constexpr auto lost_bytes_max = std::size_t{16} << 20U; // Of one record.
constexpr auto read_bytes_max = std::size_t{1} << 20U;

expected<storage::record_ptr> read_lost(disk& files, const std::string& path) {
  const auto bytes = read_file(files, path, lost_bytes_max);
  if (!bytes)
    return bytes.error();
  const auto content = storage::unseal(*bytes);
  if (!content)
    return content.error();
  return storage::decode_record(*content);
}

error add_lost(disk& files, const std::string& replica, written_values& result) {
  const auto directory = replica + "/lost+found";
  const auto names = files.list(directory);
  if (!names)
    return names.error();
  for (const auto& name : *names) {
    const auto one = read_lost(files, directory + "/" + name);
    if (!one)
      return one.error();
    add_values(**one, result);
  }
  return {};
}

error add_kept(disk& files, const std::string& replica, replica_records& result) {
  // No hint: what a killed node had not yet made durable is no damage.
  const auto log = storage::shard_log::open(files, replica + "/log", {}, lsn{0});
  if (!log)
    return log.error();
  auto next = (*log)->base().seq.next();
  result.shortened = result.shortened || next != lsn{1};
  while (next <= (*log)->end().seq) {
    const auto some = (*log)->read(next, read_bytes_max);
    if (!some)
      return some.error();
    for (const auto& x : *some)
      add_values(*x, result.kept);
    next = some->back()->at.seq.next();
  }
  return {};
}

} // namespace

void add_values(const storage::record& x, written_values& result) {
  const auto* write = std::get_if<storage::write_record>(&x.payload);
  if (write == nullptr)
    return;
  for (const auto& effect : write->effects) {
    const auto parts
      = effect.value ? elements_of(effect.value->bytes) : std::vector<std::string_view>{};
    if (!parts.empty())
      result.emplace(effect.key, parts.back());
  }
}

error add_records(const std::string& data_directory, replica_records& result) {
  auto files = storage::posix_disk{data_directory};
  const auto names = files.list(shards);
  if (!names) // A node that never was given a replica.
    return names.error() == ec::not_found ? error{} : names.error();
  for (const auto& name : *names) {
    if (!name.starts_with("shard-"))
      continue;
    const auto replica = std::string{shards} + "/" + name;
    if (auto trouble = add_kept(files, replica, result))
      return trouble;
    if (auto trouble = add_lost(files, replica, result.lost))
      return trouble;
  }
  return {};
}

violations check_lost_records(const history& all, const replica_records& x) {
  auto result = violations{};
  if (x.shortened)
    return result;
  for (const auto& operation : all) {
    const auto value = std::pair{operation.key, operation.argument};
    const auto unique
      = operation.call != operation_call::read && operation.call != operation_call::add;
    if (unique && operation.done() && x.lost.contains(value) && !x.kept.contains(value))
      result.push_back(
        {property::nothing_lost,
         "an acknowledged write is in lost+found, and in no log",
         {operation}});
  }
  return result;
}

} // namespace troupe::lab
