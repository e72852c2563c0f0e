#include "storage/log/replica_files.hpp"

#include "storage/log/block.hpp"

#include <algorithm>
#include <utility>

namespace troupe::storage {

namespace {

constexpr auto small_file_bytes_max = std::size_t{1} << 20;

std::string join(const std::string& directory, const std::string& name) {
  return directory.empty() ? name : directory + "/" + name;
}

/// The bytes of a small file of one block. Damage and absence are told apart.
expected<byte_buffer> read_block(disk& files, const std::string& path) {
  auto block = read_file(files, path, small_file_bytes_max);
  if (!block)
    return block;
  auto bytes = unseal(*block);
  if (!bytes)
    return fail(ec::corrupt, path + ": " + sentence_of(bytes.error()));
  return byte_buffer{bytes->begin(), bytes->end()};
}

/// Outside the directory, so that it is not lost together with what it speaks of.
std::string list_path(const std::string& shards_directory) {
  return join(parent_of(shards_directory), "REPLICAS");
}

error write_replicas(
  disk& files, const std::string& shards_directory, std::vector<replica_entry> all,
  const replica_entry& changed) {
  auto same = [&](const replica_entry& x) {
    return x.shard == changed.shard && x.replica == changed.replica;
  };
  std::erase_if(all, same);
  all.push_back(changed);
  return replace_file(files, list_path(shards_directory), seal(encode(all)));
}

error create_file(disk& files, const std::string& path, byte_view bytes) {
  auto file = files.create(path);
  if (!file)
    return std::move(file.error());
  if (auto trouble = (*file)->write(0, bytes))
    return trouble;
  return (*file)->sync();
}

error check_founding(const node_id& node, const identity& who, const founding& with) {
  if (auto trouble = validate(with.config))
    return trouble;
  const auto* self = with.config.find(who.replica);
  if (self == nullptr || self->node != node)
    return fail(
      ec::invalid_argument, "shard " + to_string(who.shard)
                              + ": its config does not name replica "
                              + to_string(who.replica) + " on this node");
  return {};
}

std::vector<record_ptr> founding_records(const founding& with) {
  auto make = [](std::uint64_t seq, record_payload payload) {
    return std::make_shared<const record>(
      record{{epoch{1}, lsn{seq}}, std::move(payload)});
  };
  auto result = std::vector<record_ptr>{make(1, with.config)};
  if (!with.slots.empty())
    result.push_back(make(2, slot_own_record{with.slots}));
  return result;
}

error fill_directory(
  disk& files, const std::string& directory, const identity& who, const founding& with,
  const shard_log_config& config) {
  if (auto trouble = create_file(files, join(directory, "IDENT"), seal(encode(who))))
    return trouble;
  for (const auto* name : {"log", "lost+found"}) {
    if (auto trouble = files.make_directory(join(directory, name)))
      return trouble;
  }
  auto log_directory = join(directory, "log");
  if (auto trouble = shard_log::create(files, log_directory, config))
    return trouble;
  auto log = shard_log::open(files, log_directory, config, lsn{0});
  if (!log)
    return std::move(log.error());
  if (auto trouble = (*log)->append(founding_records(with)))
    return trouble;
  if (auto trouble = (*log)->sync())
    return trouble;
  // With the hint: a CONFIG that rots before anything else is written is damage, too.
  auto hard = hard_state{epoch{1}, std::nullopt};
  if (
    auto trouble
    = hard_file::create(files, join(directory, "HARD"), hard, (*log)->durable()))
    return trouble;
  return files.sync_directory(directory);
}

/// In a directory that was created, what is missing is as bad as what is damaged. Trouble
/// of the operating system stays what it is: it may pass.
error as_damage(const error& trouble) {
  if (code_of(trouble) == ec::system)
    return trouble;
  return fail(ec::corrupt, sentence_of(trouble));
}

/// The entry of `who`, or one that says it was not begun.
replica_entry entry_of(const std::vector<replica_entry>& all, const identity& who) {
  auto same = [&](const replica_entry& x) {
    return x.shard == who.shard && x.replica == who.replica;
  };
  auto found = std::ranges::find_if(all, same);
  return found == all.end() ? replica_entry{who.shard, who.replica, false} : *found;
}

} // namespace

std::string replica_directory(const std::string& shards_directory, const identity& who) {
  return join(
    shards_directory, "shard-" + to_string(who.shard) + "-" + to_string(who.replica));
}

expected<std::vector<replica_entry>>
list_replicas(disk& files, const std::string& shards_directory) {
  auto bytes = read_block(files, list_path(shards_directory));
  if (!bytes) {
    if (code_of(bytes.error()) == ec::not_found)
      return std::vector<replica_entry>{};
    return std::move(bytes.error());
  }
  return decode_replicas(*bytes);
}

error move_list_out(disk& files, const std::string& shards_directory) {
  auto old_path = join(shards_directory, "REPLICAS");
  auto old = read_file(files, old_path, small_file_bytes_max);
  if (!old)
    return code_of(old.error()) == ec::not_found ? error{} : std::move(old.error());
  auto there = files.open(list_path(shards_directory));
  if (!there && code_of(there.error()) != ec::not_found)
    return std::move(there.error());
  if (!there)
    if (auto trouble = replace_file(files, list_path(shards_directory), *old))
      return trouble;
  return files.remove(old_path);
}

error create_replica(
  disk& files, const std::string& shards_directory, const node_id& node,
  const identity& who, const founding& with, const shard_log_config& config) {
  if (auto trouble = check_founding(node, who, with))
    return trouble;
  auto all = list_replicas(files, shards_directory);
  if (!all)
    return std::move(all.error());
  auto is_listed = std::ranges::any_of(*all, [&](const replica_entry& x) {
    return x.shard == who.shard && x.replica == who.replica;
  });
  auto entry = entry_of(*all, who);
  if (!is_listed) {
    // REPLICAS is lost, or an old copy: this replica may have voted.
    auto names = files.list(shards_directory);
    if (!names)
      return std::move(names.error());
    auto name = replica_directory({}, who);
    if (std::ranges::find(*names, name) != names->end())
      return fail(
        ec::corrupt, join(shards_directory, name)
                       + " is there, but REPLICAS does not name it; it is not made anew");
  }
  if (entry.created) {
    auto there = replica_files::open(files, shards_directory, who, config);
    return there ? error{} : std::move(there.error());
  }
  if (auto trouble = write_replicas(files, shards_directory, *all, entry))
    return trouble;

  // Only a whole directory ever has the final name.
  auto directory = replica_directory(shards_directory, who);
  auto unfinished = directory + ".tmp";
  for (const auto& leftover : {unfinished, directory}) {
    if (auto trouble = files.remove(leftover))
      return trouble;
  }
  if (auto trouble = files.make_directory(unfinished))
    return trouble;
  if (auto trouble = fill_directory(files, unfinished, who, with, config))
    return trouble;
  if (auto trouble = files.rename(unfinished, directory))
    return trouble;
  if (auto trouble = files.sync_directory(shards_directory))
    return trouble;
  entry.created = true;
  return write_replicas(files, shards_directory, *all, entry);
}

expected<std::unique_ptr<replica_files>> replica_files::open(
  disk& files, const std::string& shards_directory, const identity& who,
  const shard_log_config& config) {
  auto all = list_replicas(files, shards_directory);
  if (!all)
    return std::move(all.error());
  // A killed process may have left them in the page cache only.
  for (const auto& names : {parent_of(shards_directory), shards_directory})
    if (auto trouble = files.sync_directory(names))
      return trouble;
  if (!entry_of(*all, who).created)
    return fail(
      ec::not_found, "replica " + to_string(who.replica) + " of shard "
                       + to_string(who.shard) + " was not created here");
  auto directory = replica_directory(shards_directory, who);
  auto ident = read_block(files, join(directory, "IDENT"));
  if (!ident && code_of(ident.error()) == ec::not_found)
    return fail(
      ec::corrupt, directory
                     + ": its files are gone, though REPLICAS says that it was "
                       "made; it may have voted, and must not be made anew");
  if (!ident)
    return as_damage(ident.error());
  auto found = decode_identity(*ident);
  if (!found || *found != who)
    return fail(ec::corrupt, directory + " belongs to another replica");
  auto hard = hard_file::open(files, join(directory, "HARD"));
  if (!hard)
    return as_damage(hard.error());
  auto log = shard_log::open(files, join(directory, "log"), config, hard->synced_hint());
  if (!log)
    return as_damage(log.error());
  if ((*log)->end().at > hard->state().at)
    return fail(ec::corrupt, directory + ": the log is of a later epoch than HARD");
  return std::unique_ptr<replica_files>{
    new replica_files{files, directory, std::move(*hard), std::move(*log)}};
}

error replica_files::save(const hard_state& state) {
  return hard_.save(state, log_->durable());
}

error replica_files::save_lost(lsn first) {
  auto directory = join(directory_, "lost+found");
  while (first <= log_->end().seq) {
    auto records = log_->read(first, small_file_bytes_max);
    if (!records)
      return std::move(records.error());
    for (const auto& x : *records) {
      auto name = to_string(x->at.at) + "-" + to_string(x->at.seq) + ".rec";
      if (
        auto trouble
        = create_file(*files_, join(directory, name), seal(encode_record(*x))))
        return trouble;
    }
    first = records->back()->at.seq.next();
  }
  return files_->sync_directory(directory);
}

error replica_files::truncate_after(lsn last) {
  if (auto trouble = save_lost(last.next()))
    return trouble;
  // Before the cut: a hint above the log's end would look like damage.
  if (hard_.synced_hint() > last) {
    if (auto trouble = hard_.save(hard_.state(), last))
      return trouble;
  }
  return log_->truncate_after(last);
}

expected<std::vector<record_ptr>> replica_files::lost() const {
  auto directory = join(directory_, "lost+found");
  auto names = files_->list(directory);
  if (!names)
    return std::move(names.error());
  auto result = std::vector<record_ptr>{};
  for (const auto& name : *names) {
    auto bytes = read_block(*files_, join(directory, name));
    if (!bytes)
      return std::move(bytes.error());
    auto one = decode_record(*bytes);
    if (!one)
      return std::move(one.error());
    result.push_back(std::move(*one));
  }
  return result;
}

} // namespace troupe::storage
