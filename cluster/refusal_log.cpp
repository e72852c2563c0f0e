#include "cluster/refusal_log.hpp"

#include <algorithm>
#include <utility>

namespace troupe::cluster {

namespace {

bool somebody_must_mend(ec code) {
  return code == ec::foreign_cluster || code == ec::version_mismatch
         || code == ec::in_use;
}

} // namespace

void refusal_log::tell(const logger& log, const std::string& peer, const error& why) {
  if (!somebody_must_mend(code_of(why)))
    return;
  auto text = render(why);
  if (std::ranges::find(told_, text) != told_.end())
    return;
  log.warn("a link was refused", "peer", peer, "why", text);
  if (told_.size() == refusals_remembered_max)
    told_.pop_front();
  told_.push_back(std::move(text));
}

} // namespace troupe::cluster
