/// Rows as they will be once everything in the master's log is applied.
///
/// Entries stay from their append until readers of the store see them, not only until
/// they are committed: in between they would be in neither place.
#pragma once

#include "storage/evaluator.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::storage {

class overlay {
public:
  /// Takes in a record that was appended.
  void add(const record& x);

  /// Forgets a record that the store shows now.
  void remove(const record& x);

  /// The pending row: none when nothing is pending for the key, an empty inner one when
  /// its deletion is.
  [[nodiscard]] std::optional<std::optional<row>>
  find(slot in, std::string_view key) const;

  /// Visits the pending rows over those of `stored`, as `row_view::scan` says.
  void scan_over(
    const row_view& stored, slot in, std::string_view from,
    const row_visitor& visit) const;

  /// The newest record that touches the key; 0 when none is pending.
  [[nodiscard]] lsn latest(slot in, std::string_view key) const;

  /// The record of a request that is not applied yet; 0 when there is none.
  [[nodiscard]] lsn find(const request_id& request) const;

  [[nodiscard]] std::size_t request_count() const { return requests_.size(); }

private:
  struct pending {
    lsn at;
    std::optional<row> value;
  };
  using key_of_row = std::pair<slot, std::string>;

  std::map<key_of_row, pending, std::less<>> rows_;
  std::map<request_id, lsn> requests_;
};

/// The overlay over the store: what a write is evaluated against.
class pending_view final : public row_view {
public:
  pending_view(const overlay& pending, const row_view& stored)
      : pending_{&pending}, stored_{&stored} {}

  [[nodiscard]] std::optional<row> get(slot in, std::string_view key) const override {
    if (auto found = pending_->find(in, key))
      return *found;
    return stored_->get(in, key);
  }
  void scan(slot in, std::string_view from, const row_visitor& visit) const override {
    pending_->scan_over(*stored_, in, from, visit);
  }

private:
  const overlay* pending_;
  const row_view* stored_;
};

} // namespace troupe::storage
