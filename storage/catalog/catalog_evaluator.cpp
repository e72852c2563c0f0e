#include "storage/catalog/catalog_evaluator.hpp"

#include "registry/sync.hpp"
#include "storage/catalog/catalog_rows.hpp"
#include "storage/catalog/catalog_wire.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace troupe::storage {

namespace {

constexpr auto key_bytes_max = std::size_t{256};

std::uint64_t bytes_of(const std::string& key, const std::string& value) {
  return registry::wire_bytes({registry::entry_kind::config, key, {}}, value.size());
}

catalog_reply refusal(std::string why) {
  return {.status = catalog_status::refused, .why = std::move(why)};
}

catalog_reply conflict(const std::optional<row>& found) {
  return {.status = catalog_status::conflict, .current = found ? found->version : 0};
}

bool is_key(const std::string& x) {
  return !x.empty() && x.size() <= key_bytes_max
         && std::ranges::all_of(x, [](char c) { return c > ' ' && c <= '~'; });
}

catalog_reply no_key() {
  return refusal(
    "a key has 1 to " + std::to_string(key_bytes_max)
    + " printable ASCII characters, and no space");
}

/// What a put expects to find.
struct is_met {
  const std::optional<row>& found;

  bool operator()(const is_anything&) const { return true; }
  bool operator()(const is_absent&) const { return !found; }
  bool operator()(const has_version& x) const {
    return found && found->version == x.version;
  }
};

/// One change being evaluated: what it changes beside the entry itself.
class change {
public:
  change(const catalog_limits& limits, slot in, const row_view& rows)
      : limits_{limits}, in_{in}, rows_{rows} {
    if (auto found = rows.get(in, catalog_size_row))
      size_ = decode_catalog_size(found->bytes);
  }

  /// Why this much more is too much; none when it is not.
  [[nodiscard]] std::optional<catalog_reply>
  add(std::uint64_t count, std::uint64_t bytes) {
    size_.entry_count += count;
    size_.entry_bytes += bytes;
    if (size_.entry_count > limits_.entry_count_max)
      return refusal(
        "the catalog has " + std::to_string(limits_.entry_count_max)
        + " entries, as many as it may; delete some");
    if (size_.entry_bytes > limits_.entry_bytes_max)
      return refusal(
        "the catalog's entries have no room for " + std::to_string(bytes)
        + " more bytes; delete some");
    return std::nullopt;
  }

  void remove(std::uint64_t count, std::uint64_t bytes) {
    size_.entry_count -= std::min(count, size_.entry_count);
    size_.entry_bytes -= std::min(bytes, size_.entry_bytes);
  }

  void set(std::string row_key, std::string value) {
    effects_.push_back({std::move(row_key), row{0, 0, 0, std::move(value)}});
  }
  void drop(std::string row_key) {
    effects_.push_back({std::move(row_key), std::nullopt});
  }

  /// Keeps what is replaced, and lets go what that is too much for.
  void keep(const std::string& key, const row& replaced) {
    if (limits_.history_count_max == 0)
      return;
    auto kept = history_of(key);
    set(history_row(key, replaced.version), replaced.bytes);
    ++size_.history_count;
    auto first = kept.begin();
    for (; kept.end() - first >= std::ptrdiff_t(limits_.history_count_max); ++first)
      forget(*first);
    if (size_.history_count <= limits_.history_total_max)
      return;
    if (auto other = history_beside(key))
      forget(*other);
  }

  [[nodiscard]] evaluation done() {
    set(catalog_size_row, encode(size_));
    return {std::move(effects_), encode(catalog_reply{})};
  }

private:
  void forget(const std::string& row_key) {
    drop(row_key);
    size_.history_count -= std::min<std::uint64_t>(1, size_.history_count);
  }

  /// The rows of a key's history, oldest first.
  [[nodiscard]] std::vector<std::string> history_of(const std::string& key) const {
    auto result = std::vector<std::string>{};
    auto beginning = history_rows(key);
    rows_.scan(in_, beginning, [&](std::string_view row_key, const row&) {
      auto is_one = version_of_history(row_key, beginning).has_value();
      if (is_one)
        result.emplace_back(row_key);
      return is_one;
    });
    return result;
  }

  /// The oldest row of the next key that has a history.
  [[nodiscard]] std::optional<std::string> history_beside(const std::string& key) const {
    auto own = history_rows(key);
    auto behind = own;
    behind.back() = '\1'; // Behind all of its versions, before any other key.
    for (const auto& from : {behind, std::string{"h"}}) {
      auto result = std::optional<std::string>{};
      rows_.scan(in_, from, [&](std::string_view row_key, const row&) {
        if (row_key.starts_with('h') && !row_key.starts_with(own))
          result.emplace(row_key);
        return false;
      });
      if (result)
        return result;
    }
    return std::nullopt;
  }

  const catalog_limits& limits_;
  slot in_;
  const row_view& rows_;
  catalog_size size_;
  std::vector<effect> effects_;
};

evaluation reply_only(const catalog_reply& x) { return {{}, encode(x)}; }

// -- reads
// ------------------------------------------------------------------------------

/// Answers the commands that read; none of the others.
struct reader {
  slot in;
  const row_view& rows;

  std::optional<catalog_reply> operator()(const catalog_put&) const { return {}; }
  std::optional<catalog_reply> operator()(const catalog_delete&) const { return {}; }

  std::optional<catalog_reply> operator()(const catalog_get& x) const {
    auto found = rows.get(in, entry_row(x.key));
    auto result = catalog_reply{};
    if (found)
      result.entries.push_back({x.key, std::move(found->bytes), found->version});
    else
      result.status = catalog_status::not_found;
    return result;
  }

  std::optional<catalog_reply> operator()(const catalog_list& x) const {
    auto result = catalog_reply{};
    auto from = std::max(entry_row(x.prefix), entry_row(x.from));
    rows.scan(in, from, [&](std::string_view row_key, const row& value) {
      auto key = key_of_entry(row_key);
      if (!key || !key->starts_with(x.prefix))
        return false;
      result.more = x.limit > 0 && result.entries.size() == x.limit;
      if (!result.more)
        result.entries.push_back({std::string{*key}, value.bytes, value.version});
      return !result.more;
    });
    return result;
  }

  std::optional<catalog_reply> operator()(const catalog_history& x) const {
    auto result = catalog_reply{};
    auto beginning = history_rows(x.key);
    rows.scan(in, beginning, [&](std::string_view row_key, const row& value) {
      auto version = version_of_history(row_key, beginning);
      if (version)
        result.history.push_back({value.bytes, *version, value.version});
      return version.has_value();
    });
    if (auto present = rows.get(in, entry_row(x.key)))
      result.history.push_back({std::move(present->bytes), present->version, 0});
    std::ranges::reverse(result.history);
    if (x.limit > 0 && result.history.size() > x.limit)
      result.history.resize(x.limit);
    if (result.history.empty())
      result.status = catalog_status::not_found;
    return result;
  }
};

// -- writes
// ------------------------------------------------------------------------------

struct writer {
  const catalog_limits& limits;
  slot in;
  const row_view& rows;

  evaluation operator()(catalog_put& x) const {
    if (!is_key(x.key))
      return reply_only(no_key());
    if (x.value.size() > limits.value_bytes_max)
      return reply_only(refusal(
        "the value has " + std::to_string(x.value.size()) + " bytes, at most "
        + std::to_string(limits.value_bytes_max) + " are allowed"));
    auto found = rows.get(in, entry_row(x.key));
    if (!std::visit(is_met{found}, x.expected))
      return reply_only(conflict(found));
    auto made = change{limits, in, rows};
    if (found)
      made.remove(1, bytes_of(x.key, found->bytes));
    if (auto why = made.add(1, bytes_of(x.key, x.value)))
      return reply_only(*why);
    made.set(entry_row(x.key), std::move(x.value));
    if (found)
      made.keep(x.key, *found);
    return made.done();
  }

  evaluation operator()(const catalog_delete& x) const {
    if (!is_key(x.key))
      return reply_only(no_key());
    auto found = rows.get(in, entry_row(x.key));
    if (!found)
      return reply_only({.status = catalog_status::not_found});
    if (x.expected && *x.expected != found->version)
      return reply_only(conflict(found));
    auto made = change{limits, in, rows};
    made.remove(1, bytes_of(x.key, found->bytes));
    made.drop(entry_row(x.key));
    made.keep(x.key, *found);
    return made.done();
  }

  template <class Read>
  evaluation operator()(const Read& x) const {
    return reply_only(*reader{in, rows}(x));
  }
};

} // namespace

evaluation catalog_evaluator::evaluate(
  const command& what, slot in, const row_view& rows, std::uint64_t) const {
  auto x = decode_catalog_command(what);
  if (!x)
    return reply_only(refusal(sentence_of(x.error())));
  return std::visit(writer{limits_, in, rows}, *x);
}

std::optional<std::string> catalog_evaluator::query(
  const command& what, slot in, const row_view& rows, std::uint64_t) const {
  auto x = decode_catalog_command(what);
  if (!x)
    return encode(refusal(sentence_of(x.error())));
  auto reply = std::visit(reader{in, rows}, *x);
  return encode(reply.value_or(refusal("a put or delete is no read")));
}

} // namespace troupe::storage
