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

/// "n1: descriptors 41, at most 60, 44 at the end; memory 61, at most 80, 79 MiB".
[[nodiscard]] std::string usage_text(const usage_row& x);

/// " ALARM: ..." when writes stood still for longer than they should, or nothing.
[[nodiscard]] std::string alarm_text(const run_record& x, const write_pause& pause);

/// How long writes stood still, over all strikes: "p50 1.1 s, max 2.0 s after 3 faults".
[[nodiscard]] std::string pauses_text(const run_record& x);

} // namespace troupe::lab
