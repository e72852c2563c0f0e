#include "actors/base/random.hpp"
#include "router/data/sessions.hpp"
#include "storage/dedup.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;

namespace {

const auto own_node = node_id{uuid{0, 1}};
const auto current = incarnation{3};
const auto client = storage::client_id{own_node, current, 1};

storage::record trim(const session_book::statement& x, std::uint64_t seq) {
  return {{epoch{1}, lsn{seq}}, x.what};
}

storage::record write_of(const storage::client_id& who, std::uint64_t seq) {
  return {{epoch{1}, lsn{seq}}, storage::write_record{{who, 1}, 1, slot{0}, {}, "reply"}};
}

} // namespace

TEST_CASE("write_session: writes are numbered from 1, and told with the oldest unended") {
  auto session = write_session{client};
  CHECK(session.begin() == storage::request_id{client, 1});
  CHECK(session.answered_below() == 1);
  CHECK(session.begin().number == 2);
  CHECK(session.begin().number == 3);
  session.ended(2);
  CHECK(session.answered_below() == 1);
  session.ended(1);
  CHECK(session.answered_below() == 3);
  CHECK(!session.idle());
  session.ended(3);
  CHECK(session.answered_below() == 4);
  CHECK(session.idle());
}

TEST_CASE("write_session: it is full when the oldest is session_writes_max behind") {
  auto session = write_session{client};
  for (auto i = std::size_t{0}; i < session_writes_max; ++i) {
    CHECK(!session.full());
    (void)session.begin(); // The numbers are known.
  }
  CHECK(session.full());
  session.ended(2);
  CHECK(session.full());
  session.ended(1);
  CHECK(!session.full());
}

TEST_CASE("write_session: an end that is told twice counts once") {
  auto session = write_session{client};
  (void)session.begin(); // 1
  session.ended(1);
  for (auto i = std::size_t{0}; i < session_writes_max; ++i)
    (void)session.begin(); // 2 and on
  session.ended(1);        // It has the place of session_writes_max + 1.
  for (auto i = std::uint64_t{2}; i <= session_writes_max; ++i)
    session.ended(i);
  CHECK(session.answered_below() == session_writes_max + 1);
}

TEST_CASE("write_session: its window fits in what masters remember of a client") {
  CHECK(session_writes_max < storage::dedup_limits{}.reply_count_max);
}

TEST_CASE("write_session: in random orders the oldest unended is right") {
  for (auto seed = std::uint64_t{1}; seed <= 50; ++seed) {
    CAPTURE(seed);
    auto random = random_source{seed};
    auto session = write_session{client};
    auto open = std::set<std::uint64_t>{};
    auto last = std::uint64_t{0};
    for (auto step = 0; step < 5'000; ++step) {
      if (!session.full() && random.chance(0.5)) {
        last = session.begin().number;
        open.insert(last);
      } else if (!open.empty()) {
        auto which = static_cast<std::ptrdiff_t>(random.below(open.size()));
        auto ended = std::next(open.begin(), which);
        session.ended(*ended);
        open.erase(ended);
      }
      REQUIRE(session.answered_below() == (open.empty() ? last + 1 : *open.begin()));
    }
  }
}

TEST_CASE("session_book: names are dense and never used again") {
  auto book = session_book{own_node, current};
  auto first = book.open();
  CHECK(first == storage::client_id{own_node, current, 1});
  book.close(first);
  CHECK(book.open() == storage::client_id{own_node, current, 2});
  CHECK(book.open_count() == 1);
}

TEST_CASE("session_book: the first statement ends the incarnations before") {
  auto book = session_book{own_node, current};
  CHECK(book.version() == 1);
  auto stated = book.state();
  CHECK(stated.version == 1);
  auto table = storage::dedup_table{};
  auto changes = storage::dedup_changes{};
  table.apply(write_of({own_node, incarnation{2}, 9}, 1), changes);
  CHECK(table.client_count() == 1);
  table.apply(trim(stated, 2), changes);
  CHECK(table.client_count() == 0);
}

TEST_CASE("session_book: its version grows with a close, not with a repeat of it") {
  auto book = session_book{own_node, current};
  auto x = book.open();
  CHECK(book.version() == 1);
  book.close(x);
  book.close(x);
  CHECK(book.version() == 2);
}

TEST_CASE("session_book: masters that hear its statements keep rows of open sessions "
          "alone") {
  auto random = random_source{11};
  auto book = session_book{own_node, current};
  auto table = storage::dedup_table{};
  auto changes = storage::dedup_changes{};
  auto open = std::vector<storage::client_id>{};
  for (auto seq = std::uint64_t{1}; seq < 2'000; seq += 2) {
    if (open.size() < 3 || (open.size() < 20 && random.chance(0.5))) {
      open.push_back(book.open());
      table.apply(write_of(open.back(), seq), changes);
    } else {
      auto which = static_cast<std::ptrdiff_t>(random.below(open.size()));
      book.close(open[static_cast<std::size_t>(which)]);
      open.erase(open.begin() + which);
    }
    if (random.chance(0.3)) {
      table.apply(trim(book.state(), seq + 1), changes);
      REQUIRE(table.client_count() == open.size());
    }
  }
}

TEST_CASE("session_book: a repeated statement is the same, and new sessions are not "
          "closed by it") {
  auto book = session_book{own_node, current};
  auto first = book.open();
  auto second = book.open();
  book.close(second);
  auto stated = book.state();
  CHECK(stated.what.open == std::vector{first.connection});
  auto third = book.open();
  CHECK(book.state().what == stated.what);
  CHECK(third.connection >= stated.what.closed_below);
}
