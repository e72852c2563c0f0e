#include "storage/epoch_history.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;

namespace {

position at(std::uint64_t e, std::uint64_t n) { return {epoch{e}, lsn{n}}; }

/// A history whose epochs end at the given positions.
epoch_history history(std::initializer_list<position> ends, position base = {}) {
  auto result = epoch_history{base};
  for (auto end : ends)
    result.append(end);
  return result;
}

position parts(const epoch_history& slave, const epoch_history& master) {
  return common(slave.tail_from(lsn{0}), slave.end(), master);
}

} // namespace

TEST_CASE("epoch_history: every record has the epoch that wrote it") {
  auto h = history({at(1, 2), at(3, 5)});
  CHECK(h.epoch_at(lsn{0}) == epoch{0});
  CHECK(h.epoch_at(lsn{2}) == epoch{1});
  CHECK(h.epoch_at(lsn{3}) == epoch{3});
  CHECK(h.epoch_at(lsn{5}) == epoch{3});
  CHECK(!h.epoch_at(lsn{6}));
  CHECK(h.has(at(3, 4)));
  CHECK(!h.has(at(1, 4)));
}

TEST_CASE("epoch_history: a truncation forgets the epochs behind it") {
  auto h = history({at(1, 2), at(3, 5), at(4, 6)});
  h.truncate_after(lsn{2});
  CHECK(h.end() == at(1, 2));
  CHECK(h.tail_from(lsn{0}) == std::vector<epoch_start>{{epoch{1}, lsn{1}}});
  h.append(at(5, 3));
  CHECK(h.epoch_at(lsn{3}) == epoch{5});
}

TEST_CASE("epoch_history: what is released is known by its end only") {
  auto h = history({at(1, 4), at(2, 8), at(3, 9)});
  h.release_to(lsn{6});
  CHECK(h.base() == at(2, 6));
  CHECK(!h.epoch_at(lsn{5}));
  CHECK(h.epoch_at(lsn{6}) == epoch{2});
  CHECK(h.epoch_at(lsn{7}) == epoch{2});
  h.release_to(lsn{8});
  CHECK(
    h.tail_from(lsn{0})
    == std::vector<epoch_start>{{epoch{2}, lsn{8}}, {epoch{3}, lsn{9}}});
  h.release_to(lsn{9});
  CHECK(h.base() == h.end());
}

TEST_CASE("epoch_history: the tail from a record begins with that record's epoch") {
  auto h = history({at(1, 4), at(2, 8), at(3, 9)});
  CHECK(
    h.tail_from(lsn{5})
    == std::vector<epoch_start>{{epoch{2}, lsn{5}}, {epoch{3}, lsn{9}}});
  CHECK(h.tail_from(lsn{9}) == std::vector<epoch_start>{{epoch{3}, lsn{9}}});
}

TEST_CASE("common: two logs part where the newest shared epoch ends first") {
  auto master = history({at(1, 4), at(3, 8)});
  CHECK(parts(history({at(1, 3)}), master) == at(1, 3));
  CHECK(parts(history({at(1, 6)}), master) == at(1, 4));
  CHECK(parts(history({at(1, 4), at(2, 9)}), master) == at(1, 4));
  CHECK(parts(history({at(1, 4), at(3, 7)}), master) == at(3, 7));
  CHECK(parts(history({at(1, 2), at(2, 5)}), master) == at(1, 2));
  CHECK(parts(history({at(2, 5)}), master) == at(0, 0));
  CHECK(parts(epoch_history{}, master) == at(0, 0));
}

TEST_CASE("common: a master that begins later still knows the epoch of its base") {
  auto master = history({at(4, 12)}, at(3, 10));
  CHECK(parts(history({at(1, 2), at(3, 11)}), master) == at(3, 10));
  CHECK(parts(history({at(1, 2), at(3, 9)}), master) == at(3, 9));
}
