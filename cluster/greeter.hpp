/// The first moments of every connection, until its peer is known.
///
/// Sends the hello on connections we dialled and awaits one on those we accepted; judges
/// the answer; then offers the connection to the link of its peer. Whoever does not speak
/// in time, or speaks wrongly, is closed, with a refusal that names the remedy.
///
/// Pure. Not thread-safe; one per process.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"
#include "actors/transport.hpp"
#include "cluster/handshake.hpp"
#include "cluster/link_config.hpp"
#include "cluster/link_frame.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace troupe::cluster {

using actors::connection_id;

/// A dial under way: which lane of which session, and whom it should reach.
struct greeting_dial {
  session_id session;
  actors::lane lane = actors::lane::control;
  std::optional<node_id> expected; ///< None when dialling a seed.
};

class greeter {
public:
  struct frame_out {
    connection_id connection;
    link_frame frame;
  };

  struct ready {
    connection_id connection;
    link_offer offer;
  };

  struct failure {
    greeting_dial dial;
    error why;
  };

  /// A greeting that has come to nothing, ours or a stranger's, whichever end refused.
  struct ended_greeting {
    connection_id connection;
    error why;
  };

  /// What the caller must do, in this order.
  struct output {
    std::vector<ended_greeting> refusals; ///< Tell people, as far as they can mend it.
    std::vector<frame_out> frames;
    std::vector<connection_id> closes; ///< After their frames.
    std::vector<ready> offers;         ///< The connection is no longer the greeter's.
    std::vector<failure> failures;
  };

  greeter(link_config config, local_identity self)
      : config_{config}, self_{std::move(self)} {}

  /// A stranger has dialled us.
  [[nodiscard]] output accepted(connection_id connection, time_point now);

  /// A dial of ours got through.
  [[nodiscard]] output
  dialled(connection_id connection, const greeting_dial& dial, time_point now);

  /// A frame came on a connection that is still here. Others are ignored.
  [[nodiscard]] output arrived(connection_id connection, const link_frame& frame);

  /// A connection broke or carried garbage; it need not be closed any more. Others are
  /// ignored.
  [[nodiscard]] output broke(connection_id connection, const error& why);

  /// Advances time; call it every `handshake_deadline / 4` or so.
  [[nodiscard]] output tick(time_point now);

  /// This process learnt its cluster.
  void joined(cluster_id cluster) { self_.cluster = cluster; }

  [[nodiscard]] const local_identity& self() const { return self_; }

private:
  struct greeting {
    time_point since;
    std::optional<greeting_dial> dial; // None: a stranger's connection.
    hello sent;
  };

  void refuse_with(output& out, connection_id connection, const error& why);
  void give_up(output& out, connection_id connection, const error& why);
  [[nodiscard]] expected<link_offer>
  judge_frame(const greeting& state, const link_frame& frame) const;

  link_config config_;
  local_identity self_;
  std::map<connection_id, greeting> greetings_;
};

} // namespace troupe::cluster
