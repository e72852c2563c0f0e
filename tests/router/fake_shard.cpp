#include "tests/router/fake_shard.hpp"

#include "actors/messages.hpp"

#include <algorithm>

namespace troupe::router::test {

using storage::answer_status;
using storage::data_answer;
using storage::data_request;

namespace {

// Nothing expires in these tests but by the tests' own words.
constexpr auto wall_ms = std::uint64_t{1'700'000'000'000};

} // namespace

std::optional<storage::row> fake_rows::get(slot in, std::string_view key) const {
  auto lock = std::lock_guard{mutex_};
  const auto found = rows_.find({in, std::string{key}});
  return found == rows_.end() ? std::nullopt : std::optional{found->second};
}

void fake_rows::scan(slot, std::string_view, const storage::row_visitor&) const {}

std::optional<data_answer> fake_rows::answer(data_request& x) {
  auto lock = std::lock_guard{mutex_};
  if (silent_)
    return std::nullopt;
  if (refusal_)
    return data_answer{x.id, *refusal_, {}, {}, std::nullopt};
  return execute(x);
}

data_answer fake_rows::execute(data_request& x) {
  auto result = data_answer{};
  result.id = x.id;
  if (auto* write = std::get_if<storage::data_write>(&x.what)) {
    writes_.push_back(write->request);
    auto done
      = commands_.evaluate(std::get<storage::command>(write->what), x.in, *this, wall_ms);
    put(x.in, std::move(done.effects));
    result.reply = std::move(done.reply);
    result.at = {epoch{1}, lsn{++end_}};
  } else if (auto* read = std::get_if<storage::data_read>(&x.what)) {
    read_levels_.push_back(read->level);
    result.reply = commands_.query(read->what, x.in, *this, wall_ms).value();
  } else if (auto* wait = std::get_if<storage::data_wait>(&x.what)) {
    result.reply = std::to_string(std::min(wait->replica_count, 2U));
  }
  return result;
}

void fake_rows::put(slot in, std::vector<storage::effect> effects) {
  for (auto& effect : effects)
    if (effect.value)
      rows_[{in, effect.key}] = std::move(*effect.value);
    else
      rows_.erase({in, effect.key});
}

void fake_rows::took_batch(std::size_t count) {
  auto lock = std::lock_guard{mutex_};
  batches_.push_back(count);
}

void fake_rows::refuse_with(std::optional<answer_status> status) {
  auto lock = std::lock_guard{mutex_};
  refusal_ = status;
}

void fake_rows::fall_silent() {
  auto lock = std::lock_guard{mutex_};
  silent_ = true;
}

std::vector<storage::read_level> fake_rows::read_levels() const {
  auto lock = std::lock_guard{mutex_};
  return read_levels_;
}

std::vector<std::size_t> fake_rows::batches() const {
  auto lock = std::lock_guard{mutex_};
  return batches_;
}

std::vector<storage::request_id> fake_rows::writes() const {
  auto lock = std::lock_guard{mutex_};
  return writes_;
}

storage::replica_actor
spawn_fake_shard(caf::actor_system& engine, std::shared_ptr<fake_rows> rows) {
  return engine.spawn(
    [](storage::replica_actor::pointer, std::shared_ptr<fake_rows> held)
      -> storage::replica_actor::behavior_type {
      return {
        [](const cluster::peer_identity&, const storage::message&) {},
        [](const cluster::peer_identity&, const storage::shipment&) {},
        [held](storage::local_requests& x) {
          held->took_batch(x.requests.size());
          auto answers = std::vector<data_answer>{};
          for (auto& request : x.requests)
            if (auto answer = held->answer(request))
              answers.push_back(std::move(*answer));
          if (!answers.empty())
            x.to->take(shard_id{1}, std::move(answers));
        },
        [](const storage::remote_requests&) {},
        [](actors::room_came) {},
        [](const storage::node_suspected&) {},
        [](const storage::transfer_mastership&) { return caf::ok_atom_v; },
        [](storage::atom::status) { return storage::replica_status{}; },
        [](storage::log_saved) {},
        [](const storage::log_synced&) {},
        [](const storage::log_was_read&) {},
        [](const storage::log_released&) {},
        [](const storage::batch_applied&) {},
        [](const storage::store_flushed&) {},
        [](caf::tick_atom, std::uint64_t) {},
      };
    },
    std::move(rows));
}

} // namespace troupe::router::test
