#include "router/resp_facts_door.hpp"

#include <chrono>
#include <fstream>

#include <unistd.h>

namespace troupe::router {

namespace {

using namespace std::chrono_literals;

// Commands that tell them are rare, while every event of a connection hands them over.
constexpr auto refresh_interval = 20ms;

/// Resident memory of the process; 0 where the system does not tell.
std::uint64_t resident_bytes() {
  auto file = std::ifstream{"/proc/self/statm"};
  auto total = std::uint64_t{0};
  auto resident = std::uint64_t{0};
  file >> total >> resident;
  return file ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

} // namespace

resp_facts::resp_facts(const resp_shared& shared)
    : shared_{shared}, snapshot_{std::make_shared<data_snapshot>()} {
  facts_.version = shared.environment.version;
  facts_.process_id = static_cast<std::uint64_t>(::getpid());
  facts_.connection_count_max = shared.settings.door.clients_max;
}

void resp_facts::snapshot_is(const data_snapshot_ptr& now) {
  snapshot_ = now;
  view_.reset();
}

door_environment resp_facts::at(time_point now) {
  if (!view_)
    view_.emplace(snapshot_->map, snapshot_->self);
  if (refreshed_ == time_point::min() || now - refreshed_ >= refresh_interval)
    refresh(now);
  return {*view_, facts_};
}

void resp_facts::refresh(time_point now) {
  refreshed_ = now;
  facts_.port = shared_.port;
  facts_.uptime = now - shared_.started;
  facts_.connection_count = shared_.client_count;
  facts_.connections_total = shared_.metrics.accepted.value();
  facts_.commands_total = shared_.metrics.commands.value();
  facts_.memory_bytes = resident_bytes();
}

} // namespace troupe::router
