#include "storage/data_wire.hpp"
#include "tests/storage/data_samples.hpp"

#include <doctest/doctest.h>

namespace troupe::storage::test {

namespace {

data_request conditional_of(conditional_write what) {
  auto write = data_write{};
  write.request = {{node_number(7), incarnation{2}, 3}, 4};
  write.answered_below = 3;
  write.what = std::move(what);
  write.mode = ack_mode::semi;
  return {9, slot{16'383}, std::move(write), 1s};
}

conditional_write some_conditional() {
  return {
    {{"a", is_absent{}}, {"b", has_version{12}}, {"c", has_bytes{"x"}}},
    {{"a", row{1, 0, 99, "v"}}, {std::string{"b\0", 2}, std::nullopt}},
    "done",
    "refused"};
}

/// The one request, sent and received; none when it is refused.
std::optional<data_request> sent(const data_request& x) {
  auto back = decode_requests(encode(remote_requests{shard_id{3}, {x}}));
  if (!back)
    return std::nullopt;
  CHECK(back->shard == shard_id{3});
  REQUIRE(back->requests.size() == 1);
  return back->requests.front();
}

} // namespace

TEST_CASE("data_wire: a conditional write comes back as it was") {
  auto asked = conditional_of(some_conditional());
  auto back = sent(asked);
  REQUIRE(back);
  CHECK(back->id == 9);
  CHECK(back->in == slot{16'383});
  CHECK(back->time_left == duration{1s});
  const auto& before = std::get<data_write>(asked.what);
  const auto& after = std::get<data_write>(back->what);
  CHECK(after.request == before.request);
  CHECK(after.answered_below == 3);
  CHECK(after.mode == ack_mode::semi);
  CHECK(
    std::get<conditional_write>(after.what) == std::get<conditional_write>(before.what));
}

TEST_CASE("data_wire: commands, reads, waits and closings come back as they were") {
  auto write = sent(write_of(5, "put k v"));
  REQUIRE(write);
  const auto& command_write = std::get<data_write>(write->what);
  CHECK(std::get<command>(command_write.what).bytes == "put k v");
  CHECK(!command_write.mode);

  auto read = sent(read_of(6, {"a", "b"}));
  REQUIRE(read);
  CHECK(std::get<data_read>(read->what).keys == std::vector<std::string>{"a", "b"});
  CHECK(std::get<data_read>(read->what).what.bytes == "get a b");
  CHECK(std::get<data_read>(read->what).level == read_level::lease);

  auto wait = sent({7, slot{1}, data_wait{{epoch{2}, lsn{3}}, 4, 7s}, 1s});
  REQUIRE(wait);
  CHECK(std::get<data_wait>(wait->what).at == position{epoch{2}, lsn{3}});
  CHECK(std::get<data_wait>(wait->what).replica_count == 4);
  CHECK(std::get<data_wait>(wait->what).patience == duration{7s});

  auto closed = dedup_trim_record{node_number(7), incarnation{1}, 9, {2, 5}};
  auto said = sent({8, slot{0}, closed, 1s});
  REQUIRE(said);
  CHECK(std::get<dedup_trim_record>(said->what) == closed);
}

TEST_CASE("data_wire: answers come back as they were") {
  auto all = remote_answers{
    shard_id{3},
    {{1, answer_status::ok, "v", {epoch{1}, lsn{2}}, std::nullopt},
     {2, answer_status::session_expired, "", {}, node_number(4)},
     {3, answer_status::too_large, "", {}, {}}}};
  auto back = decode_answers(encode(all));
  REQUIRE(back);
  CHECK(back->shard == shard_id{3});
  CHECK(back->answers == all.answers);
}

TEST_CASE("data_wire: what nobody asks is malformed") {
  auto twice = some_conditional();
  twice.effects.push_back(twice.effects.front());
  CHECK(!sent(conditional_of(twice)));
  auto unnumbered = write_of(0, "put k v");
  CHECK(!sent(unnumbered));
  auto nowhere = write_of(1, "put k v");
  nowhere.in = slot{16'384};
  CHECK(!sent(nowhere));
  auto leveled = read_of(1, {"k"});
  std::get<data_read>(leveled.what).level = read_level{7};
  CHECK(!sent(leveled));
  auto unsorted = dedup_trim_record{node_number(7), incarnation{1}, 9, {5, 2}};
  CHECK(!sent({8, slot{0}, unsorted, 1s}));
}

TEST_CASE("data_wire: answers of no known status are malformed") {
  CHECK(!decode_answers(
    encode(remote_answers{shard_id{1}, {{1, answer_status{10}, {}, {}, {}}}})));
  CHECK(!decode_answers(
    encode(remote_answers{shard_id{1}, {{1, answer_status{0}, {}, {}, {}}}})));
}

TEST_CASE("data_wire: every truncation is refused, or is a shorter list") {
  auto bytes = encode(
    remote_requests{shard_id{1}, {write_of(1, "put k v"), read_of(2, {"a", "b"})}});
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto back = decode_requests(std::string_view{bytes}.substr(0, i));
    if (back)
      CHECK(back->requests.size() < 2);
    else
      CHECK(back.error() == ec::malformed);
  }
}

} // namespace troupe::storage::test
