#include "apps/lab/cores/replication_clients.hpp"

#include <algorithm>

namespace troupe::lab {

using namespace storage;
using namespace std::chrono_literals;

namespace {

constexpr auto operations_per_key = std::size_t{60};
constexpr auto operation_timeout = 4s;
const auto the_slot = slot{42};

} // namespace

replication_clients::replication_clients(
  environment in, const replication_options& options)
    : in_{std::move(in)}, options_{options} {
  for (std::size_t i = 0; i < options.client_count; ++i)
    clients_.emplace_back().index = i;
}

void replication_clients::start() {
  for (auto& c : clients_)
    think(c);
}

client_id replication_clients::id_of(const client& c) const {
  return {node_id{uuid{77, c.index + 1}}, incarnation{1}, c.connection};
}

void replication_clients::think(client& c) {
  c.current.reset();
  if (!stopped_)
    in_.events->after(
      in_.random->between(duration{1ms}, options_.think_max), [this, &c] { begin(c); });
}

std::string replication_clients::pick_key(bool weak) {
  auto index = in_.random->below(options_.key_count);
  auto name = [&] {
    return (weak ? "w" : "k") + std::to_string(index) + "."
           + std::to_string(generations_[index]);
  };
  // A history that grows long takes long to judge: a new key.
  if (histories_[name()].size() >= operations_per_key)
    ++generations_[index];
  return name();
}

void replication_clients::begin(client& c) {
  auto& random = *in_.random;
  auto& x = c.current.emplace();
  x.number = ++c.operation_number;
  // One that only reads stays with a master that those who write have left.
  auto only_reads = c.index == 0 && clients_.size() > 1;
  x.weak = !only_reads && random.chance(options_.weak_write_ratio);
  x.key = pick_key(x.weak);
  x.deadline = in_.events->now() + operation_timeout;
  x.seen.client = c.index;
  x.seen.invoked = in_.events->now().time_since_epoch().count();
  x.seen.argument
    = "c" + std::to_string(c.index) + "." + std::to_string(++c.value_number);
  auto kind = only_reads ? 0 : random.below(10);
  x.seen.call = kind < 5   ? register_call::read
                : kind < 7 ? register_call::write
                : kind < 9 ? register_call::append
                           : register_call::compare_and_set;
  x.level
    = random.chance(options_.lease_read_ratio) ? read_level::lease : read_level::master;
  if (x.weak)
    x.mode = random.chance(0.5) ? ack_mode::async : ack_mode::semi;
  else if (options_.replica_count == 3 && random.chance(0.2))
    x.mode = ack_mode::semi; // With 3 voters it promises what quorum does.
  if (x.seen.call == register_call::compare_and_set)
    x.seen.expected = c.last_seen[x.key];
  if (x.seen.call == register_call::append)
    x.seen.argument = "+" + x.seen.argument;
  x.request = {id_of(c), ++c.request_number};
  attempt(c);
}

void replication_clients::attempt(client& c) {
  auto& x = *c.current;
  if (in_.events->now() >= x.deadline) {
    give_up(c);
    return;
  }
  auto ticket = storage::ticket{next_ticket_++};
  tickets_[ticket] = {c.index, x.number};
  x.open.insert(ticket);
  if (x.seen.call == register_call::read) {
    auto request = read_request{};
    request.from = ticket;
    request.level = x.level;
    request.in = the_slot;
    request.keys = {x.key};
    request.what = {x.key};
    in_.read(c.target, std::move(request));
  } else {
    x.may_have_happened = true;
    attempt_write(c, ticket);
  }
  auto patience = in_.random->between(duration{100ms}, duration{500ms});
  in_.events->after(patience, [this, &c, ticket, number = x.number] {
    if (!c.current || c.current->number != number || !c.current->open.contains(ticket))
      return;
    c.target = (c.target + 1) % options_.replica_count;
    attempt(c);
  });
}

void replication_clients::attempt_write(client& c, storage::ticket ticket) {
  const auto& x = *c.current;
  auto request = write_request{};
  request.from = ticket;
  request.request = x.request;
  request.answered_below = x.request.number; // One at a time: all before are settled.
  request.in = the_slot;
  request.mode = x.mode;
  if (x.seen.call == register_call::append) {
    request.what = command{x.key + " " + x.seen.argument};
  } else {
    auto plain = conditional_write{};
    plain.effects = {{x.key, row{1, 0, 0, x.seen.argument}}};
    plain.reply = "done";
    plain.refusal = "refused";
    if (x.seen.call == register_call::compare_and_set) {
      if (x.seen.expected.empty())
        plain.when = {{x.key, is_absent{}}};
      else
        plain.when = {{x.key, has_bytes{x.seen.expected}}};
    }
    request.what = std::move(plain);
  }
  if (in_.random->chance(0.1)) // A retry storm: the same request at two places at once.
    in_.write(in_.random->below(options_.replica_count), request);
  in_.write(c.target, std::move(request));
}

void replication_clients::retry(client& c, duration delay) {
  in_.events->after(delay, [this, &c, number = c.current->number] {
    if (c.current && c.current->number == number)
      attempt(c);
  });
}

void replication_clients::answered(const answer& x) {
  auto found = tickets_.find(x.to);
  auto& c = clients_[found->second.first];
  if (
    !c.current || c.current->number != found->second.second
    || !c.current->open.contains(x.to))
    return;
  in_.count(std::string{"answer "} + to_string(x.status));
  auto& current = *c.current;
  switch (x.status) {
    case answer_status::ok:
      done(c, x);
      return;
    case answer_status::not_master:
      current.open.erase(x.to);
      c.target = x.hint ? static_cast<std::size_t>(x.hint->value() - 1)
                        : in_.random->below(options_.replica_count);
      retry(c, in_.random->between(duration{1ms}, duration{50ms}));
      return;
    case answer_status::answered:
      throw property_violated{"dedup: a request that waits was taken for answered"};
    case answer_status::session_expired:
      throw property_violated{"dedup: an open connection was taken for closed"};
    case answer_status::moved:
      throw property_violated{"the group forgot that it owns its slots"};
    case answer_status::too_large:
      throw property_violated{"a core weighed a reply"};
    case answer_status::no_quorum:
    case answer_status::busy:
    case answer_status::unknown:
      current.open.erase(x.to);
      retry(c, in_.random->between(duration{10ms}, duration{100ms}));
      return;
  }
}

void replication_clients::done(client& c, const answer& x) {
  auto& op = *c.current;
  ++done_count_;
  op.seen.returned = in_.events->now().time_since_epoch().count();
  if (op.seen.call == register_call::read)
    op.seen.read = x.reply;
  if (op.seen.call == register_call::append)
    op.seen.read = x.reply;
  if (op.seen.call == register_call::compare_and_set)
    op.seen.succeeded = x.reply == "done";
  if (op.seen.call == register_call::read) {
    in_.count(op.level == read_level::lease ? "lease reads" : "master reads");
  } else if (!op.weak && !op.mode) {
    in_.count("quorum writes");
    if (x.at.seq > lsn{0})
      in_.checker->acknowledged(x.at);
    else
      in_.count("replies found again");
    acknowledged_.emplace_back(time_point{duration{op.seen.invoked}}, in_.events->now());
  } else {
    in_.count("weak writes");
  }
  auto& last = c.last_seen[op.key];
  if (op.seen.read)
    last = *op.seen.read;
  else if (op.seen.call == register_call::write || op.seen.succeeded)
    last = op.seen.argument;
  if (!op.weak)
    histories_[op.key].push_back(op.seen);
  think(c);
}

void replication_clients::give_up(client& c) {
  auto& op = *c.current;
  in_.count("given up");
  if (!op.weak && op.may_have_happened)
    histories_[op.key].push_back(op.seen);
  if (op.may_have_happened) {
    // What is under way of the old connection must never be executed once it is closed.
    ++c.connection;
    c.request_number = 0;
    in_.close_sessions(c.target, {id_of(c).node, incarnation{1}, c.connection, {}});
  }
  think(c);
}

std::optional<time_point> replication_clients::first_done_since(time_point since) const {
  auto found = std::ranges::find_if(
    acknowledged_, [=](const auto& x) { return x.first >= since; });
  if (found == acknowledged_.end())
    return std::nullopt;
  return found->second;
}

void replication_clients::check_histories() const {
  auto histories = histories_;
  for (const auto& c : clients_) { // What is under way yet may have happened.
    if (c.current && !c.current->weak && c.current->may_have_happened)
      histories[c.current->key].push_back(c.current->seen);
  }
  auto undecided = std::size_t{0};
  for (const auto& [key, operations] : histories) {
    auto found = check_linearizable(operations);
    if (found.what == verdict::violated)
      throw property_violated{
        "I10: the history of " + key + " is not linearizable\n" + found.report};
    undecided += found.what == verdict::undecided ? 1 : 0;
    in_.count(
      found.what == verdict::undecided ? "histories undecided" : "histories judged");
  }
  if (too_many_undecided(undecided, histories.size()))
    throw property_violated{"I10: too many histories are too long to be judged"};
}

} // namespace troupe::lab
