/// Commands, requests and askers for the tests of the actors that serve data.
#pragma once

#include "storage/data.hpp"
#include "storage/log/replica_files.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::storage::test {

using namespace std::chrono_literals;

/// "get k", "put k v", "append k v". A row put by "expire k v" has expired at once.
class word_evaluator final : public evaluator {
public:
  [[nodiscard]] evaluation evaluate(
    const command& what, slot in, const row_view& rows,
    std::uint64_t wall_ms) const override {
    auto words = split(what.bytes);
    auto found = rows.get(in, words[1]);
    auto expired = found && is_expired(*found, wall_ms);
    auto old = found && !expired ? found->bytes : std::string{};
    if (words[0] == "get" && expired)
      return {{{words[1], std::nullopt}}, "none"};
    if (words[0] == "get")
      return {{}, found ? old : "none"};
    if (words[0] == "append")
      old += words[2];
    else
      old = words[2];
    return {{{words[1], row{1, 0, words[0] == "expire" ? 1U : 0U, old}}}, old};
  }

  [[nodiscard]] std::optional<std::string> query(
    const command& what, slot in, const row_view& rows,
    std::uint64_t wall_ms) const override {
    auto result = std::string{};
    auto words = split(what.bytes);
    for (auto key = words.begin() + 1; key != words.end(); ++key) {
      auto found = rows.get(in, *key);
      if (found && is_expired(*found, wall_ms))
        return std::nullopt;
      result += (result.empty() ? "" : " ") + (found ? found->bytes : "none");
    }
    return result;
  }

private:
  static bool is_expired(const row& x, std::uint64_t wall_ms) {
    return x.expire_at_ms > 0 && x.expire_at_ms <= wall_ms;
  }

  static std::vector<std::string> split(const std::string& text) {
    auto result = std::vector<std::string>{""};
    for (auto c : text) {
      if (c == ' ')
        result.emplace_back();
      else
        result.back() += c;
    }
    return result;
  }
};

/// Keeps what it was told.
class test_sink final : public answer_sink {
public:
  void take(shard_id, std::vector<data_answer> answers) override {
    batches.push_back(answers.size());
    for (auto& x : answers)
      all.insert_or_assign(x.id, std::move(x));
  }

  [[nodiscard]] const data_answer* find(std::uint64_t id) const {
    auto found = all.find(id);
    return found == all.end() ? nullptr : &found->second;
  }

  std::map<std::uint64_t, data_answer> all;
  std::vector<std::size_t> batches; ///< How many came together.
};

inline node_id node_number(std::uint64_t i) { return node_id{uuid{0, i}}; }

inline identity replica_number(std::uint64_t i) {
  return {cluster_id{uuid{1, 1}}, shard_id{1}, replica_id{i}};
}

inline founding founding_of(std::uint64_t replica_count) {
  auto result = founding{};
  for (std::uint64_t i = 1; i <= replica_count; ++i)
    result.config.members.push_back({replica_id{i}, node_number(i), member_role::voter});
  result.slots = {{slot{0}, slot{16'383}}};
  return result;
}

inline data_request
write_of(std::uint64_t id, std::string what, std::uint64_t connection = 1) {
  auto write = data_write{};
  write.request = {{node_number(7), incarnation{1}, connection}, id};
  write.what = command{std::move(what)};
  return {id, slot{7}, std::move(write), 5s};
}

inline data_request read_of(std::uint64_t id, std::vector<std::string> keys) {
  auto read = data_read{read_level::lease, keys, {"get"}};
  for (const auto& key : keys)
    read.what.bytes += " " + key;
  return {id, slot{7}, std::move(read), 5s};
}

inline constexpr auto small_log = shard_log_config{
  .segment_bytes = 65'536, .spare_count_max = 1, .frame_bytes = 16'384};

} // namespace troupe::storage::test
