#include "cluster/greeter.hpp"

#include <algorithm>
#include <utility>

namespace troupe::cluster {

greeter::output greeter::accepted(connection_id connection, time_point now) {
  auto out = output{};
  auto strangers = std::count_if(
    greetings_.begin(), greetings_.end(), [](const auto& x) { return !x.second.dial; });
  if (std::cmp_greater_equal(strangers, config_.greeting_count_max)) {
    auto why = fail(ec::busy, "too many connections are being opened; try again later");
    out.frames.push_back({connection, refuse{code_of(why), sentence_of(why)}});
    out.closes.push_back(connection);
    return out;
  }
  greetings_.emplace(connection, greeting{now, std::nullopt, {}});
  return out;
}

greeter::output
greeter::dialled(connection_id connection, const greeting_dial& dial, time_point now) {
  auto out = output{};
  auto first = hello{
    .cluster_name = self_.cluster_name,
    .cluster = self_.cluster,
    .from = self_.self,
    .link_address = self_.link_address,
    .version_min = link_version_min,
    .version_max = link_version_max,
    .session = dial.session,
    .lane = dial.lane,
    .window_bytes = config_.window_bytes(dial.lane)};
  greetings_.emplace(connection, greeting{now, dial, first});
  out.frames.push_back({connection, std::move(first)});
  return out;
}

expected<link_offer>
greeter::judge_frame(const greeting& state, const link_frame& frame) const {
  if (!state.dial) {
    if (const auto* theirs = std::get_if<hello>(&frame))
      return judge(self_, *theirs);
    return fail(ec::malformed, "a connection must begin with a hello");
  }
  if (const auto* refusal = std::get_if<refuse>(&frame))
    return fail(refusal->code, "refused by the peer: " + refusal->why);
  const auto* theirs = std::get_if<welcome>(&frame);
  if (theirs == nullptr)
    return fail(ec::malformed, "a hello must be answered by a welcome");
  auto result = judge(self_, state.sent, *theirs);
  if (result && state.dial->expected && *state.dial->expected != result->peer.id)
    return fail(
      ec::unreachable,
      "another node, " + result->peer.name.value() + ", answers at that address now");
  return result;
}

greeter::output greeter::arrived(connection_id connection, const link_frame& frame) {
  auto out = output{};
  auto found = greetings_.find(connection);
  if (found == greetings_.end())
    return out;
  auto offer = judge_frame(found->second, frame);
  if (offer) {
    greetings_.erase(found);
    out.offers.push_back({connection, std::move(*offer)});
  } else {
    if (!std::holds_alternative<refuse>(frame))
      refuse_with(out, connection, offer.error());
    out.closes.push_back(connection);
    give_up(out, connection, offer.error());
  }
  return out;
}

greeter::output greeter::broke(connection_id connection, const error& why) {
  auto out = output{};
  if (greetings_.contains(connection))
    give_up(out, connection, why);
  return out;
}

greeter::output greeter::tick(time_point now) {
  auto out = output{};
  auto late = std::vector<connection_id>{};
  for (const auto& [connection, state] : greetings_)
    if (now - state.since >= config_.handshake_deadline)
      late.push_back(connection);
  for (auto connection : late) {
    auto why = fail(ec::deadline_exceeded, "the handshake took too long");
    refuse_with(out, connection, why);
    out.closes.push_back(connection);
    give_up(out, connection, why);
  }
  return out;
}

void greeter::refuse_with(output& out, connection_id connection, const error& why) {
  out.frames.push_back({connection, refuse{code_of(why), sentence_of(why)}});
}

void greeter::give_up(output& out, connection_id connection, const error& why) {
  auto found = greetings_.find(connection);
  out.refusals.push_back({connection, why});
  if (found->second.dial)
    out.failures.push_back({*found->second.dial, why});
  greetings_.erase(found);
}

} // namespace troupe::cluster
