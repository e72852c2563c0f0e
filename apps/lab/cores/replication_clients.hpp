/// Clients of a shard group, and what they saw.
///
/// Each has one operation at a time, retries it under the same request number wherever it
/// may, and gives up after a while: then nobody knows whether it happened, and the client
/// goes on under a new connection.
#pragma once

#include "actors/base/random.hpp"
#include "apps/lab/check/linearizability.hpp"
#include "apps/lab/check/replication_checker.hpp"
#include "apps/lab/cores/replication_options.hpp"
#include "apps/lab/event_queue.hpp"
#include "storage/replica/requests.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::lab {

class replication_clients {
public:
  struct environment {
    event_queue* events = nullptr;
    random_source* random = nullptr;
    replication_checker* checker = nullptr;
    std::function<void(std::size_t to, storage::write_request)> write;
    std::function<void(std::size_t to, storage::read_request)> read;
    std::function<void(std::size_t to, storage::dedup_trim_record)> close_sessions;
    std::function<void(const std::string&)> count;
  };

  replication_clients(environment in, const replication_options& options);

  /// Lets each client begin.
  void start();

  /// Lets none begin another operation.
  void stop() { stopped_ = true; }

  void answered(const storage::answer& x);

  /// Operations that clients know to be done.
  [[nodiscard]] std::uint64_t done_count() const { return done_count_; }

  /// When the last quorum write was acknowledged that began at or after `since`.
  [[nodiscard]] std::optional<time_point> first_done_since(time_point since) const;

  /// Judges every key's history. Throws `property_violated`.
  void check_histories() const;

private:
  struct operation {
    register_operation seen;
    std::string key;
    storage::request_id request;
    bool weak = false;
    std::optional<storage::ack_mode> mode;
    storage::read_level level{};
    bool may_have_happened = false; ///< An attempt was not refused for sure.
    std::set<storage::ticket> open; ///< Attempts that were not answered.
    time_point deadline;
    std::uint64_t number = 0; ///< Tells timers of this operation from older ones'.
  };

  struct client {
    std::size_t index = 0;
    std::uint64_t connection = 1;
    std::uint64_t request_number = 0;
    std::uint64_t operation_number = 0;
    std::size_t target = 0;
    std::uint64_t value_number = 0;
    std::optional<operation> current;
    std::map<std::string, std::string> last_seen;
  };

  void think(client& c);
  void begin(client& c);
  void attempt(client& c);
  void attempt_write(client& c, storage::ticket ticket);
  void retry(client& c, duration delay);
  void done(client& c, const storage::answer& x);
  void give_up(client& c);
  [[nodiscard]] std::string pick_key(bool weak);
  [[nodiscard]] storage::client_id id_of(const client& c) const;

  environment in_;
  replication_options options_;
  std::vector<client> clients_;
  std::map<storage::ticket, std::pair<std::size_t, std::uint64_t>> tickets_;
  std::uint64_t next_ticket_ = 1;
  std::uint64_t done_count_ = 0;
  std::map<std::string, std::vector<register_operation>> histories_;
  std::map<std::size_t, std::size_t> generations_;              ///< Of each key's name.
  std::vector<std::pair<time_point, time_point>> acknowledged_; ///< Begun, done.
  bool stopped_ = false;
};

} // namespace troupe::lab
