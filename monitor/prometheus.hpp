/// Metrics as Prometheus reads them.
///
/// Source: Prometheus text exposition format 0.0.4.
#pragma once

#include "actors/base/metrics.hpp"

#include <string>

namespace troupe::monitor {

/// The content type that goes with the text.
inline constexpr auto prometheus_content_type
  = "text/plain; version=0.0.4; charset=utf-8";

/// All of `snapshot`. Histograms have cumulative buckets at powers of two, of seconds for
/// names that end in `_seconds` (which record nanoseconds), as recorded otherwise.
[[nodiscard]] std::string prometheus_text(const metrics_snapshot& snapshot);

} // namespace troupe::monitor
