/// Protobuf at both ends of a call: rows of a method table from typed handlers, and
/// requests and replies as callers have them.
#pragma once

#include "router/call_table.hpp"
#include "router/messages.hpp"
#include "router/service.hpp"

#include <functional>
#include <string>
#include <utility>

#include <google/protobuf/message.h>

namespace troupe::router {

/// Reads `content` in its form. Fails with ec::malformed, naming the message's type.
[[nodiscard]] error read_content(
  content_form form, const std::string& content, google::protobuf::Message& out);

/// `x` in the form that the caller wants.
[[nodiscard]] expected<std::string>
write_content(content_form form, const google::protobuf::Message& x);

/// Answers one call with a `Response`, once, now or later, from any thread.
template <class Response>
class typed_responder {
public:
  typed_responder(const invocation& call, responder to)
      : form_{call.form}, trace_{call.trace}, to_{std::move(to)} {}

  void operator()(const expected<Response>& result) const {
    to_(result ? write_content(form_, *result) : expected<std::string>{result.error()});
  }

  /// Of the call that is answered: hand it to the calls that the answer takes.
  [[nodiscard]] trace_id trace() const { return trace_; }

private:
  content_form form_;
  trace_id trace_;
  responder to_;
};

/// A method that takes a `Request` and answers a `Response`, both Protobuf messages.
template <class Request, class Response>
[[nodiscard]] method_definition make_method(
  std::string name, bool idempotent,
  std::function<void(const Request&, typed_responder<Response>)> handler) {
  return {
    std::move(name), idempotent,
    [handler = std::move(handler)](const invocation& x, responder to) {
      auto request = Request{};
      if (auto why = read_content(x.form, x.content, request))
        to(std::move(why));
      else
        handler(request, typed_responder<Response>{x, std::move(to)});
    }};
}

/// A call of `method` with this content, for callers in this process. A handler that
/// calls gives the trace of the call that it answers.
[[nodiscard]] call_request make_request(
  std::string method, bool idempotent, const google::protobuf::Message& x,
  trace_id trace = {});

/// The reply that `answer` carries, or what the call failed with. Fails with
/// ec::malformed.
/// @pre the call was made by `make_request`.
template <class Response>
[[nodiscard]] expected<Response> read_reply(const expected<call_answer>& answer) {
  if (!answer)
    return answer.error();
  auto reply = Response{};
  if (auto why = read_content(content_form::protobuf, answer->content, reply))
    return why;
  return reply;
}

} // namespace troupe::router
