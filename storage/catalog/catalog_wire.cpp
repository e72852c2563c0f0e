#include "storage/catalog/catalog_wire.hpp"

#include "storage/catalog/catalog.pb.h"
#include "storage/catalog/catalog_rows.hpp"
#include "storage/record_wire.hpp"

#include <utility>

namespace troupe::storage {

namespace {

error malformed(const char* what) {
  return fail(ec::malformed, std::string{what} + " does not parse");
}

// -- commands
// ------------------------------------------------------------------------------

struct command_to_wire {
  v1::CatalogCommand& out;

  void operator()(const catalog_put& x) const {
    auto& put = *out.mutable_put();
    put.set_key(x.key);
    put.set_value(x.value);
    if (std::holds_alternative<is_absent>(x.expected))
      put.set_absent(true);
    else if (const auto* version = std::get_if<has_version>(&x.expected))
      put.set_version(version->version);
  }
  void operator()(const catalog_delete& x) const {
    out.mutable_delete_()->set_key(x.key);
    if (x.expected)
      out.mutable_delete_()->set_version(*x.expected);
  }
  void operator()(const catalog_get& x) const { out.mutable_get()->set_key(x.key); }
  void operator()(const catalog_list& x) const {
    auto& list = *out.mutable_list();
    list.set_prefix(x.prefix);
    list.set_from(x.from);
    list.set_limit(x.limit);
  }
  void operator()(const catalog_history& x) const {
    out.mutable_history()->set_key(x.key);
    out.mutable_history()->set_limit(x.limit);
  }
};

catalog_command from_wire(v1::CatalogCommand::Put& in) {
  using wire = v1::CatalogCommand::Put;
  auto result = catalog_put{
    std::move(*in.mutable_key()), std::move(*in.mutable_value()), is_anything{}};
  if (in.expected_case() == wire::kAbsent)
    result.expected = is_absent{};
  else if (in.expected_case() == wire::kVersion)
    result.expected = has_version{in.version()};
  return result;
}

catalog_command from_wire(const v1::CatalogCommand::Delete& in) {
  using wire = v1::CatalogCommand::Delete;
  auto result = catalog_delete{in.key(), {}};
  if (in.expected_case() == wire::kVersion)
    result.expected = in.version();
  return result;
}

// -- replies
// ------------------------------------------------------------------------------

void from_wire(v1::CatalogReply& in, catalog_reply& out) {
  out.status = static_cast<catalog_status>(in.status());
  out.current = in.current();
  out.why = std::move(*in.mutable_why());
  out.more = in.more();
  for (auto& x : *in.mutable_entries())
    out.entries.push_back(
      {std::move(*x.mutable_key()), std::move(*x.mutable_value()), x.version()});
  for (auto& x : *in.mutable_history())
    out.history.push_back({std::move(*x.mutable_value()), x.version(), x.replaced_at()});
}

/// The rows that a command looks at; none when it scans.
struct rows_read {
  std::vector<std::string> operator()(const catalog_put& x) const {
    return {entry_row(x.key)};
  }
  std::vector<std::string> operator()(const catalog_delete& x) const {
    return {entry_row(x.key)};
  }
  std::vector<std::string> operator()(const catalog_get& x) const {
    return {entry_row(x.key)};
  }
  std::vector<std::string> operator()(const catalog_list&) const { return {}; }
  std::vector<std::string> operator()(const catalog_history&) const { return {}; }
};

} // namespace

command encode(const catalog_command& x) {
  auto out = v1::CatalogCommand{};
  std::visit(command_to_wire{out}, x);
  return {out.SerializeAsString()};
}

expected<catalog_command> decode_catalog_command(const command& x) {
  auto in = v1::CatalogCommand{};
  auto wrong = malformed("a command of the catalog");
  if (!parse(as_bytes(x.bytes), in))
    return wrong;
  switch (in.what_case()) {
    case v1::CatalogCommand::kPut:
      return from_wire(*in.mutable_put());
    case v1::CatalogCommand::kDelete:
      return from_wire(in.delete_());
    case v1::CatalogCommand::kGet:
      return catalog_command{catalog_get{in.get().key()}};
    case v1::CatalogCommand::kList:
      return catalog_command{
        catalog_list{in.list().prefix(), in.list().from(), in.list().limit()}};
    case v1::CatalogCommand::kHistory:
      return catalog_command{catalog_history{in.history().key(), in.history().limit()}};
    case v1::CatalogCommand::WHAT_NOT_SET:
      break;
  }
  return wrong;
}

std::string encode(const catalog_reply& x) {
  auto out = v1::CatalogReply{};
  out.set_status(static_cast<v1::CatalogReply::Status>(x.status));
  out.set_current(x.current);
  out.set_why(x.why);
  out.set_more(x.more);
  for (const auto& from : x.entries) {
    auto& to = *out.add_entries();
    to.set_key(from.key);
    to.set_value(from.value);
    to.set_version(from.version);
  }
  for (const auto& from : x.history) {
    auto& to = *out.add_history();
    to.set_value(from.value);
    to.set_version(from.version);
    to.set_replaced_at(from.replaced_at);
  }
  return out.SerializeAsString();
}

expected<catalog_reply> decode_catalog_reply(std::string_view bytes) {
  auto in = v1::CatalogReply{};
  if (
    !parse(as_bytes(bytes), in) || in.status() < v1::CatalogReply::OK
    || in.status() > v1::CatalogReply::REFUSED)
    return malformed("a reply of the catalog");
  auto result = catalog_reply{};
  from_wire(in, result);
  return result;
}

data_write write_of(
  const catalog_command& x, const request_id& request, std::uint64_t answered_below) {
  return {request, answered_below, encode(x), std::nullopt};
}

data_read read_of(const catalog_command& x, read_level level) {
  return {level, std::visit(rows_read{}, x), encode(x)};
}

} // namespace troupe::storage
