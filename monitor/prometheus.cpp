#include "monitor/prometheus.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <variant>

namespace troupe::monitor {

namespace {

// From 1 us to 69 s in steps of two for durations; the same numbers serve for bytes.
constexpr std::uint64_t bucket_first = 1U << 10;
constexpr int bucket_count = 27;

std::string number(double x) {
  auto text = std::array<char, 32>{};
  auto [end, code] = std::to_chars(text.data(), text.data() + text.size(), x);
  return {text.data(), end};
}

std::string escaped(std::string_view text) {
  auto result = std::string{};
  for (auto c : text)
    if (c == '\n')
      result += "\\n";
    else if (c == '\\' || c == '"')
      (result += '\\') += c;
    else
      result += c;
  return result;
}

// `{a="b",extra}`, or nothing when there are neither.
std::string labels_text(const metric_labels& labels, const std::string& extra = {}) {
  auto result = std::string{};
  for (const auto& [name, value] : labels)
    result += (result.empty() ? "" : ",") + name + "=\"" + escaped(value) + '"';
  if (!extra.empty())
    result += (result.empty() ? "" : ",") + extra;
  return result.empty() ? result : "{" + result + "}";
}

void write_histogram(
  std::string& out, const std::string& name, const metric_labels& labels,
  const histogram_snapshot& x) {
  auto per_unit = std::string_view{name}.ends_with("_seconds") ? 1e9 : 1.0;
  auto line = [&](const std::string& le, std::uint64_t count) {
    out += name + "_bucket" + labels_text(labels, "le=\"" + le + "\"") + " "
           + std::to_string(count) + "\n";
  };
  auto bound = bucket_first;
  for (int i = 0; i < bucket_count; ++i, bound *= 2)
    line(number(static_cast<double>(bound) / per_unit), x.count_up_to(bound));
  line("+Inf", x.count());
  out += name + "_sum" + labels_text(labels) + " "
         + number(static_cast<double>(x.sum()) / per_unit) + "\n";
  out += name + "_count" + labels_text(labels) + " " + std::to_string(x.count()) + "\n";
}

std::string_view type_name(metric_kind x) {
  switch (x) {
    case metric_kind::counter:
      return "counter";
    case metric_kind::gauge:
      return "gauge";
    case metric_kind::histogram:
      return "histogram";
  }
  return "untyped";
}

void write_sample(
  std::string& out, const std::string& name, const metric_sample& sample) {
  if (const auto* spread = std::get_if<histogram_snapshot>(&sample.value)) {
    write_histogram(out, name, sample.labels, *spread);
    return;
  }
  const auto* count = std::get_if<std::uint64_t>(&sample.value);
  out
    += name + labels_text(sample.labels) + " "
       + (count != nullptr ? std::to_string(*count) : number(std::get<double>(sample.value)))
       + "\n";
}

} // namespace

std::string prometheus_text(const metrics_snapshot& snapshot) {
  auto out = std::string{};
  for (const auto& family : snapshot) {
    out += "# HELP " + family.name + " " + escaped(family.help) + "\n# TYPE "
           + family.name + " " + std::string{type_name(family.kind)} + "\n";
    for (const auto& sample : family.samples)
      write_sample(out, family.name, sample);
  }
  return out;
}

} // namespace troupe::monitor
