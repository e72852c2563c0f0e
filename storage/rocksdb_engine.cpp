#include "storage/rocksdb_engine.hpp"

#include "storage/posix_disk.hpp"
#include "storage/rocksdb_store.hpp"
#include "storage/store_directory.hpp"

#include <algorithm>
#include <utility>

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

namespace troupe::storage {

namespace {

void share_memory(rocksdb::Options& out, const store_config& config) {
  auto table = rocksdb::BlockBasedTableOptions{};
  table.block_cache = rocksdb::NewLRUCache(config.block_cache_bytes);
  // Else they would be outside of the bound: some 2 % of all data.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));

  out.write_buffer_manager
    = std::make_shared<rocksdb::WriteBufferManager>(config.write_buffer_bytes);
  out.write_buffer_size = std::clamp(
    config.write_buffer_bytes / 2, std::size_t{1} << 20, std::size_t{64} << 20);
  out.max_write_buffer_number = 4; // Applying goes on beside a flush or two.
  // The least that a store takes for its first row; there may be a thousand stores.
  out.arena_block_size = std::size_t{64} << 10;
}

void share_threads(rocksdb::Options& out, const store_config& config) {
  out.max_background_jobs = static_cast<int>(config.background_thread_count);
  // These need threads of their own and are read by nobody.
  out.stats_dump_period_sec = 0;
  out.stats_persist_period_sec = 0;
}

/// Nothing is written that was not asked for, and nothing is tried again.
void leave_durability_to_us(rocksdb::Options& out) {
  out.avoid_flush_during_shutdown = true; // The log has it.
  out.max_bgerror_resume_count = 0;
}

void bound_files(rocksdb::Options& out) {
  out.max_open_files = 256;
  out.max_manifest_file_size = std::size_t{16} << 20;
  out.info_log_level = rocksdb::WARN_LEVEL;
  out.max_log_file_size = std::size_t{1} << 20;
  out.keep_log_file_num = 2;
  out.compression = rocksdb::kLZ4Compression;
  out.bottommost_compression = rocksdb::kZSTD;
  out.level_compaction_dynamic_level_bytes = true;
}

} // namespace

rocksdb_engine::rocksdb_engine(const store_config& config, rocksdb::Env* env)
    : options_{std::make_unique<rocksdb::Options>()} {
  if (env != nullptr)
    options_->env = env;
  share_memory(*options_, config);
  share_threads(*options_, config);
  leave_durability_to_us(*options_);
  bound_files(*options_);
}

rocksdb_engine::~rocksdb_engine() = default;

expected<std::shared_ptr<store>>
rocksdb_engine::open_store(const std::string& directory) const {
  auto files = posix_disk{directory};
  auto current = current_store(files, {});
  if (!current)
    return std::move(current.error());
  auto is_new = !*current;
  auto name = is_new ? make_first_store(files, {}) : expected<std::string>{**current};
  if (!name)
    return std::move(name.error());
  auto options = *options_;
  options.create_if_missing = is_new;
  auto result = rocksdb_store::open(std::move(options), directory, *name);
  if (!result)
    return std::move(result.error());
  if (is_new)
    if (auto trouble = switch_store(files, {}, *name))
      return trouble;
  if (auto trouble = remove_other_stores(files, {}, *name))
    return trouble;
  return std::shared_ptr<store>{std::move(*result)};
}

} // namespace troupe::storage
