/// One dial: looks the name up, tries its addresses in turn, and answers by its deadline.
///
/// The time that is left is shared by the addresses that are left, so that a name whose
/// first address is dead still connects. All but the constructor runs on the loop's
/// thread.
#pragma once

#include "actors/transport.hpp"
#include "cluster/asio_loop.hpp"
#include "cluster/asio_name_lookup.hpp"
#include "cluster/asio_stream.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace troupe::cluster {

struct tcp_dial_order {
  actors::address where;
  actors::dial_id id;
  duration deadline;
  actors::dial_owner owner;
  actors::connection_id connection; ///< The id for the connection, if there will be one.
  tcp_stream_limits limits;
};

class tcp_dial final : public io_resident, public std::enable_shared_from_this<tcp_dial> {
public:
  tcp_dial(std::shared_ptr<io_loop> loop, tcp_dial_order order);

  void start(name_lookup& lookup);
  void stop() override;

private:
  using error_code = boost::system::error_code;

  void look_up(name_lookup& lookup);
  void resolved(const lookup_result& result);
  void try_next();
  void on_connect(std::size_t step, error_code code);
  void on_timeout();
  void wait(std::chrono::steady_clock::duration time);
  void succeed();
  void fail(error why);
  void finish();

  std::shared_ptr<io_loop> loop_;
  tcp_dial_order order_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  std::chrono::steady_clock::time_point due_;
  std::vector<boost::asio::ip::tcp::endpoint> targets_; // The next one is the last.
  error last_failure_;                                  // Of the address tried before.
  std::size_t step_ = 0; // Answers that belong to an earlier step are stale.
  bool finished_ = false;
};

} // namespace troupe::cluster
