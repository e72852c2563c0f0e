#include "storage/memory_store.hpp"
#include "tests/storage/store_contract.hpp"

#include <doctest/doctest.h>

namespace troupe::test {
namespace {

struct memory_world {
  memory_store store;

  memory_store& rows() { return store; }
  void crash() { store.crash(); }
};

} // namespace
} // namespace troupe::test

TYPE_TO_STRING_AS("memory", troupe::test::memory_world);

namespace troupe::test {
namespace {

TROUPE_TEST_STORE(memory_world);

} // namespace
} // namespace troupe::test
