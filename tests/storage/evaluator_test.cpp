#include "storage/evaluator.hpp"
#include "storage/memory_store.hpp"
#include "storage/replica/overlay.hpp"
#include "tests/storage/records.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

const auto home_slot = slot{7}; // As make_write has it.

struct evaluator_fixture {
  memory_store store;
  overlay pending;

  evaluator_fixture() {
    auto batch = apply_batch{};
    batch.records = {make_write(1, 1, "stored", "old")};
    REQUIRE(!store.apply(batch));
  }

  bool done_when(precondition when) {
    auto write = conditional_write{};
    write.when = {std::move(when)};
    write.reply = "yes";
    write.refusal = "no";
    write.effects = {{"x", row{1, 0, 0, "new"}}};
    auto result = evaluate(write, home_slot, pending_view{pending, store});
    CHECK(result.effects.size() == (result.reply == "yes" ? 1U : 0U));
    return result.reply == "yes";
  }
};

record_ptr deletion(std::uint64_t seq, std::string key) {
  auto x = write_record{};
  x.request.number = seq;
  x.in = home_slot;
  x.effects = {{std::move(key), std::nullopt}};
  return make_record(1, seq, x);
}

} // namespace

TEST_CASE_FIXTURE(
  evaluator_fixture, "conditional_write: each precondition holds or refuses") {
  CHECK(done_when({"none", is_absent{}}));
  CHECK(!done_when({"stored", is_absent{}}));
  CHECK(done_when({"stored", has_version{1}}));
  CHECK(!done_when({"stored", has_version{2}}));
  CHECK(!done_when({"none", has_version{0}}));
  CHECK(done_when({"stored", has_bytes{"old"}}));
  CHECK(!done_when({"stored", has_bytes{"new"}}));
}

TEST_CASE_FIXTURE(evaluator_fixture, "overlay: pending rows stand before stored ones") {
  pending.add(*make_write(1, 2, "stored", "newer"));
  CHECK(done_when({"stored", has_bytes{"newer"}}));
  pending.add(*deletion(3, "stored"));
  CHECK(done_when({"stored", is_absent{}}));
}

TEST_CASE_FIXTURE(
  evaluator_fixture, "overlay: an older record's end leaves the newer one pending") {
  pending.add(*make_write(1, 2, "k", "a"));
  pending.add(*make_write(1, 3, "k", "b"));
  pending.remove(*make_write(1, 2, "k", "a"));
  CHECK(pending.latest(home_slot, "k") == lsn{3});
  pending.remove(*make_write(1, 3, "k", "b"));
  CHECK(pending.latest(home_slot, "k") == lsn{0});
}

TEST_CASE_FIXTURE(
  evaluator_fixture, "overlay: a request is known until its record is applied") {
  auto x = make_write(1, 2);
  auto request = std::get<write_record>(x->payload).request;
  pending.add(*x);
  CHECK(pending.find(request) == lsn{2});
  pending.remove(*x);
  CHECK(pending.find(request) == lsn{0});
}

TEST_CASE_FIXTURE(
  evaluator_fixture,
  "row_view: a scan merges pending and stored rows in the order of keys") {
  auto batch = apply_batch{};
  auto rows = write_record{};
  rows.in = home_slot;
  for (const auto* key : {"a", "d", "f"})
    rows.effects.push_back({key, row{1, 2, 0, "stored"}});
  batch.records = {make_record(1, 2, rows)};
  rows.in = slot{8};
  batch.records.push_back(make_record(1, 3, rows));
  REQUIRE(!store.apply(batch));
  pending.add(*make_write(1, 4, "b", "pending"));
  pending.add(*make_write(1, 5, "d", "pending"));
  pending.add(*make_write(1, 6, "z\xff", "pending"));
  pending.add(*deletion(7, "f"));

  auto scanned = [&](std::string_view from, std::size_t count_max) {
    auto result = std::string{};
    auto count = std::size_t{0};
    pending_view{pending, store}.scan(home_slot, from, [&](auto key, const row& value) {
      result.append(key).append("=").append(value.bytes).append(" ");
      return ++count < count_max;
    });
    return result;
  };
  CHECK(scanned("", 9) == "a=stored b=pending d=pending stored=old z\xff=pending ");
  CHECK(scanned("b", 9) == "b=pending d=pending stored=old z\xff=pending ");
  CHECK(scanned("c", 1) == "d=pending ");
  CHECK(scanned("a", 1) == "a=stored ");
  CHECK(scanned("b", 1) == "b=pending ");
  CHECK(scanned("y", 1) == "z\xff=pending ");
  CHECK(scanned("zz", 9) == "z\xff=pending ");
  CHECK(scanned("\xff", 9).empty());
}

TEST_CASE_FIXTURE(
  evaluator_fixture, "memory_store: a crash takes it back to the last flush") {
  REQUIRE(store.flush());
  auto batch = apply_batch{};
  batch.records = {make_write(1, 2, "k", "v")};
  REQUIRE(!store.apply(batch));
  auto digest = store.digest();
  CHECK(store.get(home_slot, "k"));
  store.crash();
  CHECK(!store.get(home_slot, "k"));
  CHECK(store.load()->at.seq == lsn{1});
  REQUIRE(!store.apply(batch));
  CHECK(store.digest() == digest);
}
