#include "storage/store_config.hpp"

#include "actors/base/config.hpp"

namespace troupe::storage {

error store_config::validate() const {
  return first_error({
    check_range(
      "storage.block_cache_bytes", byte_size{block_cache_bytes}, mib(1), gib(1'024)),
    check_range(
      "storage.write_buffer_bytes", byte_size{write_buffer_bytes}, mib(4), gib(64)),
    // One to flush and one to merge, or a long merge would hold up every flush.
    check_range("storage.background_threads", background_thread_count, 2, 64),
  });
}

} // namespace troupe::storage
