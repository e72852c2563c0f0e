#include "actors/base/random.hpp"
#include "apps/mall/reservation_desk.hpp"
#include "storage/evaluator.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::mall {
namespace {

using rows = std::vector<std::optional<std::string>>;

const storage::effect* find(const storage::conditional_write& x, const std::string& key) {
  auto found = std::ranges::find(x.effects, key, &storage::effect::key);
  return found == x.effects.end() ? nullptr : &*found;
}

TEST_CASE("reservation_desk: takes the quantity off the stock and writes the order") {
  auto desk = reservation_desk{"lamp"};
  auto out = desk.reserve(1, "o1", {2, "ann"});
  CHECK(out.read == std::vector<std::string>{"{lamp}:stock", "{lamp}:order:o1"});
  out = desk.rows_read({"10 0", std::nullopt});
  REQUIRE(out.write);
  CHECK(find(*out.write, "{lamp}:stock")->value->bytes == "8 2");
  CHECK(find(*out.write, "{lamp}:order:o1")->value->bytes == "2 ann");
  REQUIRE(out.write->when.size() == 2);
  CHECK(std::holds_alternative<storage::is_absent>(out.write->when[0].what));
  CHECK(std::get<storage::has_bytes>(out.write->when[1].what).bytes == "10 0");
  CHECK(out.answers.empty());
  out = desk.written(true);
  REQUIRE(out.answers.size() == 1);
  CHECK(out.answers[0].second == reservation::reserved);
  CHECK(desk.idle());
}

TEST_CASE("reservation_desk: who comes during a write goes together with the next one") {
  auto desk = reservation_desk{"lamp"};
  static_cast<void>(desk.reserve(1, "o1", {1, "ann"}));
  CHECK(desk.reserve(2, "o2", {1, "bob"}).read.empty());
  CHECK(desk.reserve(3, "o3", {1, "cid"}).read.empty());
  static_cast<void>(desk.rows_read({"10 0", std::nullopt}));
  auto out = desk.written(true);
  CHECK(out.answers.size() == 1);
  CHECK(
    out.read
    == std::vector<std::string>{"{lamp}:stock", "{lamp}:order:o2", "{lamp}:order:o3"});
}

TEST_CASE("reservation_desk: what is left goes to the first, the rest is sold out") {
  auto desk = reservation_desk{"lamp"};
  static_cast<void>(desk.reserve(0, "o0", {1, "eve"}));
  static_cast<void>(desk.reserve(1, "o1", {1, "ann"}));
  static_cast<void>(desk.reserve(2, "o2", {2, "bob"}));
  static_cast<void>(desk.reserve(3, "o3", {1, "cid"}));
  static_cast<void>(desk.failed(fail(ec::busy, "later")));
  auto out = desk.rows_read({"2 5", std::nullopt, std::nullopt, std::nullopt});
  REQUIRE(out.write);
  CHECK(find(*out.write, "{lamp}:stock")->value->bytes == "0 7");
  CHECK(find(*out.write, "{lamp}:order:o2") == nullptr);
  out = desk.written(true);
  REQUIRE(out.answers.size() == 3);
  CHECK(out.answers[0].second == reservation::reserved);
  CHECK(out.answers[1].second == reservation::sold_out);
  CHECK(out.answers[2].second == reservation::reserved);
}

TEST_CASE("reservation_desk: when nothing is taken nothing is written") {
  auto desk = reservation_desk{"lamp"};
  static_cast<void>(desk.reserve(1, "o1", {1, "ann"}));
  auto out = desk.rows_read({"0 10", std::nullopt});
  CHECK_FALSE(out.write);
  CHECK(out.answers[0].second == reservation::sold_out);
  static_cast<void>(desk.reserve(2, "o2", {1, "ann"}));
  out = desk.rows_read({std::nullopt, std::nullopt});
  CHECK(out.answers[0].second == reservation::not_on_sale);
}

TEST_CASE("reservation_desk: an order that exists is answered, and takes nothing again") {
  auto desk = reservation_desk{"lamp"};
  static_cast<void>(desk.reserve(1, "o1", {3, "ann"}));
  auto out = desk.rows_read({"0 3", "3 ann"});
  CHECK_FALSE(out.write);
  CHECK(out.answers[0].second == reservation::reserved);
}

TEST_CASE("reservation_desk: the same order twice in a batch takes once") {
  auto desk = reservation_desk{"lamp"};
  static_cast<void>(desk.reserve(0, "o0", {1, "eve"}));
  static_cast<void>(desk.reserve(1, "o1", {1, "ann"}));
  static_cast<void>(desk.reserve(2, "o1", {1, "ann"}));
  static_cast<void>(desk.failed(fail(ec::busy, "later")));
  auto out = desk.rows_read({"10 0", std::nullopt, std::nullopt});
  CHECK(find(*out.write, "{lamp}:stock")->value->bytes == "9 1");
  out = desk.written(true);
  REQUIRE(out.answers.size() == 2);
  CHECK(out.answers[1].second == reservation::reserved);
}

TEST_CASE("reservation_desk: when another was faster it reads again, in the same order") {
  auto desk = reservation_desk{"lamp"};
  static_cast<void>(desk.reserve(1, "o1", {1, "ann"}));
  static_cast<void>(desk.rows_read({"1 0", std::nullopt}));
  auto out = desk.written(false);
  CHECK(out.answers.empty());
  CHECK(out.read.size() == 2);
  out = desk.rows_read({"0 1", std::nullopt});
  CHECK(out.answers[0].second == reservation::sold_out);
}

TEST_CASE("reservation_desk: a failure is told to the batch alone, and the next begins") {
  auto desk = reservation_desk{"lamp"};
  static_cast<void>(desk.reserve(1, "o1", {1, "ann"}));
  static_cast<void>(desk.reserve(2, "o2", {1, "bob"}));
  static_cast<void>(desk.rows_read({"1 0", std::nullopt}));
  auto out = desk.failed(fail(ec::deadline_exceeded, "no answer"));
  REQUIRE(out.answers.size() == 1);
  CHECK(out.answers[0].second.error() == ec::deadline_exceeded);
  CHECK(out.read.back() == "{lamp}:order:o2");
}

TEST_CASE("reservation_desk: a batch is bounded") {
  auto desk = reservation_desk{"lamp"};
  static_cast<void>(desk.reserve(0, "o", {1, "ann"}));
  for (std::uint64_t i = 1; i <= reservation_desk::batch_max + 5; ++i)
    static_cast<void>(desk.reserve(i, "o" + std::to_string(i), {1, "ann"}));
  auto out = desk.failed(fail(ec::busy, "later"));
  CHECK(out.read.size() == reservation_desk::batch_max + 1);
}

/// The rows of one slot, with writes that hold only if their conditions do.
struct rows_of_item final : storage::row_view {
  std::map<std::string, std::string> all;

  std::optional<storage::row> get(slot, std::string_view key) const override {
    auto found = all.find(std::string{key});
    if (found == all.end())
      return std::nullopt;
    return storage::row{1, 1, 0, found->second};
  }

  void scan(slot, std::string_view, const storage::row_visitor&) const override {}

  bool write(const storage::conditional_write& x) {
    auto done = evaluate(x, slot{0}, *this);
    for (const auto& effect : done.effects)
      all[effect.key] = effect.value->bytes;
    return done.reply == reservation_desk::taken;
  }
};

TEST_CASE("reservation_desk: three desks of one item never oversell, whatever is lost") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    auto random = random_source{seed};
    auto store = rows_of_item{};
    store.all["{i}:stock"] = "40 0";
    auto desks = std::vector<reservation_desk>(3, reservation_desk{"i"});
    auto pending = std::vector<reservation_desk::output>(3);
    auto orders = std::map<desk_ticket, std::string>{};
    auto acknowledged = std::vector<std::string>{};
    auto next = desk_ticket{0};
    auto settle = [&](std::size_t d, reservation_desk::output out) {
      for (const auto& [from, result] : out.answers)
        if (result && *result == reservation::reserved)
          acknowledged.push_back(orders[from]);
      if (!out.read.empty() || out.write)
        pending[d] = std::move(out);
    };
    for (int step = 0; step < 2'000; ++step) {
      auto d = random.below(3);
      if (next < 120 && random.chance(0.3)) {
        // Some orders are asked for twice, at different desks.
        orders[next] = "o" + std::to_string(random.below(100));
        settle(d, desks[d].reserve(next, orders[next], {1, "ann"}));
        ++next;
        continue;
      }
      auto now = std::exchange(pending[d], {});
      if (!now.read.empty()) {
        auto found = rows{};
        for (const auto& key : now.read)
          found.push_back(
            store.all.contains(key) ? std::optional{store.all[key]} : std::nullopt);
        settle(d, desks[d].rows_read(found));
      } else if (now.write) {
        auto held = !random.chance(0.1) && store.write(*now.write);
        settle(
          d, random.chance(0.1) ? desks[d].failed(fail(ec::deadline_exceeded, "lost"))
                                : desks[d].written(held));
      }
    }
    auto left = parse_stock(store.all["{i}:stock"]);
    REQUIRE(left);
    CHECK(left->left + left->sold == 40);
    CHECK(left->sold == store.all.size() - 1);
    CHECK(left->sold > 0);
    for (const auto& order : acknowledged)
      CHECK(store.all.contains(order_key("i", order)));
  }
}

} // namespace
} // namespace troupe::mall
