/// A run as one page that needs nothing else: no script, no network.
#pragma once

#include "apps/lab/report/run_record.hpp"

#include <iosfwd>

namespace troupe::lab {

void print_html(const run_record& x, std::ostream& out);

} // namespace troupe::lab
