#include "router/call_wire.hpp"

#include "cluster/uuid_wire.hpp"
#include "router/messages.hpp"
#include "router/router.pb.h"

#include <limits>
#include <utility>

namespace troupe::router {

namespace {

using cluster::uuid_from_wire;
using cluster::uuid_to_wire;

void to_wire(const call_id& x, v1::CallId& out) {
  out.set_caller(uuid_to_wire(x.caller.value()));
  out.set_number(x.number);
}

bool from_wire(const v1::CallId& in, call_id& out) {
  out.number = in.number();
  return in.number() > 0 && uuid_from_wire(in.caller(), out.caller)
         && !out.caller.value().nil();
}

template <class Message>
bool parse(std::string_view bytes, Message& out) {
  return bytes.size() <= std::numeric_limits<int>::max()
         && out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

} // namespace

std::string encode(const invocation& x) {
  auto out = v1::Invocation{};
  to_wire(x.id, *out.mutable_id());
  out.set_attempt(x.attempt);
  out.set_answered_below(x.answered_below);
  out.set_trace(uuid_to_wire(x.trace.value()));
  out.set_remaining_ns(x.remaining.count());
  out.set_service(x.service);
  out.set_method(x.method);
  out.set_form(static_cast<std::uint32_t>(x.form));
  out.set_content(x.content);
  return out.SerializeAsString();
}

std::string encode(const invocation_result& x) {
  auto out = v1::InvocationResult{};
  to_wire(x.id, *out.mutable_id());
  out.set_attempt(x.attempt);
  out.set_outcome(static_cast<std::uint32_t>(x.outcome));
  out.set_content(x.content);
  out.set_code(static_cast<std::uint32_t>(x.code));
  out.set_why(x.why);
  return out.SerializeAsString();
}

expected<invocation> decode_invocation(std::string_view bytes) {
  auto in = v1::Invocation{};
  auto result = invocation{};
  if (
    !parse(bytes, in) || !from_wire(in.id(), result.id)
    || !uuid_from_wire(in.trace(), result.trace) || in.form() < 1 || in.form() > 2)
    return fail(ec::malformed, "an invocation does not parse");
  result.attempt = in.attempt();
  result.answered_below = in.answered_below();
  result.remaining = duration{in.remaining_ns()};
  result.service = std::move(*in.mutable_service());
  result.method = std::move(*in.mutable_method());
  result.form = static_cast<content_form>(in.form());
  result.content = std::move(*in.mutable_content());
  return result;
}

expected<invocation_result> decode_result(std::string_view bytes) {
  auto in = v1::InvocationResult{};
  auto result = invocation_result{};
  if (
    !parse(bytes, in) || !from_wire(in.id(), result.id) || in.outcome() < 1
    || in.outcome() > 3 || in.code() > std::numeric_limits<std::uint8_t>::max())
    return fail(ec::malformed, "the result of an invocation does not parse");
  result.attempt = in.attempt();
  result.outcome = static_cast<outcome>(in.outcome());
  result.content = std::move(*in.mutable_content());
  result.code = static_cast<ec>(in.code());
  result.why = std::move(*in.mutable_why());
  return result;
}

void register_codecs(actors::message_codecs& codecs) {
  codecs.add<invocation>(
    "troupe.router.invocation", actors::lane::bulk,
    [](const invocation& x) { return encode(x); }, decode_invocation);
  // Nobody repeats an invocation before its deadline: another provider may take it now.
  codecs.tell_undelivered<invocation>([](const invocation& x, const error& why) {
    return invocation_result{
      .id = x.id,
      .attempt = x.attempt,
      .outcome = outcome::not_executed,
      .content = {},
      .code = code_of(why),
      .why = sentence_of(why)};
  });
  codecs.add<invocation_result>(
    "troupe.router.result", actors::lane::bulk,
    [](const invocation_result& x) { return encode(x); }, decode_result);
}

} // namespace troupe::router
