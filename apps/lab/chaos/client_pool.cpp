#include "apps/lab/chaos/client_pool.hpp"

#include "actors/base/random.hpp"
#include "apps/lab/chaos/client_words.hpp"
#include "apps/lab/chaos/resp_client.hpp"
#include "apps/lab/check/history_file.hpp"

#include <chrono>
#include <utility>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto connect_deadline = 500ms;
constexpr auto pause_after_failure = 20ms;

} // namespace

/// One client: a thread, a connection, a history.
class client_pool::client {
public:
  client(client_pool& pool, std::size_t place, history_file file, bool readonly)
      : pool_{pool}, file_{std::move(file)}, random_{pool.what_.seed + place},
        node_{place % pool.what_.nodes.size()}, number_{++pool.last_client_},
        readonly_{readonly} {}

  void run() {
    while (!pool_.stopping_ && !trouble_) {
      const auto call = draw_call(pool_.what_.clients.mix, random_);
      const auto kind = kind_used_by(call, random_);
      if (!connect())
        continue;
      const auto place = random_.below(pool_.keys_.place_count());
      execute(call, pool_.keys_.take(kind, place));
    }
    connection_.close();
  }

  /// Whether `key` was read; tries each node once.
  bool read(const std::string& key) {
    for (std::size_t i = 0; i < pool_.what_.nodes.size() && !trouble_; ++i) {
      if (connect() && execute(operation_call::read, key).done())
        return true;
      go_on();
    }
    return false;
  }

  [[nodiscard]] const error& trouble() const { return trouble_; }

private:
  [[nodiscard]] const apps::local_node& node() const { return pool_.what_.nodes[node_]; }

  /// A broken connection is made again, at the next node.
  bool connect() {
    if (connection_.connected())
      return true;
    if (!connection_.connect(node().resp, connect_deadline) && say_readonly())
      return true;
    go_on();
    std::this_thread::sleep_for(pause_after_failure);
    return false;
  }

  /// Whether the node knows that this client reads from slaves, if it does.
  bool say_readonly() {
    if (!readonly_)
      return true;
    const auto reply = connection_.command({"READONLY"}, connect_deadline);
    return reply && is_ok(*reply);
  }

  void go_on() {
    connection_.close();
    node_ = (node_ + 1) % pool_.what_.nodes.size();
  }

  recorded_operation execute(operation_call call, std::string key) {
    auto result = recorded_operation{};
    result.client = number_;
    result.request = ++request_;
    result.call = call;
    result.key = std::move(key);
    result.node = node().name;
    result.readonly = readonly_;
    result.argument = argument_of(result);
    result.invoked = pool_.what_.clock.now();
    note(file_.invoked(result));
    const auto reply = connection_.command(words_of(result), pool_.what_.clients.timeout);
    result.returned = pool_.what_.clock.now();
    take_reply(reply, result);
    note(file_.returned(result));
    settle(result);
    return result;
  }

  void settle(const recorded_operation& x) {
    if (x.done())
      ++pool_.done_count_;
    if (x.outcome == operation_outcome::unknown) {
      if (x.call != operation_call::read)
        pool_.keys_.unknown(x.key);
      number_ = ++pool_.last_client_;
      request_ = 0;
    }
    if (!connection_.connected())
      go_on();
    else if (!x.done())
      std::this_thread::sleep_for(pause_after_failure);
  }

  void note(error trouble) {
    if (!trouble_)
      trouble_ = std::move(trouble);
  }

  client_pool& pool_;
  history_file file_;
  random_source random_;
  std::size_t node_;
  std::size_t number_;
  std::uint64_t request_ = 0;
  bool readonly_;
  resp_client connection_;
  error trouble_;
};

client_pool::client_pool(client_setting what)
    : what_{std::move(what)}, keys_{what_.clients.key_count} {}

client_pool::~client_pool() {
  static_cast<void>(stop()); // Who wants to know has asked before.
}

error client_pool::start() {
  for (std::size_t i = 0; i < what_.clients.count; ++i) {
    auto file
      = history_file::create(what_.directory + "/" + std::to_string(i) + ".jsonl");
    if (!file)
      return file.error();
    clients_.push_back(std::make_unique<client>(
      *this, i, std::move(*file), i < what_.clients.readonly_count));
  }
  for (auto& x : clients_)
    threads_.emplace_back([one = x.get()] { one->run(); });
  return {};
}

error client_pool::stop() {
  stopping_ = true;
  for (auto& x : threads_)
    x.join();
  threads_.clear();
  for (const auto& x : clients_)
    if (x->trouble())
      return x->trouble();
  return {};
}

error client_pool::read_all_keys(duration deadline) {
  auto file = history_file::create(what_.directory + "/final.jsonl");
  if (!file)
    return file.error();
  auto reader = client{*this, 0, std::move(*file), false};
  for (const auto& key : keys_.all()) {
    const auto until = what_.clock.now() + deadline;
    while (!reader.read(key)) {
      if (reader.trouble())
        return reader.trouble();
      if (what_.clock.now() >= until)
        return fail(ec::deadline_exceeded, "no node has an answer to a read of " + key);
      std::this_thread::sleep_for(pause_after_failure);
    }
  }
  return {};
}

} // namespace troupe::lab
