/// A shard without log or replicas, for tests of those who ask shards: it does at once
/// what it is asked, in memory, and can be told to misbehave.
#pragma once

#include "router/data/messages.hpp"
#include "router/resp/string_evaluator.hpp"
#include "storage/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::router::test {

/// What it holds, and how it behaves. Thread-safe.
class fake_rows final : public storage::row_view {
public:
  [[nodiscard]] std::optional<storage::row>
  get(slot in, std::string_view key) const override;
  void scan(slot in, std::string_view from, const storage::row_visitor&) const override;

  /// Executes it, or not, as it was told to behave. None: it stays silent.
  [[nodiscard]] std::optional<storage::data_answer> answer(storage::data_request& x);
  void took_batch(std::size_t count);

  /// From now on it answers so, and does nothing; none: it does what it is asked.
  void refuse_with(std::optional<storage::answer_status> status);

  /// From now on it keeps what it is asked, unanswered.
  void fall_silent();

  /// How many requests each message brought.
  [[nodiscard]] std::vector<std::size_t> batches() const;
  [[nodiscard]] std::vector<storage::request_id> writes() const;
  [[nodiscard]] std::vector<storage::read_level> read_levels() const;

private:
  [[nodiscard]] storage::data_answer execute(storage::data_request& x);
  void put(slot in, std::vector<storage::effect> effects);

  mutable std::recursive_mutex mutex_; // The evaluator reads rows while one is executed.
  std::map<std::pair<slot, std::string>, storage::row> rows_;
  string_evaluator commands_;
  std::uint64_t end_ = 0;
  std::optional<storage::answer_status> refusal_;
  bool silent_ = false;
  std::vector<std::size_t> batches_;
  std::vector<storage::request_id> writes_;
  std::vector<storage::read_level> read_levels_;
};

/// @pre the test waits for the end of the actor before the engine ends.
[[nodiscard]] storage::replica_actor
spawn_fake_shard(caf::actor_system& engine, std::shared_ptr<fake_rows> rows);

} // namespace troupe::router::test
