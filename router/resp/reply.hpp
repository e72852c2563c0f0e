/// Writes RESP2 replies at the end of a buffer.
///
/// Source: Redis serialization protocol specification, version 2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::router {

/// `+text`. A line break in it becomes a space.
void put_simple(std::string& out, std::string_view text);

/// `-text`; it begins with its code: "ERR syntax error". A line break in it becomes a
/// space, so that no argument that is quoted in it can end the reply.
void put_error(std::string& out, std::string_view text);

/// `:number`
void put_integer(std::string& out, std::int64_t number);

/// `$length` and any bytes.
void put_bulk(std::string& out, std::string_view bytes);

/// `$-1`: there is no such value.
void put_nil(std::string& out);

/// `*count`; the caller puts as many replies behind it.
void put_array(std::string& out, std::size_t count);

[[nodiscard]] std::string simple_reply(std::string_view text);
[[nodiscard]] std::string error_reply(std::string_view text);
[[nodiscard]] std::string integer_reply(std::int64_t number);
[[nodiscard]] std::string bulk_reply(std::string_view bytes);
[[nodiscard]] std::string nil_reply();

} // namespace troupe::router
