#include "actors/supervisor_config.hpp"

#include <chrono>

#include <doctest/doctest.h>

namespace troupe::actors {

using namespace std::chrono_literals;

TEST_CASE("supervisor_config: the defaults are valid, a backoff upside down is not") {
  CHECK(!supervisor_config{}.validate());
  auto wrong = supervisor_config{.backoff_min = 5s, .backoff_max = 1s};
  CHECK(
    sentence_of(wrong.validate())
    == "supervisor.backoff_max is 1 s; allowed is 5 s to 1 h");
  CHECK(supervisor_config{.backoff_min = 0s}.validate() == ec::invalid_config);
}

} // namespace troupe::actors
