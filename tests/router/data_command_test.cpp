#include "actors/base/random.hpp"
#include "router/resp/data_command.hpp"
#include "router/resp/key_slot.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;

namespace {

using named = command_id;
using flag = data_flag;
using words = std::vector<std::string_view>;

std::variant<data_command, command_syntax_error> parse(const words& request) {
  auto found = look_up_command(request);
  REQUIRE(found.spec != nullptr);
  return parse_data_command(*found.spec, request);
}

data_command understood(const words& request) {
  auto result = parse(request);
  REQUIRE(std::holds_alternative<data_command>(result));
  return std::get<data_command>(result);
}

std::string refused(const words& request) {
  auto result = parse(request);
  REQUIRE(std::holds_alternative<command_syntax_error>(result));
  return std::get<command_syntax_error>(result).text;
}

/// One request of each data command, with each option somewhere.
const auto samples = std::vector<words>{
  {"get", "k"},
  {"mget", "k", "l", "k"},
  {"exists", "k"},
  {"strlen", "k"},
  {"ttl", "k"},
  {"pttl", "k"},
  {"expiretime", "k"},
  {"pexpiretime", "k"},
  {"type", "k"},
  {"set", "k", ""},
  {"set", "k", "v", "nx", "get", "keepttl"},
  {"set", "k", "v", "px", "9223372036854775807", "xx"},
  {"setnx", "k", "v"},
  {"setex", "k", "1", "v"},
  {"psetex", "k", "1", "v"},
  {"getset", "k", "v"},
  {"getdel", "k"},
  {"getex", "k", "persist"},
  {"getex", "k", "exat", "5"},
  {"mset", "k", "v", "l", "w"},
  {"msetnx", "k", "v"},
  {"append", "k", "v"},
  {"incr", "k"},
  {"incrby", "k", "-9223372036854775808"},
  {"decr", "k"},
  {"decrby", "k", "-9223372036854775807"},
  {"del", "k"},
  {"unlink", "k", "l"},
  {"expire", "k", "-1", "xx", "gt"},
  {"pexpire", "k", "-9223372036854775808", "lt"},
  {"expireat", "k", "0", "nx"},
  {"pexpireat", "k", "1"},
  {"persist", "k"},
};

} // namespace

TEST_CASE("data_command: SET's options become flags and a time in milliseconds") {
  auto x = understood({"SET", "k", "v", "Ex", "10", "NX", "get"});
  CHECK(x.what == named::set);
  CHECK(x.number == 10'000);
  CHECK(x.has(flag::expires));
  CHECK(x.has(flag::from_now));
  CHECK(x.has(flag::if_absent));
  CHECK(x.has(flag::reply_old));
  CHECK(x.arguments == words{"k", "v"});
  auto at = understood({"SET", "k", "v", "PXAT", "7"});
  CHECK(at.number == 7);
  CHECK_FALSE(at.has(flag::from_now));
  CHECK(understood({"SET", "k", "v", "EX", "1", "EX", "2"}).number == 2'000);
}

TEST_CASE("data_command: options that contradict each other are a syntax error") {
  constexpr auto bad = "ERR syntax error";
  CHECK(refused({"SET", "k", "v", "NX", "XX"}) == bad);
  CHECK(refused({"SET", "k", "v", "XX", "NX"}) == bad);
  CHECK(refused({"SET", "k", "v", "EX", "1", "PX", "1"}) == bad);
  CHECK(refused({"SET", "k", "v", "KEEPTTL", "EX", "1"}) == bad);
  CHECK(refused({"SET", "k", "v", "EX", "1", "KEEPTTL"}) == bad);
  CHECK(refused({"SET", "k", "v", "EX"}) == bad);
  CHECK(refused({"SET", "k", "v", "PERSIST"}) == bad);
  CHECK(refused({"SET", "k", "v", "bogus-and-long"}) == bad);
  CHECK(refused({"GETEX", "k", "PERSIST", "EX", "1"}) == bad);
  CHECK(refused({"GETEX", "k", "NX"}) == bad);
  CHECK(refused({"GETEX", "k", "KEEPTTL"}) == bad);
}

TEST_CASE("data_command: times that cannot be are refused for the command's name") {
  CHECK(
    refused({"SET", "k", "v", "EX", "0"}) == "ERR invalid expire time in 'set' command");
  CHECK(
    refused({"SET", "k", "v", "PXAT", "-1"})
    == "ERR invalid expire time in 'set' command");
  CHECK(
    refused({"SET", "k", "v", "EX", "9223372036854776"})
    == "ERR invalid expire time in 'set' command");
  CHECK(
    refused({"SETEX", "k", "0", "v"}) == "ERR invalid expire time in 'setex' command");
  CHECK(
    refused({"PSETEX", "k", "-1", "v"}) == "ERR invalid expire time in 'psetex' command");
  CHECK(
    refused({"EXPIRE", "k", "9223372036854776"})
    == "ERR invalid expire time in 'expire' command");
  CHECK(
    refused({"EXPIREAT", "k", "-9223372036854776"})
    == "ERR invalid expire time in 'expireat' command");
  CHECK(
    understood({"EXPIRE", "k", "9223372036854775"}).number == 9'223'372'036'854'775'000);
}

TEST_CASE("data_command: what must be a number is one") {
  constexpr auto bad = "ERR value is not an integer or out of range";
  CHECK(refused({"SET", "k", "v", "EX", "1.5"}) == bad);
  CHECK(refused({"SETEX", "k", "x", "v"}) == bad);
  CHECK(refused({"INCRBY", "k", "9223372036854775808"}) == bad);
  CHECK(refused({"INCRBY", "k", "+1"}) == bad);
  CHECK(refused({"INCRBY", "k", " 1"}) == bad);
  CHECK(refused({"INCRBY", "k", ""}) == bad);
  CHECK(refused({"INCRBY", "k", "-0"}) == bad);
  CHECK(refused({"EXPIRE", "k", "01"}) == bad);
  CHECK(understood({"INCRBY", "k", "0"}).number == 0);
  CHECK(understood({"DECRBY", "k", "-5"}).number == 5);
  CHECK(
    refused({"DECRBY", "k", "-9223372036854775808"}) == "ERR decrement would overflow");
}

TEST_CASE("data_command: EXPIRE's conditions are checked before its number") {
  CHECK(refused({"EXPIRE", "k", "x", "FOO"}) == "ERR Unsupported option FOO");
  CHECK(
    refused({"EXPIRE", "k", "1", "NX", "GT"})
    == "ERR NX and XX, GT or LT options at the same time are not compatible");
  CHECK(
    refused({"EXPIRE", "k", "1", "LT", "GT"})
    == "ERR GT and LT options at the same time are not compatible");
  auto x = understood({"EXPIRE", "k", "1", "XX", "gt"});
  CHECK(x.has(flag::if_present));
  CHECK(x.has(flag::if_later));
}

TEST_CASE("data_command: its slot is that of all keys, or none") {
  auto slot_of = [](const words& request) { return common_slot(understood(request)); };
  CHECK(slot_of({"GET", "k"}) == key_slot("k"));
  CHECK(slot_of({"MSET", "{k}1", "v", "{k}2", "{other}"}) == key_slot("k"));
  CHECK_FALSE(slot_of({"MGET", "k", "l", "k"}));
}

TEST_CASE("data_command: what was encoded is decoded") {
  for (const auto& request : samples) {
    auto x = understood(request);
    auto bytes = encode(x).bytes;
    auto again = decode_data_command(bytes);
    CAPTURE(request[0]);
    REQUIRE(again);
    CHECK(*again == x);
  }
}

TEST_CASE("data_command: every data command has a sample here") {
  for (const auto& spec : all_commands()) {
    auto named = [&](const words& x) { return x[0] == spec.name; };
    if (spec.is_data())
      CHECK_MESSAGE(std::ranges::any_of(samples, named), spec.name);
  }
}

TEST_CASE("data_command: bytes that end early or go on are no command") {
  for (const auto& request : samples) {
    auto bytes = encode(understood(request)).bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      CHECK_FALSE(decode_data_command(std::string_view{bytes}.substr(0, i)));
    CHECK_FALSE(decode_data_command(bytes + '\0'));
  }
}

TEST_CASE("data_command: a count or length beyond the bytes costs no memory") {
  auto head = std::string{"\x02\x00\x00", 3};
  auto huge = std::string(9, '\xff') + '\x01';
  CHECK_FALSE(decode_data_command(head + huge));
  CHECK_FALSE(decode_data_command(head + '\x01' + huge));
  CHECK_FALSE(decode_data_command(head + std::string(10, '\xff') + '\x01'));
}

TEST_CASE("data_command: any bytes are a command that encodes to them, or none") {
  auto random = random_source{7};
  auto found_count = 0;
  for (int i = 0; i < 50'000; ++i) {
    auto bytes = encode(understood(samples[random.below(samples.size())])).bytes;
    for (auto n = random.between(1, 3); n > 0; --n)
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    if (auto found = decode_data_command(bytes)) {
      ++found_count;
      auto encoded = encode(*found).bytes;
      auto again = decode_data_command(encoded);
      REQUIRE(again);
      REQUIRE(*again == *found);
    }
  }
  CHECK(found_count > 500);
}
