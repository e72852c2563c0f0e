#include "cluster/suspicion.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace troupe::cluster {

duration
suspicion_timeout(unsigned confirmed, unsigned expected, duration min, duration max) {
  using std::chrono::duration_cast, std::chrono::milliseconds;
  if (expected == 0)
    return min;
  auto share = std::log(confirmed + 1.0) / std::log(expected + 1.0);
  auto span = static_cast<double>(duration_cast<milliseconds>(max - min).count());
  // Rounded, so that a last bit of log() does not make two machines' traces differ.
  auto gained = milliseconds{std::llround(share * span)};
  return std::max<duration>(min, max - gained);
}

suspicion::suspicion(const node_id& accuser, const limits& within, time_point now)
    : limits_{within}, start_{now}, accusers_{accuser} {}

bool suspicion::confirm(const node_id& accuser) {
  if (accusers_.size() > limits_.expected)
    return false;
  return accusers_.insert(accuser).second;
}

time_point suspicion::deadline() const {
  auto confirmed = static_cast<unsigned>(accusers_.size() - 1);
  return start_
         + suspicion_timeout(confirmed, limits_.expected, limits_.min, limits_.max);
}

} // namespace troupe::cluster
