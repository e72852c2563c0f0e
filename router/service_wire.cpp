#include "router/service_wire.hpp"

#include <limits>
#include <utility>

#include <google/protobuf/util/json_util.h>

namespace troupe::router {

error read_content(
  content_form form, const std::string& content, google::protobuf::Message& out) {
  auto name = out.GetTypeName();
  if (form == content_form::json) {
    auto status = google::protobuf::util::JsonStringToMessage(content, &out);
    if (status.ok())
      return {};
    return fail(ec::malformed, "not a " + name + ": " + std::string{status.message()});
  }
  if (
    content.size() <= std::numeric_limits<int>::max()
    && out.ParseFromArray(content.data(), static_cast<int>(content.size())))
    return {};
  return fail(ec::malformed, "not a " + name);
}

expected<std::string>
write_content(content_form form, const google::protobuf::Message& x) {
  if (form == content_form::protobuf)
    return x.SerializeAsString();
  auto result = std::string{};
  auto options = google::protobuf::util::JsonPrintOptions{};
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  auto status = google::protobuf::util::MessageToJsonString(x, &result, options);
  if (!status.ok())
    return fail(ec::internal, "no JSON of a " + x.GetTypeName());
  return result;
}

call_request make_request(
  std::string method, bool idempotent, const google::protobuf::Message& x,
  trace_id trace) {
  return {
    std::move(method), x.SerializeAsString(), content_form::protobuf, idempotent, trace};
}

} // namespace troupe::router
