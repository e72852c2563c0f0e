#include "tests/storage/rocksdb_world.hpp"
#include "tests/storage/store_contract.hpp"

#include <doctest/doctest.h>

TYPE_TO_STRING_AS("rocksdb", troupe::test::rocksdb_world);

namespace troupe::test {
namespace {

TROUPE_TEST_STORE(rocksdb_world);

} // namespace
} // namespace troupe::test
