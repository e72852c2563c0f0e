/// One thread of the RESP door: its connections, what they have asked the shards for, and
/// the turns in which that is sent and answered.
///
/// A turn begins with the first event after the last one ended (bytes, answers, a timer)
/// and ends when the events are handled that the same poll of the sockets gave: then one
/// message leaves for each shard, and one system call sends each connection's replies.
/// Everything but the constructor, `start`, `end` and the mailbox runs on the thread.
#pragma once

#include "router/data/data_calls.hpp"
#include "router/data/messages.hpp"
#include "router/resp_facts_door.hpp"
#include "router/resp_mailbox_door.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace troupe::router {

class resp_connection;

/// What a connection must know of a call when it has ended.
struct resp_call {
  std::uint64_t ticket = 0;       ///< The session's.
  std::uint64_t write_number = 0; ///< The write session's; 0: it does not write.
  time_point since;
};

class resp_loop {
public:
  resp_loop(resp_shared& shared, std::uint64_t seed);
  resp_loop(const resp_loop&) = delete;
  resp_loop& operator=(const resp_loop&) = delete;
  ~resp_loop();

  [[nodiscard]] boost::asio::io_context& context() { return context_; }

  void start();

  /// Closes all connections, and waits for the thread.
  /// @pre not on that thread.
  void end();

  /// Takes in a connection that was accepted. Any thread.
  void adopt(boost::asio::ip::tcp::socket socket);

  // For the loop's connections:

  [[nodiscard]] resp_shared& shared() const { return shared_; }
  [[nodiscard]] time_point now() const { return shared_.environment.clock->now(); }

  /// What commands tell of the cluster and of this node. Valid until the next event.
  [[nodiscard]] door_environment facts() { return facts_.at(now()); }

  /// Asks a shard; `settled` of the connection follows, by the end of this turn or later.
  void call(resp_connection& asker, const resp_call& call, data_call what);

  /// Lets the connection flush at the end of the turn.
  void wants_turn_end(resp_connection& x);

  /// A client does not read, and is closed for it.
  void too_slow(const client_state& client, std::size_t unread_bytes);

  /// A client has begun a command, not ended it in time, and is closed for it.
  void gave_up_command(const client_state& client);

  /// Lets go of a connection that is closed and has nothing under way. A repeat changes
  /// nothing.
  void forget(resp_connection& x);

private:
  struct caller {
    resp_connection* asker = nullptr;
    resp_call call;
  };

  void serve(boost::asio::ip::tcp::socket socket);
  void refuse(boost::asio::ip::tcp::socket socket);
  void wake();
  void take_mail();
  void take_snapshot(time_point now);
  void need_turn_end();
  void end_turn();
  void perform();
  void send(data_calls::dispatch& what);
  void settle(data_calls::ending& x);
  void arm_timer();
  void close_all();

  resp_shared& shared_;
  boost::asio::io_context context_{1}; // One thread runs it.
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_{context_};
  time_point armed_ = time_point::max();

  std::shared_ptr<resp_mailbox> mailbox_;
  resp_mailbox::content mail_;
  data_snapshot_ptr snapshot_ = std::make_shared<data_snapshot>();
  data_calls calls_;
  data_calls::output out_;
  std::unordered_map<std::uint64_t, caller> callers_; // By data_call_id.

  resp_facts facts_;

  std::unordered_map<resp_connection*, std::shared_ptr<resp_connection>> connections_;
  std::vector<std::shared_ptr<resp_connection>> forgotten_; // Until the turn ends.
  std::vector<resp_connection*> settled_;                   // Had endings, and may go on.
  std::vector<resp_connection*> flushing_;                  // At the end of the turn.
  bool turn_end_due_ = false;
  bool ending_ = false;

  std::thread thread_;
};

} // namespace troupe::router
