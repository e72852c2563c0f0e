/// One client of the RESP door: its socket, its session, and its calls to shards.
///
/// Everything runs on the thread of its loop. It ends in order: a client that has quit,
/// broken the protocol or closed its half still gets all replies; then the socket is
/// closed for sending, and what the client goes on sending is thrown away for a while,
/// since closing at once would cut off the last reply. A client that is gone leaves its
/// calls behind; the connection stays until they have ended, so that its name for writes
/// is given up only then.
#pragma once

#include "router/data/data_calls.hpp"
#include "router/data/sessions.hpp"
#include "router/resp/command_watch.hpp"
#include "router/resp/session.hpp"
#include "router/resp_stream_door.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace troupe::router {

class resp_loop;
struct resp_call;

class resp_connection final : public resp_stream_owner,
                              public std::enable_shared_from_this<resp_connection> {
public:
  resp_connection(
    resp_loop& loop, boost::asio::ip::tcp::socket socket, std::uint64_t id,
    std::string peer);

  /// Begins to read. Once.
  void start();

  /// A call has ended. `resume` follows when all that ended together are told.
  void settled(const resp_call& call, data_outcome outcome);
  void resume();

  /// Sends what there is to send, and reads on if it may.
  void flush();

  void close();

  /// Whether a loop's list may take it in, which each does once at a time.
  [[nodiscard]] bool enter_flushing() { return !std::exchange(in_flushing_, true); }
  [[nodiscard]] bool enter_settled() { return !std::exchange(in_settled_, true); }

private:
  /// A WAIT, asked of several shards.
  struct replication_wait {
    std::size_t missing_count = 0;
    std::uint32_t least = 0;
    std::optional<data_outcome> failure;
  };

  [[nodiscard]] std::span<char> space(std::size_t bytes) override;
  void received(std::size_t bytes) override;
  void input_ended() override;
  void output_moved() override { flush(); }
  void broken() override { close(); }

  void perform(resp_session::output& out);
  void ask(session_request& x, time_point now);
  void ask(const session_wait& x, time_point now);
  void settled_wait(
    std::map<std::uint64_t, replication_wait>::iterator which, data_outcome outcome);

  /// Moves replies to the socket until it or the session has had enough.
  void send_replies();
  [[nodiscard]] bool done() const;
  void say_goodbye();
  void watch_command();
  void read_on();

  /// Calls `what` once `delay` has passed, unless it is closed by then. One at a time:
  /// the next one takes the place of the last.
  void remind(duration delay, void (resp_connection::*what)());

  /// The time of a command may be over that has not come to its end.
  void look_at_command();

  /// The client had its time to see the last reply.
  void expired();

  void leave_if_idle();

  resp_loop& loop_;
  resp_stream stream_;
  resp_session session_;
  std::optional<write_session> writes_;             // From the first write on.
  std::map<std::uint64_t, replication_wait> waits_; // By ticket.
  std::size_t call_count_ = 0;                      // Under way.

  enum class phase : std::uint8_t {
    open,
    half_closed, // The client sends no more.
    leaving,     // It has all replies, and may see that nothing follows.
    closed,
  };
  phase phase_ = phase::open;
  command_watch watch_;
  boost::asio::steady_timer timer_; // Of `remind`.
  bool reminder_due_ = false;       // Of `look_at_command`.
  bool in_flushing_ = false;
  bool in_settled_ = false;
};

} // namespace troupe::router
