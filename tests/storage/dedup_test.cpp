#include "storage/dedup.hpp"
#include "tests/storage/records.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

using verdict = dedup_table::verdict;
const auto some_node = node_id{uuid{0, 9}};

struct dedup_fixture {
  dedup_table table;
  dedup_changes changes;
  dedup_limits limits;
  std::uint64_t next = 1;

  static client_id client(std::uint64_t incarnation, std::uint64_t connection) {
    return {some_node, troupe::incarnation{incarnation}, connection};
  }

  void
  write(const client_id& who, std::uint64_t number, std::uint64_t answered_below = 0) {
    auto x = write_record{};
    x.request = {who, number};
    x.answered_below = answered_below;
    x.reply = "reply " + std::to_string(number);
    table.apply(*make_record(1, next++, x), changes);
  }

  void close(
    std::uint64_t incarnation, std::uint64_t below,
    std::vector<std::uint64_t> open = {}) {
    auto x = dedup_trim_record{
      some_node, troupe::incarnation{incarnation}, below, std::move(open)};
    table.apply(*make_record(1, next++, x), changes);
  }

  verdict judge(const client_id& who, std::uint64_t number) {
    return table.look_up({who, number}, limits).what;
  }
};

} // namespace

TEST_CASE_FIXTURE(dedup_fixture, "dedup: a request that was executed has its reply") {
  CHECK(judge(client(1, 1), 1) == verdict::fresh);
  write(client(1, 1), 1);
  CHECK(table.look_up({client(1, 1), 1}, limits).reply == "reply 1");
  CHECK(judge(client(1, 1), 2) == verdict::fresh);
  CHECK(judge(client(1, 2), 1) == verdict::fresh);
}

TEST_CASE_FIXTURE(dedup_fixture, "dedup: a reply that the client has is forgotten") {
  write(client(1, 1), 1);
  write(client(1, 1), 2, 2);
  CHECK(judge(client(1, 1), 1) == verdict::answered);
  CHECK(judge(client(1, 1), 2) == verdict::stored);
  CHECK(changes.clients[client(1, 1)]->replies.size() == 1);
}

TEST_CASE_FIXTURE(
  dedup_fixture, "dedup: a request of a closed connection is never executed") {
  write(client(1, 1), 1);
  write(client(1, 2), 1);
  close(1, 3, {2});
  CHECK(judge(client(1, 1), 1) == verdict::expired);
  CHECK(judge(client(1, 2), 1) == verdict::stored);
  CHECK(judge(client(1, 3), 1) == verdict::fresh);
  CHECK(table.client_count() == 1);
  CHECK(!changes.clients[client(1, 1)]);
}

TEST_CASE_FIXTURE(dedup_fixture, "dedup: a late statement of closings changes nothing") {
  close(1, 5, {});
  close(1, 3, {2});
  CHECK(judge(client(1, 2), 1) == verdict::expired);
}

TEST_CASE_FIXTURE(
  dedup_fixture, "dedup: a node's next incarnation ends the connections of the last") {
  write(client(1, 1), 1);
  write(client(2, 1), 1);
  CHECK(judge(client(1, 1), 1) == verdict::expired);
  CHECK(judge(client(2, 1), 1) == verdict::stored);
  write(client(1, 1), 2); // Was in the log already: its effects stay, it gets no row.
  CHECK(judge(client(1, 1), 2) == verdict::expired);
  CHECK(table.client_count() == 1);
}

TEST_CASE_FIXTURE(dedup_fixture, "dedup: a full table is told, to new clients and old") {
  limits = {.client_count_max = 1, .reply_count_max = 2};
  write(client(1, 1), 1);
  CHECK(judge(client(1, 2), 1) == verdict::full);
  write(client(1, 1), 2);
  CHECK(judge(client(1, 1), 3) == verdict::full);
  CHECK(judge(client(1, 1), 2) == verdict::stored);
}

TEST_CASE_FIXTURE(dedup_fixture, "dedup: the rows that changed rebuild the table") {
  write(client(1, 1), 1);
  write(client(2, 1), 1);
  write(client(2, 2), 4, 3);
  close(2, 2);
  auto rebuilt = dedup_table{};
  for (const auto& [who, row] : changes.clients) {
    if (row)
      rebuilt.restore(who, *row);
  }
  for (const auto& [node, row] : changes.nodes)
    rebuilt.restore(node, row);
  CHECK(rebuilt == table);
}
