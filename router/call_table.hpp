/// The calls of one caller: whom they go to, when they are tried again, when they end.
///
/// Every call ends exactly once, by its deadline at the latest. What may be tried again
/// is decided here: an attempt that the provider surely did not run goes to another
/// provider; one whose fate is unknown (the link broke, the provider died) only when the
/// call is idempotent. Hence a call that is not idempotent runs on at most one provider.
///
/// Pure: the caller performs the output. One per caller and service router snapshot user;
/// not thread-safe. Cost: O(log calls) per event; losing a provider O(calls).
/// Source: Dubbo's cluster modes failover and failfast; design section 4.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/random.hpp"
#include "actors/base/time.hpp"
#include "router/balance/balancer.hpp"
#include "router/call.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::router {

/// What to do with a call whose attempt did not succeed.
enum class cluster_mode : std::uint8_t {
  failover, ///< Try others, up to `retry_count` times.
  failfast, ///< Fail at once.
};

[[nodiscard]] std::string_view to_string(cluster_mode x);

/// Reads "failover" or "failfast". Returns false, and leaves `result` alone, on anything
/// else.
[[nodiscard]] bool parse(std::string_view text, cluster_mode& result);

struct call_config {
  /// Time from the call to its answer or failure. Larger waits out slow providers,
  /// smaller frees the caller sooner.
  std::chrono::milliseconds deadline{1'000};

  cluster_mode mode = cluster_mode::failover;

  /// Attempts after the first.
  std::uint32_t retry_count = 2;

  /// `random` or `round_robin`.
  std::string balancer = "random";

  /// Calls of one caller that may be under way; more fail with ec::busy.
  std::size_t calls_max = 10'000;

  /// A call that took longer is told to the log, with its trace. Shorter tells of more.
  std::chrono::milliseconds slow_after{500};

  /// None, or ec::invalid_config naming key, value and range.
  [[nodiscard]] error validate() const;
};

/// A provider in the snapshot that a caller picks from.
struct provider {
  provider_key key;
  std::uint32_t weight = 100; ///< 0 gets no calls.
  bool unconfirmed = false;   ///< Said to be dead, not believed yet: used after others.

  friend bool operator==(const provider&, const provider&) = default;
};

/// What is called, by a caller in this process.
struct call_request {
  std::string method;
  std::string content;
  content_form form = content_form::protobuf;
  bool idempotent = false; ///< Running it twice, on two providers, is as good as once.
  /// Of the call that this one is made for; nil for the first, which gets one of its own.
  trace_id trace;
};

class call_table {
public:
  struct send {
    provider_key to;
    invocation what;
  };

  /// The end of a call.
  struct ending {
    std::uint64_t number = 0;
    expected<std::string> result; ///< The answer's content, or why there is none.
    std::uint32_t attempts = 0;
    duration took{};
    trace_id trace;
    std::string method;
    std::optional<provider_key> at; ///< Where it was last; none: it went nowhere.
  };

  /// What the caller must do, in this order.
  struct output {
    std::vector<send> sends;
    std::vector<ending> endings;
  };

  /// @pre `config.validate()` is none.
  call_table(
    call_config config, caller_id self, std::string service, random_source random);

  /// The providers that there are from now on. Calls made before this was first told have
  /// waited for it.
  [[nodiscard]] output providers_are(std::vector<provider> providers, time_point now);

  /// Starts a call. Returns its number, with which its ending comes, in `out` already
  /// when there is no provider.
  [[nodiscard]] std::uint64_t call(call_request x, time_point now, output& out);

  /// A provider's answer. Ignored when it is not to the latest attempt of a call under
  /// way.
  [[nodiscard]] output answered(const invocation_result& x, time_point now);

  /// The link to a provider broke, or the provider is gone: the fate of what is under way
  /// there is unknown.
  [[nodiscard]] output
  lost(const provider_key& provider, const error& why, time_point now);

  /// Ends what is past its deadline. Call it at `next_deadline`, or every few
  /// milliseconds.
  [[nodiscard]] output tick(time_point now);

  /// `time_point::max()` when nothing is under way.
  [[nodiscard]] time_point next_deadline() const;

  [[nodiscard]] std::size_t size() const { return calls_.size(); }

private:
  struct pending {
    call_request request;
    time_point started;
    time_point deadline;
    std::uint32_t attempt = 0;
    provider_key at;
    std::set<provider_key> tried;
  };

  using pending_map = std::map<std::uint64_t, pending>;

  void attempt(output& out, std::uint64_t number, pending& x, time_point now);
  [[nodiscard]] const provider* choose(const pending& x);
  [[nodiscard]] const provider*
  choose_among(const pending& x, bool unconfirmed, bool untried);
  void retry_or_end(
    output& out, pending_map::iterator x, bool may_have_run, const error& why,
    time_point now);
  void
  end(output& out, pending_map::iterator x, expected<std::string> result, time_point now);

  call_config config_;
  caller_id self_;
  std::string service_;
  random_source random_;
  random_source traces_; // Its own, so that ids do not disturb who is picked.
  std::unique_ptr<balancer> balancer_;
  std::vector<provider> providers_;
  bool told_providers_ = false;
  pending_map calls_;
  std::set<std::pair<time_point, std::uint64_t>> deadlines_;
  std::uint64_t last_number_ = 0;
};

} // namespace troupe::router
