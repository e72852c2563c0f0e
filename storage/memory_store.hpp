/// A store in memory: for tests, and for what needs no more.
///
/// One thread may use it. A crash takes it back to the last flush, as it takes RocksDB
/// without its log.
#pragma once

#include "storage/store.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace troupe::storage {

class memory_store final : public store {
public:
  [[nodiscard]] std::optional<row> get(slot in, std::string_view key) const override;
  void scan(slot in, std::string_view from, const row_visitor& visit) const override;
  [[nodiscard]] std::unique_ptr<row_view> snapshot() const override;
  [[nodiscard]] expected<applied_state> load() override;
  [[nodiscard]] error apply(const apply_batch& batch) override;
  [[nodiscard]] expected<position> flush() override;

  /// Forgets what was not flushed.
  void crash() { now_ = flushed_; }

  /// Forgets everything: its disk is lost.
  void wipe() { now_ = flushed_ = {}; }

  /// A hash of all that was applied, in order: equal positions have equal digests on all
  /// replicas, or applying is not a function of the log.
  [[nodiscard]] std::uint64_t digest() const { return now_.digest; }

private:
  using key_of_row = std::pair<slot, std::string>;
  struct contents {
    std::map<key_of_row, row, std::less<>> rows;
    std::map<client_id, client_row> clients;
    std::map<node_id, node_row> nodes;
    applied_state applied; // But for `dedup`, which `load` builds from the rows.
    std::uint64_t digest = 0;
  };

  void apply_one(const record& x);

  contents now_;
  contents flushed_;
};

} // namespace troupe::storage
