/// Finds the requests in the bytes that a RESP2 connection receives.
///
/// Bytes come in chunks of any size; the requests found do not depend on where chunks
/// end. Lengths are checked against the limits before memory is taken for what they
/// announce. What follows a request that breaks the protocol is not looked at: the
/// connection is to be answered and closed.
///
/// As Redis, with two differences: the limits hold exactly, wherever chunks end; and the
/// line break behind a bulk string must be there, since a client that counts its bytes
/// wrongly would otherwise have half a value stored, and the rest taken for a command.
///
/// Pure; not thread-safe; one per connection.
/// Cost: each byte is copied never, or once when its request comes in several reads.
/// Source: Redis serialization protocol specification, version 2; Redis 7, networking.c
/// (texts of errors) and sds.c (quoting in inline requests).
#pragma once

#include "actors/base/config.hpp"
#include "actors/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::router {

struct resp_limits {
  /// Arguments of a request, the command's name included; Redis takes 1048576. More lets
  /// one MGET or MSET keep its shard's master busy for longer: some microseconds a key,
  /// in which it does nothing else, sending Beats included.
  std::size_t argument_count_max = 131'072;

  /// One argument. Larger takes larger values in, and lets one request occupy a log and
  /// a link for longer.
  byte_size bulk_max = mib(6);

  /// An inline request, and a line that announces a length.
  byte_size inline_max = kib(64);

  /// A request, all arguments together: what a connection's buffer can grow to, with one
  /// read. More than `bulk_max`; less than `link.frame_bytes_max`, or what one node takes
  /// in never reaches another.
  byte_size request_max = mib(12);

  /// None, or ec::invalid_config naming key, value and range.
  [[nodiscard]] error validate() const;
};

class resp_parser {
public:
  enum class outcome : std::uint8_t {
    request, ///< Here is one.
    more,    ///< The bytes received hold no further whole request.
    broken,  ///< The protocol was broken: answer with `trouble()`, and close.
  };

  explicit resp_parser(resp_limits limits = {}) : limits_{limits} {}

  /// Room for `bytes` to be received next; ends the life of arguments found before.
  [[nodiscard]] std::span<char> space(std::size_t bytes);

  /// So many bytes were received into the last `space`.
  void received(std::size_t bytes);

  /// Finds the next request. `arguments` point into the parser's memory; there is at
  /// least one. After `broken` it is always `broken`.
  [[nodiscard]] outcome next(std::vector<std::string_view>& arguments);

  /// "ERR Protocol error: ...".
  /// @pre the last outcome was `broken`.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

  /// Bytes received that belong to no request found yet.
  [[nodiscard]] std::size_t pending_bytes() const { return end_ - begin_; }
  /// Memory that it holds for bytes.
  [[nodiscard]] std::size_t capacity_bytes() const { return capacity_; }

private:
  /// An argument's place, counted from the start of its request.
  struct place {
    std::size_t offset;
    std::size_t length;
  };
  enum class line_state : std::uint8_t { whole, partial, too_long };
  struct line {
    std::span<char> text;  // Without its end.
    bool returns = false;  // A carriage return is part of its end.
    std::size_t bytes = 0; // With its end.
  };

  // One step each; none as the outcome: go on.
  [[nodiscard]] std::optional<outcome>
  begin_request(std::vector<std::string_view>& arguments);
  [[nodiscard]] std::optional<outcome>
  read_inline(std::vector<std::string_view>& arguments);
  [[nodiscard]] std::optional<outcome> read_count();
  [[nodiscard]] std::optional<outcome> read_length();
  [[nodiscard]] std::optional<outcome>
  read_argument(std::vector<std::string_view>& arguments);

  /// Finds the line that begins at `at_`.
  [[nodiscard]] line_state find_line(line& result);
  void advance(std::size_t bytes);
  void finish_request();
  [[nodiscard]] outcome fail_with(std::string_view what);
  void reallocate(std::size_t bytes);
  [[nodiscard]] std::span<char> unread() const {
    return {memory_.get() + begin_ + at_, end_ - begin_ - at_};
  }

  resp_limits limits_;
  std::unique_ptr<char[]> memory_; // NOLINT(modernize-avoid-c-arrays): not of one size.
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0; // Of the request that is being read, in `memory_`.
  std::size_t end_ = 0;   // Of what was received.

  // Of the request that is being read; offsets count from `begin_`.
  std::size_t at_ = 0;                // All before was understood.
  std::size_t scanned_ = 0;           // No line ends between `at_` and here.
  std::size_t missing_ = 0;           // Arguments to come; 0: the request has not begun.
  std::optional<std::size_t> length_; // Of the argument that comes next.
  std::vector<place> places_;

  std::string trouble_;
};

} // namespace troupe::router
