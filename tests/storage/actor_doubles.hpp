/// Stand-ins for the actors around the one under test: they keep what they are sent.
#pragma once

#include "storage/applier_actor.hpp"
#include "storage/log_writer_actor.hpp"
#include "storage/messages.hpp"

#include <variant>
#include <vector>

namespace troupe::storage::test {

/// What a replica is told of its log and its store, in order.
using completion = std::variant<
  log_saved, log_synced, log_was_read, log_released, batch_applied, store_flushed>;

inline replica_actor::behavior_type
make_owner(replica_actor::pointer, std::vector<completion>* told) {
  return {
    [](const cluster::peer_identity&, const message&) {},
    [](const cluster::peer_identity&, const shipment&) {},
    [](const local_requests&) {},
    [](const remote_requests&) {},
    [](const node_suspected&) {},
    [](const transfer_mastership&) { return caf::ok_atom_v; },
    [](atom::status) { return replica_status{}; },
    [told](log_saved x) { told->emplace_back(x); },
    [told](const log_synced& x) { told->emplace_back(x); },
    [told](const log_was_read& x) { told->emplace_back(x); },
    [told](const log_released& x) { told->emplace_back(x); },
    [told](const batch_applied& x) { told->emplace_back(x); },
    [told](const store_flushed& x) { told->emplace_back(x); },
    [](actors::room_came) {},
    [](caf::tick_atom, std::uint64_t) {},
  };
}

/// All of one kind that was told.
template <class T>
std::vector<T> all_of(const std::vector<completion>& told) {
  auto result = std::vector<T>{};
  for (const auto& x : told) {
    if (const auto* found = std::get_if<T>(&x))
      result.push_back(*found);
  }
  return result;
}

/// Keeps jobs, and does nothing of what they say.
inline log_writer_actor::behavior_type
make_idle_log_writer(log_writer_actor::pointer, std::vector<log_job>* jobs) {
  return {
    [](const serve_log&) {},
    [jobs](const log_job& x) { jobs->push_back(x); },
    [](atom::round) {},
    [](caf::tick_atom) {},
  };
}

inline applier_actor::behavior_type
make_idle_applier(applier_actor::pointer, std::vector<apply_job>* jobs) {
  return {
    [](const serve_store&) {},
    [jobs](const apply_job& x) { jobs->push_back(x); },
    [](const flush_done&) {},
    [](caf::tick_atom, std::uint64_t) {},
  };
}

inline note_sender::behavior_type
make_post_log(note_sender::pointer, std::vector<cluster::post>* posts) {
  return {
    [posts](const cluster::post& x) { posts->push_back(x); },
    [](const cluster::pin_link&) {},
  };
}

} // namespace troupe::storage::test
