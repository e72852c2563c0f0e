/// Values as people read them at a prompt. Scripts get JSON, with plain numbers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::apps::shell {

/// A count or a level: "1,234,567", "0.25"; at most three digits behind the point.
[[nodiscard]] std::string readable_number(double x);

/// Three digits and a unit up to a minute, two units above: "850 ns", "1.25 ms",
/// "2 min 5 s", "3 d 4 h".
[[nodiscard]] std::string readable_seconds(double seconds);

/// Three digits and a unit: "512 B", "4.00 KiB".
[[nodiscard]] std::string readable_bytes(double bytes);

/// `text` for a terminal: control characters, which could move the cursor or worse, are
/// shown as "?". What other nodes say is shown only through this.
[[nodiscard]] std::string printable(std::string_view text);

/// The columns that UTF-8 `text` takes. Counts code points: a letter of double width
/// counts as one, and may shift its row.
[[nodiscard]] std::size_t width_of(std::string_view text);

/// Orders names as people do: digits by their number, so that n2 is before n10.
[[nodiscard]] bool natural_less(std::string_view a, std::string_view b);

} // namespace troupe::apps::shell
