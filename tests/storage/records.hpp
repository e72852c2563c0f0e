/// Short ways to make records for tests.
#pragma once

#include "storage/record.hpp"

#include <memory>
#include <string>
#include <utility>

namespace troupe::storage::test {

inline record_ptr
make_record(std::uint64_t at, std::uint64_t seq, record_payload payload) {
  return std::make_shared<const record>(
    record{{epoch{at}, lsn{seq}}, std::move(payload)});
}

/// A write of `key` = `value` in slot 7.
inline record_ptr make_write(
  std::uint64_t at, std::uint64_t seq, std::string key = "k", std::string value = "v") {
  auto write = write_record{};
  write.request = {{node_id{uuid{1, 2}}, incarnation{3}, 4}, seq};
  write.in = slot{7};
  write.effects.push_back({std::move(key), row{1, seq, 0, std::move(value)}});
  write.reply = "+OK\r\n";
  return make_record(at, seq, std::move(write));
}

} // namespace troupe::storage::test
