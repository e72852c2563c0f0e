#include "tests/simulation/byte_network.hpp"

#include <algorithm>
#include <chrono>

namespace troupe::test {

using namespace std::chrono_literals;

duration byte_network::draw_delay() {
  // Mostly near, at times far.
  return random_.chance(0.1) ? random_.between(duration{1ms}, duration{40ms})
                             : random_.between(duration{100us}, duration{2ms});
}

std::pair<byte_network::end_id, byte_network::end_id>
byte_network::connect(std::size_t dialler, std::size_t acceptor) {
  auto a = end_id{++last_id_};
  auto b = end_id{++last_id_};
  ends_.emplace(a, end{dialler, b, draw_delay(), {}, true, false, {}});
  ends_.emplace(b, end{acceptor, a, draw_delay(), {}, true, false, {}});
  return {a, b};
}

bool byte_network::flows(std::size_t from, std::size_t to) const {
  auto found = stalls_.find({from, to});
  return found == stalls_.end() || found->second == 0;
}

void byte_network::write(end_id from, const byte_buffer& bytes) {
  const auto& sender = ends_.at(from);
  if (!sender.open || bytes.empty())
    return;
  auto split = static_cast<std::ptrdiff_t>(random_.below(bytes.size()));
  put(sender.other, byte_buffer(bytes.begin(), bytes.begin() + split), false);
  put(sender.other, byte_buffer(bytes.begin() + split, bytes.end()), false);
}

void byte_network::put(end_id to, byte_buffer bytes, bool is_end) {
  auto& receiver = ends_.at(to);
  if (!receiver.open || receiver.reset)
    return;
  auto ready
    = queue_->now() + receiver.delay + random_.between(duration{0}, duration{1ms});
  if (!receiver.inbox.empty())
    ready = std::max(ready, receiver.inbox.back().ready);
  receiver.inbox.push_back({ready, std::move(bytes), is_end});
  queue_->at(ready, [this, to] { pump(to); });
}

void byte_network::pump(end_id x) {
  auto& receiver = ends_.at(x);
  auto from = ends_.at(receiver.other).owner;
  while (receiver.open && receiver.held_until <= queue_->now()
         && flows(from, receiver.owner) && !receiver.inbox.empty()
         && receiver.inbox.front().ready <= queue_->now()) {
    auto next = std::move(receiver.inbox.front());
    receiver.inbox.pop_front();
    if (next.is_end) {
      receiver.open = false;
      told_.broke(x);
    } else if (!next.bytes.empty()) {
      told_.received(x, next.bytes);
    }
  }
}

void byte_network::close(end_id x) {
  auto& closing = ends_.at(x);
  if (!closing.open)
    return;
  closing.open = false;
  closing.inbox.clear();
  put(closing.other, {}, true);
}

void byte_network::break_later(end_id x) {
  queue_->after(draw_delay(), [this, x] {
    if (std::exchange(ends_.at(x).open, false))
      told_.broke(x);
  });
}

void byte_network::reset(end_id x) {
  for (auto each : {x, ends_.at(x).other}) {
    ends_.at(each).inbox.clear();
    ends_.at(each).reset = true;
    break_later(each);
  }
}

void byte_network::hold(end_id x, duration length) {
  ends_.at(x).held_until = queue_->now() + length;
  queue_->after(length, [this, x] { pump(x); });
}

void byte_network::vanish(std::size_t process, bool silent) {
  for (auto x : ends_of(process)) {
    auto& gone = ends_.at(x);
    gone.open = false;
    gone.inbox.clear();
    if (!silent)
      break_later(gone.other);
  }
}

void byte_network::resume(std::size_t from, std::size_t to) {
  if (--stalls_[{from, to}] > 0)
    return;
  for (const auto& [id, each] : ends_)
    if (each.open && each.owner == to && ends_.at(each.other).owner == from)
      queue_->after(draw_delay(), [this, x = id] { pump(x); });
}

std::vector<byte_network::end_id> byte_network::ends_of(std::size_t process) const {
  auto result = std::vector<end_id>{};
  for (const auto& [id, each] : ends_)
    if (each.open && each.owner == process)
      result.push_back(id);
  return result;
}

} // namespace troupe::test
