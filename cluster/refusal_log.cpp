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

std::optional<refusal_log::line> refusal_log::refused(const error& why, time_point now) {
  if (!somebody_must_mend(code_of(why)))
    return std::nullopt;
  auto text = render(why);
  if (std::ranges::find(told_, text) != told_.end())
    return std::nullopt;
  const auto untold = lines_.take(now);
  if (!untold)
    return std::nullopt;
  if (told_.size() == refusals_remembered_max)
    told_.pop_front();
  told_.push_back(text);
  return line{std::move(text), *untold};
}

} // namespace troupe::cluster
