#include "storage/store_config.hpp"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::storage {

TEST_CASE("store_config: the defaults are allowed") { CHECK(!store_config{}.validate()); }

TEST_CASE("store_config: what cannot work is refused with key, value and range") {
  struct mistake {
    std::string sentence;
    std::function<void(store_config&)> apply;
  };
  const auto rows = std::vector<mistake>{
    {"storage.block_cache_bytes is 0 B; allowed is 1 MiB to 1 TiB",
     [](auto& x) { x.block_cache_bytes = 0; }},
    {"storage.write_buffer_bytes is 1 MiB; allowed is 4 MiB to 64 GiB",
     [](auto& x) { x.write_buffer_bytes = std::size_t{1} << 20; }},
    {"storage.background_threads is 1; allowed is 2 to 64",
     [](auto& x) { x.background_thread_count = 1; }},
  };
  for (const auto& x : rows) {
    auto config = store_config{};
    x.apply(config);
    auto why = config.validate();
    REQUIRE(why);
    CHECK(code_of(why) == ec::invalid_config);
    CHECK(sentence_of(why) == x.sentence);
  }
}

} // namespace troupe::storage
