/// Records to protobuf messages and back: what the forms of the log, of lost+found and of
/// the replicas' messages share.
///
/// Each `get` returns false on what no encoder writes. It takes its message by rvalue and
/// moves keys, values and replies out of it, so that the bytes of a row are copied once
/// between the wire and the record.
#pragma once

#include "actors/base/bytes.hpp"
#include "storage/record.hpp"
#include "storage/storage.pb.h"

#include <span>
#include <string>
#include <vector>

namespace troupe::storage {

[[nodiscard]] std::string to_bytes(const uuid& x);

/// Returns false, and leaves `out` alone, unless `bytes` are 16.
[[nodiscard]] bool get(const std::string& bytes, uuid& out);

[[nodiscard]] bool get(const std::string& bytes, node_id& out);

void put(const client_id& x, v1::ClientId& out);
[[nodiscard]] bool get(const v1::ClientId& in, client_id& out);

void put(const effect& x, v1::Effect& out);
[[nodiscard]] bool get(v1::Effect&& in, effect& out);

void put(const dedup_trim_record& x, v1::DedupTrim& out);
[[nodiscard]] bool get(const v1::DedupTrim& in, dedup_trim_record& out);

void put(const position& x, v1::Position& out);
[[nodiscard]] position get(const v1::Position& in);

void put(const shard_config& x, v1::Config& out);
[[nodiscard]] bool get(const v1::Config& in, shard_config& out);

void put(const std::vector<slot_range>& x, v1::SlotOwn& out);
[[nodiscard]] bool get(const v1::SlotOwn& in, std::vector<slot_range>& out);

void put(const record_payload& x, v1::Record& out);
[[nodiscard]] bool get(v1::Record&& in, record_payload& out);

/// Positions are left out: they follow from the first.
void put(std::span<const record_ptr> records, v1::Batch& out);

/// Appends the records of `in` to `out`; the first is at `at`, which afterwards is the
/// position behind the last.
[[nodiscard]] bool get(v1::Batch&& in, position& at, std::vector<record_ptr>& out);

/// Parses `bytes` into `message`; false when they are none.
[[nodiscard]] bool parse(byte_view bytes, google::protobuf::MessageLite& message);

} // namespace troupe::storage
