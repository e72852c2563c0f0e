/// A run's verdict as text.
#pragma once

#include "apps/lab/report/run_record.hpp"

#include <iosfwd>
#include <string>

namespace troupe::lab {

/// Counts, pauses and violations, and the verdict as the last line.
void print_report(const run_record& x, std::ostream& out);

/// "1.250 s"
[[nodiscard]] std::string seconds_text(duration x);

/// "; 12 operations of the app", or nothing when there is no app.
[[nodiscard]] std::string app_text(const run_record& x);

/// How long writes stood still, over all strikes: "p50 1.1 s, max 2.0 s after 3 faults".
[[nodiscard]] std::string pauses_text(const run_record& x);

} // namespace troupe::lab
