/// The one error type: a code of ours, with a sentence that names the thing and the
/// remedy.
///
/// The only CAF that a core sees. Expected trouble is a value: `caf::expected<T>` from
/// functions, `caf::result<T>` from handlers. Make one with `fail(ec::x, "sentence")`;
/// print one with `render`.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <caf/error.hpp>
#include <caf/expected.hpp>

namespace troupe {

using caf::error;
using caf::expected;

/// What kind of trouble. The sentence tells each from its neighbour; values are on the
/// wire, so none is ever reused.
enum class ec : std::uint8_t {
  /// The caller asked for something that can never work: wrong type, range or format.
  invalid_argument = 1,
  /// A configuration key is unknown or its value is out of range.
  invalid_config = 2,
  /// No such thing, and the one asked would know.
  not_found = 3,
  /// There is one already, and it differs.
  already_exists = 4,
  /// The thing exists but is in a state in which this cannot be done.
  wrong_state = 5,
  /// A bounded queue or window is full; the same call may succeed later.
  busy = 6,
  /// The deadline passed before an answer. Whether the work was done is not known.
  deadline_exceeded = 7,
  /// The connection to the peer broke while the call was in flight. As above: not known.
  link_lost = 8,
  /// No connection to the peer could be made; nothing was sent.
  unreachable = 9,
  /// The message's type has no codec, so it cannot leave the process; nothing was sent.
  not_remotable = 10,
  /// The peer lives under another incarnation than the one addressed.
  stale_incarnation = 11,
  /// The peer belongs to another cluster, by name or by id.
  foreign_cluster = 12,
  /// The two ends share no protocol version.
  version_mismatch = 13,
  /// Bytes that do not follow the format: garbage, a bad length, a bad checksum.
  malformed = 14,
  /// A frame or value above the configured limit.
  too_large = 15,
  /// The operating system refused: the message names the call and its reason.
  system = 16,
  /// Another process holds the resource: a data directory, a port.
  in_use = 17,
  /// Data that was once whole no longer is: a checksum or chain is broken on disk.
  corrupt = 18,
  /// The actor or node is ending and takes no new work.
  stopping = 19,
  /// A bug of ours or of an app: a handler threw.
  internal = 20,
  /// An answer of a type that the caller did not expect.
  unexpected_answer = 21,
};

[[nodiscard]] std::string_view to_string(ec code);

/// An error of `code` whose sentence is `what`: name the thing and the remedy.
[[nodiscard]] error fail(ec code, std::string what);

/// The code of `e`, or `ec::internal` when it is not of our category (CAF's own errors
/// are converted where they arise, see `actors/behavior.hpp`).
/// @pre `e` is an error, not none.
[[nodiscard]] ec code_of(const error& e);

/// The sentence of `e` alone, without its code; empty when it has none.
[[nodiscard]] std::string sentence_of(const error& e);

/// `e` for people: "code: sentence". CAF's own categories are named too.
[[nodiscard]] std::string render(const error& e);

/// Lets CAF make an error from a bare code, and compare an error with one: `e ==
/// ec::busy`.
[[nodiscard]] error make_error(ec code);

/// Thrown where there is no answer that would be right, and the cause is known: the actor
/// whose handler it leaves ends with `why`, and not as of a bug.
class known_failure : public std::runtime_error {
public:
  explicit known_failure(const error& why);
  [[nodiscard]] const error& why() const { return why_; }

private:
  error why_;
};

} // namespace troupe
