#include "actors/base/random.hpp"
#include "registry/registry_wire.hpp"
#include "tests/registry/samples.hpp"

#include <chrono>

#include <doctest/doctest.h>

namespace troupe::registry::test {
namespace {

using namespace std::chrono_literals;

sync_message sample_message() {
  auto result = sync_message{};
  result.deltas.push_back(
    {.owner = owner(1),
     .from = {3, 4},
     .to = {3, 9},
     .full = false,
     .floor = {},
     .entries = {
       value_at(provider("shop"), {3, 5}, "v"), tombstone_at(provider("bank"), {3, 8}),
       value_at(provider("empty", ""), {3, 9}, "")}});
  result.deltas.push_back(
    {.owner = {},
     .from = {},
     .to = {2, 7},
     .full = true,
     .floor = {1, 6},
     .entries = {value_at(provider("rule"), {2, 7}, "v")}});
  result.have = digest{
    digest::scope::listed,
    {{owner_id::catalog(), {2, 7}}, {owner(2), version::end_of(4)}}};
  result.more = true;
  result.ack = true;
  return result;
}

provider_entry sample_provider() {
  return {
    .service = {"blue", "shop.Inventory", "2"},
    .node = node(1),
    .incarnation = incarnation{3},
    .actor = "inventory",
    .methods = {"Stock", "Reserve"},
    .weight = 50,
    .started = wall_time{1'700'000'000'123ms},
    .warm_up = 30s};
}

TEST_CASE("registry_wire: a sync message survives the wire") {
  auto decoded = decode_sync(encode(sample_message()));
  REQUIRE(decoded);
  CHECK(*decoded == sample_message());
  auto empty = sync_message{};
  CHECK(*decode_sync(encode(empty)) == empty);
  empty.have.emplace();
  CHECK(*decode_sync(encode(empty)) == empty);
}

TEST_CASE("registry_wire: a kind that this build does not know is carried") {
  auto message = sample_message();
  message.deltas[0].entries[0].key.kind = static_cast<entry_kind>(200);
  auto decoded = decode_sync(encode(message));
  REQUIRE(decoded);
  CHECK(*decoded == message);
}

TEST_CASE("registry_wire: a name need not be text") {
  auto message = sample_message();
  message.deltas[0].entries[0].key.name = "\xff\xfe";
  CHECK(*decode_sync(encode(message)) == message);
}

TEST_CASE("registry_wire: the entries' values survive the wire") {
  CHECK(*decode_provider(encode(sample_provider())) == sample_provider());
  auto interest = consumer_entry{"shop*", node(2), incarnation{1}, "router"};
  CHECK(*decode_consumer(encode(interest)) == interest);
  for (auto mode : {admin_mode::ready, admin_mode::drain, admin_mode::maint}) {
    auto state = admin_state_entry{std::string{whole_node}, mode, "new disk"};
    CHECK(*decode_admin_state(encode(state)) == state);
  }
}

TEST_CASE("registry_wire: a message that breaks a delta's rules is malformed") {
  auto message = sample_message();
  std::swap(message.deltas[0].entries[0], message.deltas[0].entries[1]);
  CHECK(decode_sync(encode(message)).error() == ec::malformed);
  message = sample_message();
  message.deltas[0].entries[0].key.name.clear();
  CHECK(decode_sync(encode(message)).error() == ec::malformed);
  message = sample_message();
  message.deltas[0].entries[0].key.kind = entry_kind{};
  CHECK(decode_sync(encode(message)).error() == ec::malformed);
}

TEST_CASE("registry_wire: bad owners, scopes and kinds are malformed") {
  // Sync{deltas: {owner: 3 bytes}}, {owner: 16 zeros}, have: {}, have: an owner twice.
  auto sync_of = [](byte_buffer x) { return decode_sync(x); };
  auto three = bytes("\x0a\x05\x0a\x03"
                     "abc");
  CHECK(sync_of(three).error() == ec::malformed);
  auto zeros = bytes("\x0a\x12\x0a\x10");
  zeros.resize(20);
  CHECK(sync_of(zeros).error() == ec::malformed);
  auto no_scope = bytes(std::string_view{"\x12\x00", 2});
  CHECK(sync_of(no_scope).error() == ec::malformed);
  auto one_standing = bytes(std::string_view{"\x12\x04\x08\x01\x12\x00", 6});
  CHECK(sync_of(one_standing));
  auto twice = bytes(std::string_view{"\x12\x06\x08\x01\x12\x00\x12\x00", 8});
  CHECK(sync_of(twice).error() == ec::malformed);
}

TEST_CASE("registry_wire: values without what they need are malformed") {
  auto nobody = sample_provider();
  nobody.node = {};
  CHECK(decode_provider(encode(nobody)).error() == ec::malformed);
  auto unborn = sample_provider();
  unborn.incarnation = {};
  CHECK(decode_provider(encode(unborn)).error() == ec::malformed);
  auto nameless = sample_provider();
  nameless.service.interface_name.clear();
  CHECK(decode_provider(encode(nameless)).error() == ec::malformed);
  auto endless = sample_provider();
  endless.warm_up = -1ms;
  CHECK(decode_provider(encode(endless)).error() == ec::malformed);
  CHECK(
    decode_consumer(encode(consumer_entry{"", node(1), incarnation{1}, "x"})).error()
    == ec::malformed);
  CHECK(
    decode_admin_state(encode(admin_state_entry{"", admin_mode::ready, ""})).error()
    == ec::malformed);
  CHECK(
    decode_admin_state(encode(admin_state_entry{"node", static_cast<admin_mode>(4), ""}))
      .error()
    == ec::malformed);
  CHECK(decode_provider({}).error() == ec::malformed);
}

TEST_CASE("registry_wire: damaged bytes are an error or a message, never a crash") {
  auto random = random_source{1};
  auto whole = encode(sample_message());
  auto refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto damaged = whole;
    for (auto left = random.between(std::uint64_t{1}, std::uint64_t{4}); left > 0; --left)
      damaged[random.below(damaged.size())] = static_cast<std::byte>(random.below(256));
    if (random.chance(0.3))
      damaged.resize(random.below(damaged.size()));
    auto decoded = decode_sync(damaged);
    if (!decoded) {
      CHECK(decoded.error() == ec::malformed);
      ++refused;
      continue;
    }
    for (const auto& delta : decoded->deltas)
      CHECK_FALSE(check_shape(delta));
    CHECK(*decode_sync(encode(*decoded)) == *decoded);
  }
  CHECK(refused > 1'000);
}

TEST_CASE("registry_wire: no message is larger than it is counted") {
  auto message = sync_message{};
  auto last = version{~std::uint64_t{0}, ~std::uint64_t{0} - 1};
  for (auto length : {0U, 1U, 127U, 128U, 16'384U}) {
    auto key = entry_key{
      static_cast<entry_kind>(255), "n" + std::string(length, 'n'),
      std::string(length, 'i')};
    message.deltas.push_back(
      {.owner = owner(1),
       .from = {last.era, 0},
       .to = last,
       .full = false,
       .floor = {},
       .entries = {}});
    message.deltas.back().entries.push_back({key, last, byte_buffer(length)});
  }
  auto counted = std::size_t{0};
  for (const auto& delta : message.deltas)
    counted += wire_bytes(delta);
  CHECK(encode(message).size() <= counted);
}

TEST_CASE("entries: each has a key that readers can find it by") {
  CHECK(
    key_of(sample_provider())
    == entry_key{entry_kind::provider, "blue/shop.Inventory:2", "inventory"});
  CHECK(
    key_of(consumer_entry{"shop*", node(2), incarnation{1}, "router"})
    == entry_key{entry_kind::consumer, "shop*", "router"});
  CHECK(
    key_of(admin_state_entry{"node", admin_mode::drain, ""})
    == entry_key{entry_kind::admin_state, "node", ""});
}

TEST_CASE("entries: names without group or version are not taken for others") {
  CHECK(to_string(service_name{"", "a", ""}) == "/a:");
  CHECK(to_string(service_name{"a", "b", ""}) != to_string(service_name{"", "a", "b"}));
}

} // namespace
} // namespace troupe::registry::test
