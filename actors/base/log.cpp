#include "actors/base/log.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <spdlog/common.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace troupe {

namespace {

constexpr auto level_names
  = std::array<std::string_view, 6>{"trace", "debug", "info", "warn", "error", "off"};
constexpr auto format_names = std::array<std::string_view, 2>{"text", "json"};

template <class Enum, std::size_t N>
bool parse_name(
  std::string_view text, const std::array<std::string_view, N>& names, Enum& result) {
  const auto* found = std::ranges::find(names, text);
  if (found == names.end())
    return false;
  result = static_cast<Enum>(found - names.begin());
  return true;
}

// The size of the UTF-8 sequence that `text` starts with, or 0 when it starts with none.
// Source: RFC 3629, section 4; surrogates and overlong forms are refused.
std::size_t utf8_size(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
  const auto first = byte(0);
  const auto second = byte(1);
  if (first < 0x80)
    return 1;
  if (first >= 0xc2 && first <= 0xdf)
    return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const auto forbidden
      = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f);
    return tail(1) && tail(2) && !forbidden ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const auto forbidden
      = (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
    return tail(1) && tail(2) && tail(3) && !forbidden ? 4 : 0;
  }
  return 0;
}

void append_ascii(std::string& out, char c) {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  const auto code = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (c == '\n') {
    out += "\\n";
  } else if (code < 0x20 || code == 0x7f) {
    out += "\\u00";
    out += digits[code >> 4];
    out += digits[code & 0xf];
  } else {
    out += c;
  }
}

// Keys of users are any bytes; what is not UTF-8 becomes U+FFFD, or no reader of JSON
// would take the line.
void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto size = utf8_size(text);
    if (size == 1)
      append_ascii(out, text.front());
    else if (size == 0)
      out += "\xef\xbf\xbd";
    else
      out += text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(1, size));
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

bool needs_quotes(std::string_view text) {
  return text.empty() || std::ranges::any_of(text, [](char c) {
           const auto code = static_cast<unsigned char>(c);
           return code <= 0x20 || code >= 0x7f || c == '"' || c == '\\' || c == '=';
         });
}

// ISO 8601 with microseconds, in UTC.
std::string time_text(wall_point now) {
  using namespace std::chrono;
  const auto at = sys_time<duration>{now.time_since_epoch()};
  const auto day = floor<days>(at);
  const auto date = year_month_day{day};
  const auto time = hh_mm_ss{floor<microseconds>(at - day)};
  auto buffer = std::array<char, 40>{};
  const auto size = std::snprintf(
    buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
    static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
    static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
    static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
    static_cast<int>(time.subseconds().count()));
  return {buffer.data(), static_cast<std::size_t>(size)};
}

void append_text(std::string& out, const log_field& x) {
  if (!out.empty())
    out += ' ';
  out += x.key;
  out += '=';
  if (needs_quotes(x.value))
    append_quoted(out, x.value);
  else
    out += x.value;
}

void append_json(std::string& out, const log_field& x) {
  out += out.empty() ? '{' : ',';
  append_quoted(out, x.key);
  out += ':';
  // JSON has no word for an infinite or undefined number.
  const auto special = x.value.find("inf") != std::string::npos
                       || x.value.find("nan") != std::string::npos;
  if (x.bare && !special)
    out += x.value;
  else
    append_quoted(out, x.value);
}

wall_point machine_time() {
  return wall_point{std::chrono::system_clock::now().time_since_epoch()};
}

std::shared_ptr<spdlog::sinks::sink> make_spdlog_sink(const std::string& file) {
  if (file.empty())
    return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
}

// Lines are complete when they get there: spdlog adds an end, a lock, and the flush of
// each line that lets it survive the crash after it.
log_sink::write_function write_to(std::shared_ptr<spdlog::sinks::sink> sink) {
  sink->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
  auto out = std::make_shared<spdlog::logger>("troupe", std::move(sink));
  out->flush_on(spdlog::level::info);
  return [out](std::string_view line) {
    out->log(spdlog::level::info, spdlog::string_view_t{line.data(), line.size()});
  };
}

} // namespace

std::string_view to_string(log_level x) {
  return level_names.at(static_cast<std::size_t>(x));
}

bool parse(std::string_view text, log_level& result) {
  return parse_name(text, level_names, result);
}

bool parse(std::string_view text, log_format& result) {
  return parse_name(text, format_names, result);
}

expected<std::unique_ptr<log_sink>> log_sink::open(const log_config& config) {
  try {
    auto sink = make_spdlog_sink(config.file);
    return std::make_unique<log_sink>(config, machine_time, write_to(std::move(sink)));
  } catch (const spdlog::spdlog_ex& e) {
    return fail(ec::system, "cannot open the log file: " + std::string{e.what()});
  }
}

log_sink::log_sink(const log_config& config, now_function now, write_function write)
    : level_{config.level}, format_{config.format}, now_{std::move(now)}, write_{
                                                                            std::move(
                                                                              write)} {}

void log_sink::write(
  log_level level, std::string_view node, std::string_view part, std::string_view text,
  std::span<const log_field> fields) const {
  const auto append = format_ == log_format::json ? append_json : append_text;
  auto line = std::string{};
  line.reserve(256);
  append(line, {"time", time_text(now_())});
  append(line, {"level", std::string{to_string(level)}});
  append(line, {"node", std::string{node}});
  append(line, {"part", std::string{part}});
  append(line, {"msg", std::string{text}});
  for (const auto& x : fields)
    append(line, x);
  if (format_ == log_format::json)
    line += '}';
  write_(line);
}

} // namespace troupe
