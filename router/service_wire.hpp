/// Rows of a method table from handlers of Protobuf messages.
#pragma once

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
  typed_responder(content_form form, responder to) : form_{form}, to_{std::move(to)} {}

  void operator()(const expected<Response>& result) const {
    to_(result ? write_content(form_, *result) : expected<std::string>{result.error()});
  }

private:
  content_form form_;
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
        handler(request, typed_responder<Response>{x.form, std::move(to)});
    }};
}

} // namespace troupe::router
