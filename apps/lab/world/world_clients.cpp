#include "apps/lab/world/world_clients.hpp"

#include "apps/lab/world/ask.hpp"
#include "router/resp/data_command.hpp"
#include "router/resp/key_slot.hpp"
#include "router/resp/read_reply.hpp"
#include "router/resp/string_evaluator.hpp"

#include <algorithm>
#include <utility>

namespace troupe::lab {

namespace {

constexpr auto key_operations_max = std::size_t{250};
constexpr auto key_unknown_max = std::size_t{6};

storage::command word(router::command_id what, std::vector<std::string_view> arguments) {
  auto result = router::data_command{};
  result.what = what;
  result.arguments = std::move(arguments);
  return router::encode(result);
}

std::variant<storage::conditional_write, storage::command>
written(const std::string& key, const register_operation& x) {
  if (x.call == register_call::append)
    return word(router::command_id::append, {key, x.argument});
  if (x.call == register_call::write)
    return word(router::command_id::set, {key, x.argument});
  auto condition = storage::precondition{key, storage::has_bytes{x.expected}};
  if (x.expected.empty())
    condition.what = storage::is_absent{};
  auto value = storage::row{router::string_row, 0, 0, x.argument};
  return storage::conditional_write{
    {std::move(condition)}, {{key, std::move(value)}}, "1", "0"};
}

/// A hash tag whose slot is in the `index`-th of `count` equal parts of all slots.
std::string tag_in(std::size_t index, std::size_t count, std::size_t number) {
  for (auto i = std::size_t{0};; ++i) {
    auto tag = "k" + std::to_string(number) + "-" + std::to_string(i);
    const auto in = std::size_t{router::key_slot(tag).value()};
    if (in * count / storage::slot_count == index)
      return tag;
  }
}

/// Notes in `x` what `reply` tells. False when no such operation is answered so.
bool take_reply(const std::string& reply, register_operation& x) {
  if (x.call == register_call::compare_and_set) { // Not a command: its own two words.
    x.succeeded = reply == "1";
    return reply == "1" || reply == "0";
  }
  const auto value = router::read_reply(reply);
  const auto* scalar = value ? std::get_if<router::resp_scalar>(&*value) : nullptr;
  if (scalar == nullptr)
    return false;
  const auto* text = std::get_if<std::string>(scalar);
  if (x.call == register_call::append)
    return std::holds_alternative<std::int64_t>(*scalar);
  if (x.call == register_call::write)
    return text != nullptr && *text == "OK";
  if (std::holds_alternative<std::monostate>(*scalar))
    x.read = std::string{}; // An unset key reads as the empty string.
  else if (text != nullptr)
    x.read = *text;
  return x.read.has_value();
}

/// Whether the request was surely not executed, and never will be.
bool is_refusal(const error& why) {
  return why == ec::unreachable || why == ec::busy || why == ec::not_found;
}

} // namespace

world_clients::world_clients(
  environment in, const world_clients_config& config, random_source random)
    : in_{in}, config_{config}, random_{random} {
  for (std::size_t i = 0; i < config_.shard_count * config_.keys_per_shard; ++i)
    keys_.push_back({.tag = tag_in(i % config_.shard_count, config_.shard_count, i)});
}

void world_clients::start() {
  for (std::size_t i = 0; i < config_.client_count; ++i)
    think(i);
}

void world_clients::think(std::size_t client) {
  in_.engine->after(
    random_.between(duration{}, config_.think_max), [this, client] { begin(client); });
}

std::int64_t world_clients::stamp() { return ++stamp_; }

machine* world_clients::pick_machine() {
  auto usable = std::vector<machine*>{};
  for (const auto& x : *in_.machines)
    if (x->up() && x->handles().data_client)
      usable.push_back(x.get());
  return usable.empty() ? nullptr : usable[random_.below(usable.size())];
}

std::size_t world_clients::pick_key() {
  const auto i = random_.below(keys_.size());
  auto& key = keys_[i];
  if (key.operations >= key_operations_max || key.unknown >= key_unknown_max)
    key = {.tag = key.tag, .generation = key.generation + 1};
  ++key.operations;
  return i;
}

std::string world_clients::name_of(const operation& x) const {
  return "{" + keys_[x.key].tag + "}-" + std::to_string(x.generation);
}

/// Null when the key has ended since.
world_clients::key_state* world_clients::present_key(const operation& x) {
  auto& key = keys_[x.key];
  return key.generation == x.generation ? &key : nullptr;
}

void world_clients::begin(std::size_t client) {
  if (stopped_)
    return;
  auto* through = pick_machine();
  if (through == nullptr) {
    think(client);
    return;
  }
  auto x = std::make_shared<operation>();
  x->client = client;
  x->key = pick_key();
  x->generation = keys_[x->key].generation;
  x->through = through;
  x->life = through->life_count();
  x->begun = in_.engine->now();
  x->seen.client = client;
  x->seen.invoked = stamp();
  constexpr auto calls = std::array{
    register_call::read,  register_call::read,   register_call::read,
    register_call::read,  register_call::write,  register_call::write,
    register_call::write, register_call::append, register_call::compare_and_set};
  x->seen.call = calls[random_.below(calls.size())];
  if (x->seen.call != register_call::read)
    x->seen.argument = "v" + std::to_string(++value_count_) + ".";
  if (x->seen.call == register_call::compare_and_set)
    x->seen.expected = keys_[x->key].last_seen;
  in_.trace->add(
    in_.engine->now(), "client-" + std::to_string(client), "ask",
    name_of(*x) + " " + describe(x->seen));
  ++under_way_;
  if (x->seen.call == register_call::read)
    read(x);
  else
    write(x);
}

void world_clients::write(const operation_ptr& x) {
  auto request = router::data_write_request{};
  request.in = router::key_slot(name_of(*x));
  request.what = written(name_of(*x), x->seen);
  request.time_left = config_.deadline;
  // The node's client keeps the deadline; twice as long covers its death.
  ask<router::data_reply>(
    in_.engine->system(), x->through->handles().data_client, 2 * config_.deadline,
    std::move(request),
    [this, x](const router::data_reply& reply) { answered(x, reply); },
    [this, x](const error& why) { failed(x, why); });
}

void world_clients::read(const operation_ptr& x) {
  auto request = router::data_read_request{};
  request.in = router::key_slot(name_of(*x));
  const auto key = name_of(*x);
  request.keys = {key};
  request.what = word(router::command_id::get, {key});
  request.level = random_.chance(config_.lease_read_ratio) ? storage::read_level::lease
                                                           : storage::read_level::master;
  request.time_left = config_.deadline;
  ask<router::data_reply>(
    in_.engine->system(), x->through->handles().data_client, 2 * config_.deadline,
    std::move(request),
    [this, x](const router::data_reply& reply) { answered(x, reply); },
    [this, x](const error& why) { failed(x, why); });
}

void world_clients::answered(const operation_ptr& x, const router::data_reply& reply) {
  if (!x->through->up() || x->through->life_count() != x->life) {
    failed(x, fail(ec::stopping, "the process was killed")); // It cannot have said that.
    return;
  }
  x->seen.returned = stamp();
  if (!take_reply(reply.reply, x->seen)) {
    misanswered(x, reply.reply);
    return;
  }
  if (x->seen.call != register_call::read) {
    if (reply.at.seq > lsn{0}) // Else nothing was logged for it, or long ago.
      in_.groups->acknowledged(reply.shard, reply.at);
    auto& last = last_begun_[reply.shard];
    last = std::max(last, x->begun);
  }
  ++acked_count_;
  histories_[name_of(*x)].push_back(x->seen);
  auto* key = present_key(*x);
  if (key != nullptr && x->seen.call != register_call::append)
    key->last_seen = x->seen.read.value_or(x->seen.argument);
  done(x, "answered");
}

void world_clients::misanswered(const operation_ptr& x, const std::string& reply) {
  in_.violated(
    "clients: " + describe(x->seen) + " of " + name_of(*x) + " was answered with '"
    + reply + "'");
  done(x, "misanswered");
}

void world_clients::failed(const operation_ptr& x, const error& why) {
  if (is_refusal(why)) {
    done(x, "refused: " + render(why));
    return;
  }
  x->seen.returned.reset();
  x->seen.read.reset();
  if (x->seen.call != register_call::read) {
    ++unknown_count_;
    histories_[name_of(*x)].push_back(x->seen);
    if (auto* key = present_key(*x))
      ++key->unknown;
  }
  done(x, "unknown: " + render(why));
}

void world_clients::done(const operation_ptr& x, const std::string& how) {
  in_.trace->add(
    in_.engine->now(), "client-" + std::to_string(x->client), "done",
    name_of(*x) + " " + describe(x->seen) + " " + how);
  --under_way_;
  think(x->client);
}

std::set<shard_id> world_clients::shards_written_since(duration since) const {
  auto result = std::set<shard_id>{};
  for (const auto& [shard, begun] : last_begun_)
    if (begun >= since)
      result.insert(shard);
  return result;
}

world_clients::judgement world_clients::judge() const {
  auto result = judgement{};
  for (const auto& [key, history] : histories_) {
    const auto found = check_linearizable(history);
    ++result.judged;
    if (found.what == verdict::undecided)
      ++result.undecided;
    if (found.what == verdict::violated)
      result.violations.push_back(
        "I10: the history of " + key + " is not linearizable\n" + found.report);
  }
  return result;
}

} // namespace troupe::lab
