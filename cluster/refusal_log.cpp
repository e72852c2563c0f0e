#include "cluster/refusal_log.hpp"

#include <algorithm>
#include <chrono>
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
  if (now - minute_begin_ >= std::chrono::minutes{1}) {
    minute_begin_ = now;
    told_count_ = 0;
  }
  if (told_count_ >= per_minute_max) {
    ++untold_;
    return std::nullopt;
  }
  ++told_count_;
  if (told_.size() == refusals_remembered_max)
    told_.pop_front();
  told_.push_back(text);
  return line{std::move(text), std::exchange(untold_, 0)};
}

} // namespace troupe::cluster
