#include "registry/registry_config.hpp"
#include "registry/sync.hpp"
#include "storage/catalog/catalog_evaluator.hpp"
#include "storage/catalog/catalog_rows.hpp"
#include "storage/catalog/catalog_wire.hpp"
#include "storage/memory_store.hpp"
#include "storage/placement.hpp"
#include "storage/replica/overlay.hpp"
#include "tests/storage/records.hpp"

#include <map>
#include <string>
#include <utility>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;

namespace {

/// A catalog of one replica. What is written is pending, as on a master that waits for
/// its slaves, until `apply_all`.
class catalog {
public:
  explicit catalog(const catalog_limits& limits = {}) : commands_{limits} {}

  catalog_reply write(const catalog_command& what) {
    auto made = commands_.evaluate(encode(what), catalog_slot, view(), 0);
    ++last_;
    for (auto& e : made.effects)
      if (e.value)
        e.value->version = last_;
    auto record = write_record{};
    record.in = catalog_slot;
    record.effects = std::move(made.effects);
    pending_.push_back(test::make_record(1, last_, std::move(record)));
    overlay_.add(*pending_.back());
    return read_reply(made.reply);
  }

  [[nodiscard]] catalog_reply read(const catalog_command& what) const {
    auto reply = commands_.query(encode(what), catalog_slot, view(), 0);
    REQUIRE(reply);
    return read_reply(*reply);
  }

  void apply_all() {
    auto batch = apply_batch{};
    for (const auto& x : pending_)
      overlay_.remove(*x);
    batch.records = std::exchange(pending_, {});
    REQUIRE(!store_.apply(batch));
  }

  std::uint64_t put(const std::string& key, std::string value) {
    CHECK(write(catalog_put{key, std::move(value), {}}).status == catalog_status::ok);
    return last_;
  }

  /// The values of a key's history, newest first.
  [[nodiscard]] std::string history(const std::string& key) const {
    auto result = std::string{};
    for (const auto& x : read(catalog_history{key, 0}).history)
      result += x.value + " ";
    return result;
  }

  /// "key=value " of all entries with the prefix.
  [[nodiscard]] std::string list(const std::string& prefix) const {
    auto result = std::string{};
    for (const auto& x : read(catalog_list{prefix, {}, 0}).entries)
      result += x.key + "=" + x.value + " ";
    return result;
  }

  [[nodiscard]] catalog_size size() const {
    auto found = view().get(catalog_slot, catalog_size_row);
    return found ? decode_catalog_size(found->bytes) : catalog_size{};
  }

  /// What there is, by counting it.
  [[nodiscard]] catalog_size counted() const {
    auto result = catalog_size{};
    view().scan(catalog_slot, "", [&](std::string_view row_key, const row& value) {
      if (auto key = key_of_entry(row_key)) {
        ++result.entry_count;
        result.entry_bytes += registry::wire_bytes(
          {registry::entry_kind::config, std::string{*key}, {}}, value.bytes.size());
      }
      result.history_count += row_key.starts_with('h') ? 1 : 0;
      return true;
    });
    return result;
  }

  [[nodiscard]] std::uint64_t last() const { return last_; }

private:
  static catalog_reply read_reply(const std::string& bytes) {
    auto result = decode_catalog_reply(bytes);
    REQUIRE(result);
    return *result;
  }

  [[nodiscard]] pending_view view() const { return {overlay_, store_}; }

  catalog_evaluator commands_;
  memory_store store_;
  overlay overlay_;
  std::vector<record_ptr> pending_;
  std::uint64_t last_ = 0;
};

constexpr auto ok = catalog_status::ok;
constexpr auto refused = catalog_status::refused;

} // namespace

TEST_CASE("catalog: an entry's version is the LSN of the record that put it") {
  auto x = catalog{};
  (void)x.put("other", "o");
  auto version = x.put("k", "v");
  auto found = x.read(catalog_get{"k"});
  CHECK(found.status == ok);
  CHECK(found.entries == std::vector{catalog_entry{"k", "v", version}});
  CHECK(version == 2);
  CHECK(x.read(catalog_get{"none"}).status == catalog_status::not_found);
}

TEST_CASE("catalog: a put that expects something else changes nothing and says what is") {
  auto x = catalog{};
  CHECK(
    x.write(catalog_put{"k", "v", has_version{1}})
    == catalog_reply{catalog_status::conflict});
  CHECK(x.write(catalog_put{"k", "v", is_absent{}}).status == ok);
  auto version = x.last();
  auto conflict = catalog_reply{catalog_status::conflict, version};
  CHECK(x.write(catalog_put{"k", "w", is_absent{}}) == conflict);
  CHECK(x.write(catalog_put{"k", "w", has_version{version + 1}}) == conflict);
  CHECK(x.list("") == "k=v ");
  CHECK(x.write(catalog_put{"k", "w", has_version{version}}).status == ok);
  CHECK(x.write(catalog_put{"k", "x", is_anything{}}).status == ok);
  CHECK(x.list("") == "k=x ");
  CHECK(x.history("k") == "x w v ");
}

TEST_CASE("catalog: a delete that expects another version changes nothing") {
  auto x = catalog{};
  CHECK(x.write(catalog_delete{"k", {}}).status == catalog_status::not_found);
  CHECK(x.write(catalog_delete{"k", 1}).status == catalog_status::not_found);
  auto version = x.put("k", "v");
  CHECK(
    x.write(catalog_delete{"k", version + 1})
    == catalog_reply{catalog_status::conflict, version});
  CHECK(x.list("") == "k=v ");
  CHECK(x.write(catalog_delete{"k", version}).status == ok);
  CHECK(x.list("").empty());
  (void)x.put("k", "w");
  CHECK(x.write(catalog_delete{"k", {}}).status == ok);
  CHECK(x.read(catalog_get{"k"}).status == catalog_status::not_found);
}

TEST_CASE("catalog: a list has the entries of a prefix in order, and can go on") {
  auto x = catalog{};
  for (const auto* key : {"b/2", "a", "b/1", "b/3", "c", "b"})
    (void)x.put(key, key);
  x.apply_all();
  CHECK(x.list("b/") == "b/1=b/1 b/2=b/2 b/3=b/3 ");
  CHECK(x.list("") == "a=a b=b b/1=b/1 b/2=b/2 b/3=b/3 c=c ");
  CHECK(x.list("d").empty());
  auto first = x.read(catalog_list{"b/", {}, 2});
  REQUIRE(first.entries.size() == 2);
  CHECK(first.more);
  auto rest = x.read(catalog_list{"b/", first.entries.back().key + "!", 2});
  REQUIRE(rest.entries.size() == 1);
  CHECK(rest.entries[0].key == "b/3");
  CHECK(!rest.more);
  CHECK(!x.read(catalog_list{"b/", {}, 3}).more);
}

TEST_CASE("catalog: history says what was, from when to when, and outlives a delete") {
  auto x = catalog{};
  auto first = x.put("k", "1");
  auto second = x.put("k", "2");
  (void)x.put("kk", "other");
  x.apply_all();
  CHECK(x.write(catalog_delete{"k", {}}).status == ok);
  auto deleted = x.last();
  CHECK(
    x.read(catalog_history{"k", 0}).history
    == std::vector<catalog_revision>{{"2", second, deleted}, {"1", first, second}});
  auto again = x.put("k", "3");
  CHECK(
    x.read(catalog_history{"k", 2}).history
    == std::vector<catalog_revision>{{"3", again, 0}, {"2", second, deleted}});
  CHECK(x.read(catalog_history{"none", 0}).status == catalog_status::not_found);
}

TEST_CASE("catalog: a key keeps its newest values only") {
  auto x = catalog{{.history_count_max = 3}};
  for (auto n = 0; n < 10; ++n) {
    (void)x.put("k", std::to_string(n));
    if (n % 4 == 0)
      x.apply_all();
  }
  CHECK(x.history("k") == "9 8 7 6 ");
  CHECK(x.size() == x.counted());
}

TEST_CASE("catalog: history is bounded over all keys, and may be off") {
  auto x = catalog{{.history_count_max = 3, .history_total_max = 4}};
  for (const auto* key : {"a", "b", "c"})
    for (auto n = 0; n < 3; ++n)
      (void)x.put(key, std::to_string(n));
  CHECK(x.size().history_count == 4);
  CHECK(x.size() == x.counted());
  // The last one wrapped round to the first key.
  CHECK(x.history("c") == "2 1 0 ");
  CHECK(x.history("b") == "2 1 0 ");
  CHECK(x.history("a") == "2 ");
  (void)x.put("b", "3");
  CHECK(x.history("b") == "3 2 1 0 ");
  CHECK(x.history("c") == "2 1 ");
  CHECK(x.size() == x.counted());

  auto off = catalog{{.history_count_max = 0}};
  (void)off.put("k", "1");
  (void)off.put("k", "2");
  CHECK(off.history("k") == "2 ");
}

TEST_CASE("catalog: the size is kept by puts, overwrites and deletes") {
  auto x = catalog{};
  (void)x.put("a", "some");
  (void)x.put("b", "thing");
  (void)x.put("a", "longer than before");
  CHECK(x.write(catalog_delete{"b", {}}).status == ok);
  CHECK(x.write(catalog_delete{"b", {}}).status == catalog_status::not_found);
  CHECK(x.size() == x.counted());
  CHECK(x.size().entry_count == 1);
}

TEST_CASE("catalog: what is too much is refused, and what is there may shrink") {
  auto x
    = catalog{{.value_bytes_max = 100, .entry_count_max = 2, .entry_bytes_max = 300}};
  CHECK(x.write(catalog_put{"a", std::string(101, 'x'), {}}).status == refused);
  (void)x.put("a", std::string(100, 'x'));
  (void)x.put("b", "1");
  auto many = x.write(catalog_put{"c", "1", {}});
  CHECK(many.status == refused);
  CHECK(many.why.find("2 entries") != std::string::npos);
  auto large = x.write(catalog_put{"b", std::string(100, 'x'), {}});
  CHECK(large.status == refused);
  CHECK(large.why.find("no room") != std::string::npos);
  (void)x.put("a", "less");
  (void)x.put("b", std::string(100, 'x'));
  CHECK(x.write(catalog_delete{"a", {}}).status == ok);
  (void)x.put("c", "1");
  CHECK(x.size() == x.counted());
}

// Otherwise the registry could not carry it to every node.
TEST_CASE("catalog: its limits are within the registry's for one owner") {
  auto limits = catalog_limits{};
  auto registry = registry::registry_config{};
  CHECK(limits.value_bytes_max <= registry.value_bytes_max);
  CHECK(limits.entry_count_max <= registry.owner_entries_max);
  CHECK(limits.entry_bytes_max + registry::owner_delta_bytes < registry.owner_bytes_max);
  CHECK(256 <= registry.key_bytes_max);
}

TEST_CASE("catalog: keys are for people") {
  auto x = catalog{};
  CHECK(x.write(catalog_put{std::string(256, 'k'), "v", {}}).status == ok);
  for (const auto& key :
       {std::string{}, std::string(257, 'k'), std::string{"a b"}, std::string{"a\0b", 3},
        std::string{"a\nb"}, std::string{"\xc3\xa4"}, std::string{"a\x7f"}}) {
    CHECK(x.write(catalog_put{key, "v", {}}).status == refused);
    CHECK(x.write(catalog_delete{key, {}}).status == refused);
    CHECK(x.read(catalog_get{key}).status == catalog_status::not_found);
    CHECK(x.read(catalog_history{key, 0}).status == catalog_status::not_found);
  }
}

TEST_CASE("catalog: a command that is none, or no read, is refused") {
  auto x = catalog_evaluator{};
  auto rows = memory_store{};
  auto made = x.evaluate({"\xff"}, catalog_slot, rows, 0);
  CHECK(made.effects.empty());
  CHECK(decode_catalog_reply(made.reply)->status == refused);
  for (const auto& what :
       {command{"\xff"}, encode(catalog_put{"k", "v", {}}),
        encode(catalog_delete{"k", {}})})
    CHECK(decode_catalog_reply(*x.query(what, catalog_slot, rows, 0))->status == refused);
}

TEST_CASE("catalog: a read submitted as a write reads, and changes nothing") {
  auto x = catalog{};
  (void)x.put("k", "v");
  CHECK(x.write(catalog_get{"k"}) == x.read(catalog_get{"k"}));
  CHECK(x.write(catalog_list{}) == x.read(catalog_list{}));
  CHECK(x.history("k") == "v ");
}
