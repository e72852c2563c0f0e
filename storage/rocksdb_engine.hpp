/// What all stores of a node share, and how they are opened.
///
/// One block cache, one bound on what is written and not yet flushed, one set of
/// background threads: a store by itself costs some 100 KiB, so that a node may have one
/// for each replica. A replica's store is a directory that can be copied as a whole.
///
/// Thread-safe. The stores may outlive the engine.
#pragma once

#include "actors/base/error.hpp"
#include "storage/store.hpp"
#include "storage/store_config.hpp"

#include <memory>
#include <string>

namespace rocksdb {
class Env;
struct Options;
} // namespace rocksdb

namespace troupe::storage {

class rocksdb_engine {
public:
  /// `env`, the operating system for RocksDB, outlives all stores; null is the real one,
  /// and its threads are the process's.
  /// @pre `config.validate()` is none.
  explicit rocksdb_engine(const store_config& config, rocksdb::Env* env = nullptr);
  ~rocksdb_engine();
  rocksdb_engine(const rocksdb_engine&) = delete;
  rocksdb_engine& operator=(const rocksdb_engine&) = delete;

  /// Opens the store in a replica's directory, or makes an empty one where there never
  /// was one: the log then fills it. Blocks. `directory` is a path of the operating
  /// system.
  /// Fails with `ec::corrupt` when the store is damaged or parts of it are gone, with
  /// `ec::version_mismatch` when a later version wrote it, and with `ec::system`. Two
  /// stores must not be open in one directory.
  [[nodiscard]] expected<std::shared_ptr<store>>
  open_store(const std::string& directory) const;

private:
  std::unique_ptr<rocksdb::Options> options_; ///< Of every store.
};

} // namespace troupe::storage
