#include "apps/lab/chaos/frame_queue.hpp"

#include <algorithm>
#include <utility>

namespace troupe::lab {

namespace {

constexpr auto header_size = std::size_t{14}; // To, from, type.
constexpr auto group_bit = std::uint8_t{1};   // Of the first byte of an address.

} // namespace

mac_address mac_of_port(std::size_t port) {
  return {2, 0, 0, 0, 0, static_cast<std::uint8_t>(port + 1)};
}

void frame_queue::arrived(std::size_t from, std::string_view frame, duration now) {
  if (frame.size() < header_size)
    return;
  auto to = mac_address{};
  std::ranges::transform(frame.substr(0, to.size()), to.begin(), [](char x) {
    return static_cast<std::uint8_t>(x);
  });
  for (std::size_t port = 0; port < port_count_; ++port)
    if (port != from && ((to.front() & group_bit) != 0 || to == mac_of_port(port)))
      pass(from, port, frame, now);
}

void frame_queue::pass(
  std::size_t from, std::size_t to, std::string_view frame, duration now) {
  const auto found = rules_.find({from, to});
  const auto rule = found == rules_.end() ? link_rule{} : found->second;
  if (rule.cut || random_.chance(rule.loss))
    return;
  const auto copies = random_.chance(rule.duplicate) ? 2 : 1;
  for (auto i = 0; i < copies && waiting_.size() < waiting_max; ++i) {
    const auto late = random_.between(duration::zero(), rule.jitter);
    waiting_.emplace(now + rule.delay + late, delivery{to, std::string{frame}});
  }
}

std::optional<duration> frame_queue::next_due() const {
  return waiting_.empty() ? std::nullopt : std::optional{waiting_.begin()->first};
}

std::vector<frame_queue::delivery> frame_queue::take_due(duration now) {
  auto result = std::vector<delivery>{};
  const auto end = waiting_.upper_bound(now);
  for (auto i = waiting_.begin(); i != end; ++i)
    result.push_back(std::move(i->second));
  waiting_.erase(waiting_.begin(), end);
  return result;
}

} // namespace troupe::lab
