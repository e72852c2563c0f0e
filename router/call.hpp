/// A call of a service method as it travels, as plain values.
///
/// A call keeps its id through all its attempts, so that a provider can tell a retry from
/// a new call. Deadlines travel as the time that is left: clocks of two nodes are never
/// compared.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/ids.hpp"
#include "actors/base/time.hpp"

#include <compare>
#include <cstdint>
#include <string>

namespace troupe::router {

/// Names one who calls, for one life: drawn at random, never reused.
using caller_id = strong<struct caller_id_tag, uuid>;

/// Names a call for ever. Numbers of one caller are dense, from 1.
struct call_id {
  caller_id caller;
  std::uint64_t number = 0;

  friend auto operator<=>(const call_id&, const call_id&) = default;
};

/// Follows a request through all the calls that it causes, across nodes: drawn by the
/// first who calls, and the same in every attempt and in the calls that handlers make for
/// it. Lines of the log about calls name it. Nil: none was given yet.
using trace_id = strong<struct trace_id_tag, uuid>;

/// In which form `content` is.
enum class content_form : std::uint8_t { protobuf = 1, json = 2 };

/// A call on its way to a provider.
struct invocation {
  call_id id;
  std::uint32_t attempt = 1;
  /// All calls of this caller with smaller numbers have ended: their results may go.
  std::uint64_t answered_below = 0;
  trace_id trace;
  duration remaining{}; ///< Of the caller's deadline, when it was sent.
  std::string service;  ///< group/interface:version
  std::string method;
  content_form form = content_form::protobuf;
  std::string content;

  friend bool operator==(const invocation&, const invocation&) = default;
};

/// What became of an attempt.
enum class outcome : std::uint8_t {
  /// The handler ran and answered.
  answered = 1,
  /// The handler ran and failed: the call is over.
  failed = 2,
  /// The handler did not run and never will for this attempt: another provider may.
  not_executed = 3,
};

/// A provider's answer.
struct invocation_result {
  call_id id;
  std::uint32_t attempt = 1;
  router::outcome outcome = outcome::answered;
  std::string content; ///< When answered, in the invocation's form.
  ec code = ec::internal;
  std::string why; ///< When not.

  friend bool operator==(const invocation_result&, const invocation_result&) = default;
};

} // namespace troupe::router
