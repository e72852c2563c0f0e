#include "apps/shell/readable.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps::shell {
namespace {

constexpr auto infinity = std::numeric_limits<double>::infinity();

struct row {
  double value;
  std::string text;
};

TEST_CASE("readable: numbers have groups of three digits and no idle zeros") {
  const auto rows = std::vector<row>{
    {0, "0"},
    {7, "7"},
    {999, "999"},
    {1'000, "1,000"},
    {1e6, "1,000,000"},
    {-1'234.5, "-1,234.5"},
    {-123, "-123"},
    {0.25, "0.25"},
    {0.12345, "0.123"},
    {1e21, "1,000,000,000,000,000,000,000"},
    {std::nan(""), "-"},
    {infinity, "infinite"},
    {-infinity, "-infinite"}};
  for (const auto& each : rows)
    CHECK(readable_number(each.value) == each.text);
}

TEST_CASE("readable: durations have three digits, or two units from a minute on") {
  const auto rows = std::vector<row>{
    {0, "0 s"},
    {85e-9, "85 ns"},
    {999e-9, "999 ns"},
    {1e-6, "1.00 us"},
    {12.34e-6, "12.3 us"},
    {999.96e-6, "1.00 ms"},
    {1.25e-3, "1.25 ms"},
    {0.25, "250 ms"},
    {9.999, "10.0 s"},
    {59.9, "59.9 s"},
    {59.99, "1 min"},
    {60, "1 min"},
    {125, "2 min 5 s"},
    {3'600, "1 h"},
    {3'605, "1 h"},
    {86'400 + 3 * 3'600, "1 d 3 h"},
    {-1, "-1 s"}};
  for (const auto& each : rows)
    CHECK(readable_seconds(each.value) == each.text);
}

TEST_CASE("readable: sizes have three digits and a binary unit") {
  const auto rows
    = std::vector<row>{{0, "0 B"},           {512, "512 B"},       {1'023, "1023 B"},
                       {1'024, "1.00 KiB"},  {1'536, "1.50 KiB"},  {0x1p20, "1.00 MiB"},
                       {0x64p20, "100 MiB"}, {0x1p30, "1.00 GiB"}, {0x1p40, "1.00 TiB"},
                       {0x1p50, "1024 TiB"}};
  for (const auto& each : rows)
    CHECK(readable_bytes(each.value) == each.text);
}

TEST_CASE("readable: no control character reaches the terminal") {
  CHECK(printable("a\x1b[2Jb\nc\x7f") == "a?[2Jb?c?");
  CHECK(
    printable("\xc2\x9b"
              "31m")
    == "?31m");
  CHECK(printable("größer → é") == "größer → é");
}

TEST_CASE("readable: a letter of several bytes takes one column") {
  CHECK(width_of("abc") == 3);
  CHECK(width_of("├─ é") == 4);
}

TEST_CASE("readable: names are ordered by their numbers") {
  const auto ordered = std::vector<std::string>{"",   "7",  "10",  "n",   "n01",
                                                "n1", "n2", "n2a", "n10", "n10b"};
  for (std::size_t i = 0; i < ordered.size(); ++i)
    for (std::size_t k = 0; k < ordered.size(); ++k) {
      CAPTURE(ordered[i]);
      CAPTURE(ordered[k]);
      CHECK(natural_less(ordered[i], ordered[k]) == (i < k));
    }
}

} // namespace
} // namespace troupe::apps::shell
