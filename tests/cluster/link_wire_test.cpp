#include "actors/base/random.hpp"
#include "cluster/cluster.pb.h"
#include "cluster/link_wire.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::cluster {
namespace {

constexpr auto max32 = std::numeric_limits<std::uint32_t>::max();
constexpr auto max64 = std::numeric_limits<std::uint64_t>::max();

peer_identity someone(link_role role = link_role::node) {
  return {node_id{uuid{1, 2}}, node_name{"n1"}, incarnation{max64}, role};
}

hello full_hello() {
  return {"mall", cluster_id{uuid{3, 4}}, someone(),          "host:7400", 1,
          max32,  session_id{},           actors::lane::bulk, max64};
}

hello least_hello() {
  auto result = hello{};
  result.from = someone(link_role::client);
  return result;
}

welcome least_welcome() {
  auto result = welcome{};
  result.from = someone();
  return result;
}

/// Every kind of frame, with empty and with extreme values.
std::vector<link_frame> all_frames() {
  auto result = std::vector<link_frame>{
    full_hello(),
    least_hello(),
    welcome{cluster_id{uuid{3, 4}}, someone(), "host:7400", max32, max64},
    least_welcome(),
    confirm{},
    refuse{ec::busy, ""},
    refuse{static_cast<ec>(255), std::string(1'000, 'x')},
    heartbeat{0},
    heartbeat{max32},
    credit{0},
    credit{max64},
    watch{actor_number{0}},
    watch{std::string{}},
    ended{actor_number{max64}, ec::stopping, "over"},
    ended{std::string{"shard/3"}, ec::not_found, {}},
    goodbye{false},
    goodbye{true},
    stay{}};
  for (auto kind :
       {payload_kind::note, payload_kind::note_with_origin, payload_kind::request,
        payload_kind::answer}) {
    result.emplace_back(payload{kind, std::string{"router"}, {}, 0, {}, {}});
    result.emplace_back(payload{
      kind, actor_number{max64}, actor_number{max64}, max64, "type",
      std::string{"zero \0 and more \xff", 17}});
  }
  return result;
}

std::string malformed_or_whole(std::string_view bytes) {
  auto frame = decode_link_frame(bytes);
  if (frame)
    return encode(std::move(*frame));
  CHECK(code_of(frame.error()) == ec::malformed);
  return {};
}

bool is_malformed(const v1::Frame& x) {
  auto frame = decode_link_frame(x.SerializeAsString());
  return !frame && code_of(frame.error()) == ec::malformed;
}

/// The wire form of `x`, to be changed into something that we would not write.
v1::Frame wire(link_frame x) {
  auto result = v1::Frame{};
  REQUIRE(result.ParseFromString(encode(std::move(x))));
  return result;
}

TEST_CASE("link_wire: every frame comes back as it was") {
  for (const auto& frame : all_frames()) {
    CAPTURE(frame.index());
    auto back = decode_link_frame(encode(frame));
    REQUIRE(back);
    CHECK((*back == frame));
  }
}

TEST_CASE("link_wire: every truncation decodes or is malformed") {
  for (const auto& frame : all_frames()) {
    auto bytes = encode(frame);
    for (auto length = std::size_t{0}; length < bytes.size(); ++length)
      malformed_or_whole(std::string_view{bytes}.substr(0, length));
  }
}

TEST_CASE("link_wire: flipped bits decode or are malformed, and then encode again") {
  auto random = random_source{11};
  auto decoded = 0;
  for (const auto& frame : all_frames()) {
    auto whole = encode(frame);
    for (auto run = 0; run < 500 && !whole.empty(); ++run) {
      auto bytes = whole;
      for (auto flips = random.between(std::uint64_t{1}, std::uint64_t{4}); flips > 0;
           --flips)
        bytes[random.below(bytes.size())] ^= static_cast<char>(1U << random.below(8));
      decoded += malformed_or_whole(bytes).empty() ? 0 : 1;
    }
  }
  CHECK(decoded > 1'000);
}

TEST_CASE("link_wire: garbage decodes or is malformed") {
  auto random = random_source{12};
  for (auto run = 0; run < 20'000; ++run) {
    auto bytes = std::string(random.below(48), '\0');
    for (auto& x : bytes)
      x = static_cast<char>(random.below(256));
    malformed_or_whole(bytes);
  }
}

TEST_CASE("link_wire: an empty frame is malformed") { CHECK(is_malformed(v1::Frame{})); }

TEST_CASE("link_wire: what encode cannot have written is malformed") {
  auto hello_with = [](const std::function<void(v1::Hello&)>& change) {
    auto frame = wire(full_hello());
    change(*frame.mutable_hello());
    return frame;
  };
  auto request = wire(payload{payload_kind::request, actor_number{1}, {}, 1, "t", "c"});
  auto payload_with = [&](const std::function<void(v1::Payload&)>& change) {
    auto frame = request;
    change(*frame.mutable_payload());
    return frame;
  };
  SUBCASE("nothing changed") {
    CHECK_FALSE(is_malformed(hello_with([](auto&) {})));
    CHECK_FALSE(is_malformed(payload_with([](auto&) {})));
  }
  SUBCASE("a lane that does not exist") {
    CHECK(is_malformed(hello_with([](auto& x) { x.set_lane(2); })));
  }
  SUBCASE("a role that does not exist") {
    CHECK(is_malformed(hello_with([](auto& x) { x.mutable_from()->set_role(0); })));
    CHECK(is_malformed(hello_with([](auto& x) { x.mutable_from()->set_role(3); })));
  }
  SUBCASE("no identity, or one without an id") {
    CHECK(is_malformed(hello_with([](auto& x) { x.clear_from(); })));
    CHECK(is_malformed(hello_with([](auto& x) { x.mutable_from()->clear_id(); })));
  }
  SUBCASE("an id of the wrong length") {
    CHECK(is_malformed(hello_with([](auto& x) { x.mutable_from()->set_id("short"); })));
    CHECK(is_malformed(hello_with([](auto& x) { x.set_cluster_id("short"); })));
    auto frame = wire(least_welcome());
    frame.mutable_welcome()->set_cluster_id(std::string(17, 'x'));
    CHECK(is_malformed(frame));
  }
  SUBCASE("a welcome without an identity") {
    auto frame = wire(least_welcome());
    frame.mutable_welcome()->clear_from();
    CHECK(is_malformed(frame));
  }
  SUBCASE("a kind of payload that does not exist") {
    CHECK(is_malformed(payload_with([](auto& x) { x.set_kind(0); })));
    CHECK(is_malformed(payload_with([](auto& x) { x.set_kind(5); })));
  }
  SUBCASE("a payload, watch or ending without a target") {
    CHECK(is_malformed(payload_with([](auto& x) { x.clear_to(); })));
    CHECK(is_malformed(payload_with([](auto& x) { x.mutable_to()->clear_kind(); })));
    auto frame = wire(watch{actor_number{1}});
    frame.mutable_watch()->clear_target();
    CHECK(is_malformed(frame));
    frame = wire(ended{actor_number{1}, ec::stopping, {}});
    frame.mutable_ended()->clear_target();
    CHECK(is_malformed(frame));
  }
  SUBCASE("no error code, or one above a byte") {
    for (auto code : {std::uint32_t{0}, std::uint32_t{256}}) {
      auto frame = wire(refuse{ec::busy, {}});
      frame.mutable_refuse()->set_code(code);
      CHECK(is_malformed(frame));
      frame = wire(ended{actor_number{1}, ec::stopping, {}});
      frame.mutable_ended()->set_code(code);
      CHECK(is_malformed(frame));
    }
  }
}

TEST_CASE("link_wire: fields of a later version are passed over") {
  auto bytes = encode(heartbeat{3});
  bytes += std::string{"\xf8\x07\x01", 3}; // Field 127, a varint.
  auto frame = decode_link_frame(bytes);
  REQUIRE(frame);
  CHECK((*frame == link_frame{heartbeat{3}}));
}

TEST_CASE("link_wire: an actor may end with a text that is not UTF-8") {
  auto frame = link_frame{
    ended{std::string{"caf\xe9"}, ec::internal, "Datei nicht gefunden: \xfc"}};
  auto back = decode_link_frame(encode(frame));
  REQUIRE(back);
  CHECK((*back == frame));
}

TEST_CASE("link_wire: a refusal may quote what is not UTF-8") {
  auto frame = link_frame{refuse{ec::foreign_cluster, "not '\xe9'"}};
  auto back = decode_link_frame(encode(frame));
  REQUIRE(back);
  CHECK((*back == frame));
}

TEST_CASE("credit_cost: counts content, type and a share for the rest") {
  auto empty = payload{payload_kind::note, actor_number{1}, {}, 0, {}, {}};
  CHECK(credit_cost(empty) > 0);
  auto full = empty;
  full.type = "four";
  full.content = std::string(1'000, 'x');
  CHECK(credit_cost(full) == credit_cost(empty) + 1'004);
}

TEST_CASE("credit_cost: no payload is longer on the wire than it costs") {
  for (auto size : {0U, 1U, 127U, 128U, 16'383U, 16'384U, 1U << 21}) {
    CAPTURE(size);
    auto text = std::string(size, 'x');
    auto by_number = payload{
      payload_kind::answer, actor_number{max64}, actor_number{max64}, max64, text, text};
    CHECK(encode(by_number).size() <= credit_cost(by_number));
    auto by_name = by_number;
    by_name.to = text;
    CHECK(encode(by_name).size() <= credit_cost(by_name));
  }
}

} // namespace
} // namespace troupe::cluster
