#include "storage/posix_sync_pool.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;

TEST_CASE("posix_sync_pool: run returns when each task has run once") {
  auto pool = posix_sync_pool{3};
  auto count = std::atomic<int>{0};
  auto task = [&] {
    ++count;
    return error{};
  };
  for (auto size : {0, 1, 2, 7, 100}) {
    count = 0;
    auto tasks = std::vector<sync_pool::task>(static_cast<std::size_t>(size), task);
    CHECK(!pool.run(tasks));
    CHECK(count == size);
  }
}

TEST_CASE("posix_sync_pool: tasks run beside each other") {
  auto pool = posix_sync_pool{3};
  auto mutex = std::mutex{};
  auto all_here = std::condition_variable{};
  auto here = 0;
  auto meet = [&] {
    auto lock = std::unique_lock{mutex};
    if (++here == 3)
      all_here.notify_all();
    // Bounded, so that a pool of one thread fails instead of waiting for ever.
    auto met
      = all_here.wait_for(lock, std::chrono::seconds{20}, [&] { return here == 3; });
    return met ? error{} : fail(ec::deadline_exceeded, "alone");
  };
  CHECK(!pool.run(std::vector<sync_pool::task>(3, meet)));
}

TEST_CASE("posix_sync_pool: one failure is told, and the others run all the same") {
  auto pool = posix_sync_pool{2};
  auto count = std::atomic<int>{0};
  auto good = [&] {
    ++count;
    return error{};
  };
  auto bad = [] { return fail(ec::system, "no"); };
  CHECK(pool.run(std::vector<sync_pool::task>{good, bad, good}) == ec::system);
  CHECK(count == 2);
  CHECK(!pool.run(std::vector<sync_pool::task>{good}));
}
