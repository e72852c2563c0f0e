/// A store in RocksDB in a directory of its own, which can crash.
#pragma once

#include "storage/rocksdb_engine.hpp"
#include "storage/rocksdb_store.hpp"
#include "tests/apps/temporary_directory.hpp"
#include "tests/storage/faulty_file_system.hpp"

#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <rocksdb/env.h>

namespace troupe::test {

/// The least buffers: RocksDB flushes by itself, too.
inline storage::store_config small_stores() {
  auto result = storage::store_config{};
  result.block_cache_bytes = std::size_t{1} << 20;
  result.write_buffer_bytes = std::size_t{4} << 20;
  return result;
}

class rocksdb_world {
public:
  rocksdb_world() : rocksdb_world{nullptr} {}

  /// `env` is RocksDB's operating system; null is the real one.
  explicit rocksdb_world(rocksdb::Env* env) : engine_{small_stores(), env} { start(); }

  storage::rocksdb_store& rows() {
    REQUIRE(store_);
    return dynamic_cast<storage::rocksdb_store&>(*store_);
  }

  void crash() {
    end();
    start();
  }

  /// Ends the process without a flush.
  void end() { store_.reset(); }

  /// Opens the store, which must work.
  void start() {
    auto opened = open();
    CAPTURE((opened ? std::string{} : render(opened.error())));
    REQUIRE(opened);
    store_ = std::move(*opened);
  }

  [[nodiscard]] expected<std::shared_ptr<storage::store>> open() {
    return engine_.open_store(directory_.path());
  }

  [[nodiscard]] const std::string& directory() const { return directory_.path(); }

private:
  temporary_directory directory_;
  storage::rocksdb_engine engine_;
  std::shared_ptr<storage::store> store_;
};

/// One whose disk has faults to order.
struct faulty_world {
  std::shared_ptr<faulty_file_system> files = std::make_shared<faulty_file_system>();
  std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
  rocksdb_world world{env.get()};

  storage::rocksdb_store& rows() { return world.rows(); }
};

} // namespace troupe::test
