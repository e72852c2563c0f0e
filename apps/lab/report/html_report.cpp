#include "apps/lab/report/html_report.hpp"

#include "apps/lab/report/markup.hpp"
#include "apps/lab/report/text_report.hpp"
#include "apps/lab/report/timeline.hpp"

#include <ostream>

namespace troupe::lab {

namespace {

constexpr auto style = R"(
body { font: 14px/1.45 system-ui, sans-serif; margin: 24px auto; max-width: 1140px;
       color: #222; background: #fff }
h1 { font-size: 20px; margin: 0 0 4px } h2 { font-size: 16px; margin: 24px 0 6px }
.pass { background: #2e7d32 } .fail { background: #c62828 }
.badge { color: #fff; border-radius: 4px; padding: 2px 10px; margin-right: 8px }
.key span { display: inline-block; width: 12px; height: 12px; margin: 0 4px 0 14px }
table { border-collapse: collapse } td, th { text-align: left; padding: 2px 16px 2px 0 }
pre { background: #fff4f4; border-left: 3px solid #c62828; padding: 8px 12px;
      overflow-x: auto; font-size: 12px }
svg { width: 100%; height: auto; font-family: system-ui, sans-serif }
svg text { fill: #222 } .caption { font-size: 12px } .small { font-size: 10px }
svg .tiny { font-size: 8px; fill: #fff }
.scale { font-size: 9px; text-anchor: end; fill: #777 }
.strike { fill: #fde2d2; opacity: .55 } .fault { fill: #f0a36b }
.tick { stroke: #e4e4e4 } .base { stroke: #888 } .ground { fill: #f3f3f3 }
.violation { stroke: #c62828 }
.healed { stroke: #2e7d32; stroke-dasharray: 4 3 }
.ready, .alive { fill: #a5d6a7 } .joining, .founding { fill: #90caf9 }
.suspect { fill: #ffd54f } .dead { fill: #e57373 } .left, .leaving { fill: #bdbdbd }
.silent, .unknown { fill: #455a64 }
.write { fill: #2f6fab } .read { fill: #9cc4e4 } .failed { fill: #d64541 }
.median { fill: #2f6fab } .longest { fill: #cfe0ef }
)";

void print_key(const run_record& x, std::ostream& out) {
  const auto sample = [&out](const std::string& colour, const std::string& text) {
    out << "<span style=\"background:" << colour << "\"></span>" << escape(text);
  };
  out << "<p class=\"key\">masters:";
  for (std::size_t i = 0; i < x.nodes.size(); ++i)
    sample(colour_of_node(i), x.nodes[i]);
  out << " &nbsp; nodes:";
  sample("#a5d6a7", "alive");
  sample("#ffd54f", "suspect");
  sample("#e57373", "dead");
  sample("#90caf9", "joining");
  sample("#455a64", "silent");
  out << " &nbsp; operations:";
  sample("#2f6fab", "writes");
  sample("#9cc4e4", "reads");
  sample("#d64541", "refused or unknown");
  out << "</p>\n";
}

void print_strikes(const run_record& x, std::ostream& out) {
  out << "<h2>Faults, and how long writes stood still</h2>\n<p>" << escape(pauses_text(x))
      << "</p>\n"
      << "<table><tr><th>fault</th><th>worst shard</th><th>first write after</th></tr>\n";
  for (const auto& pause : write_pauses(x))
    out << "<tr><td>" << escape(to_string(x.strikes[pause.strike])) << "</td><td>"
        << pause.shard << "</td><td>"
        << (pause.length ? seconds_text(*pause.length) : std::string{"never"})
        << escape(alarm_text(x, pause)) << "</td></tr>\n";
  for (const auto& strike : x.strikes)
    if (!strike.struck())
      out << "<tr><td>" << escape(to_string(strike)) << "</td><td></td><td></td></tr>\n";
  out << "</table>\n";
}

void print_usages(const run_record& x, std::ostream& out) {
  const auto cells = [&out](const node_usage& y) {
    out << "<td>" << y.descriptor_count << ", " << (y.memory.bytes >> 20U) << " MiB</td>";
  };
  out << "<h2>What nodes hold</h2>\n<table><tr><th>descriptors, memory</th>"
         "<th>at the start</th><th>at most</th><th>at the end</th></tr>\n";
  for (const auto& row : x.usages) {
    out << "<tr><td>" << escape(row.node) << "</td>";
    for (const auto* y : {&row.first, &row.most, &row.last})
      cells(*y);
    out << "</tr>\n";
  }
  out << "</table>\n";
}

void print_violations(const run_record& x, std::ostream& out) {
  out << "<h2>Violations</h2>\n";
  if (x.checks.found.empty())
    out << "<p>None.</p>\n";
  for (const auto& found : x.checks.found)
    out << "<pre>" << escape(to_string(found)) << "</pre>\n";
}

} // namespace

void print_html(const run_record& x, std::ostream& out) {
  const auto passed = x.checks.found.empty();
  const auto title = x.scenario + ", seed " + std::to_string(x.seed);
  out << "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>"
      << escape(title) << "</title>\n<style>" << style << "</style></head><body>\n"
      << "<h1><span class=\"badge " << (passed ? "pass\">PASS" : "fail\">FAIL")
      << "</span>" << escape(title) << "</h1>\n<p>" << escape(x.cluster) << "; "
      << x.checks.done_count << " operations done, " << x.checks.refused_count
      << " refused, " << x.checks.unknown_count << " unknown, on " << x.checks.key_count
      << " keys; " << x.checks.undecided_count << " of " << x.checks.register_count
      << " registers undecided" << app_text(x) << "</p>\n";
  print_key(x, out);
  out << draw_timeline(x);
  print_strikes(x, out);
  print_usages(x, out);
  print_violations(x, out);
  out << "</body></html>\n";
}

} // namespace troupe::lab
