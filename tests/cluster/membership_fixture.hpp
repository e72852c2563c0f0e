/// What the tests of the membership core share: numbered members, and a core that is
/// driven as its contract says.
#pragma once

#include "cluster/membership.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::test {

/// Node `i` has the id i and the name n<i>.
inline node_id numbered(std::uint64_t i) { return node_id{uuid{0, i}}; }

/// A claim about node `i`.
inline cluster::member claim(
  std::uint64_t i, cluster::member_state state = cluster::member_state::alive,
  std::uint64_t incarnation = 1, std::uint64_t refutation = 0,
  std::uint64_t accuser = 0) {
  auto result = cluster::member{};
  result.node
    = {numbered(i), node_name{"n" + std::to_string(i)}, troupe::incarnation{incarnation}};
  result.endpoints.link = "n" + std::to_string(i) + ":7400";
  result.refutation = cluster::refutation{refutation};
  result.state = state;
  result.accuser = numbered(accuser);
  return result;
}

/// The messages of type `Message` in `out`, with their receivers.
template <class Message>
std::vector<std::pair<node_id, Message>> sent(const cluster::membership::output& out) {
  auto result = std::vector<std::pair<node_id, Message>>{};
  for (const auto& x : out.sends)
    if (const auto* content = std::get_if<Message>(&x.message))
      result.emplace_back(x.to, *content);
  return result;
}

inline std::vector<cluster::member_event> events(const cluster::membership::output& out) {
  auto result = std::vector<cluster::member_event>{};
  for (const auto& x : out.news)
    result.push_back(x.what);
  return result;
}

/// Node 1, running, with a clock.
class driven_membership {
public:
  using output = cluster::membership::output;

  explicit driven_membership(
    const cluster::membership_config& config = {},
    const std::vector<std::string>& seeds = {}, std::uint64_t random_seed = 1)
      : core{config, claim(1), seeds, random_seed} {
    started = take(core.start(now));
  }

  /// Tells it of nodes 2 to `last`, alive.
  void meet(std::uint64_t last) {
    auto claims = std::vector<cluster::member>{};
    for (std::uint64_t i = 2; i <= last; ++i)
      claims.push_back(claim(i));
    (void)hear(2, cluster::gossip{claims}); // Those who look at the output call `hear`.
  }

  template <class Message>
  output hear(std::uint64_t from, const Message& message) {
    return take(core.received(numbered(from), message, now));
  }

  /// Ticks whenever asked to, up to and including `now + length`; everything put out.
  output pass(duration length) {
    auto end = now + length;
    auto all = output{};
    while (wake <= end) {
      now = std::max(now, wake);
      append(all, take(core.tick(now)));
    }
    now = end;
    return all;
  }

  /// As `pass`, with every ping answered but those to `silent`.
  output pass_answering(duration length, const std::vector<node_id>& silent = {}) {
    auto end = now + length;
    auto all = output{};
    while (wake <= end) {
      now = std::max(now, wake);
      auto out = take(core.tick(now));
      append(all, out);
      for (const auto& [to, question] : sent<cluster::ping>(out))
        if (std::ranges::find(silent, to) == silent.end())
          append(all, take(core.received(to, cluster::ack{question.seq, {}}, now)));
    }
    now = end;
    return all;
  }

  [[nodiscard]] cluster::member_state state_of(std::uint64_t i) const {
    return core.find(numbered(i))->state;
  }

  output take(output out) {
    core.check_invariants();
    wake = out.next_wake;
    return out;
  }

  static void append(output& all, const output& more) {
    all.sends.insert(all.sends.end(), more.sends.begin(), more.sends.end());
    all.news.insert(all.news.end(), more.news.begin(), more.news.end());
    all.redials.insert(all.redials.end(), more.redials.begin(), more.redials.end());
  }

  time_point now;
  time_point wake;
  cluster::membership core;
  output started;
};

} // namespace troupe::test
