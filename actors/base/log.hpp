/// Log lines: a constant sentence, then keys and values.
///
///     log.info("peer suspected", "peer", id, "silence_ms", silence);
///
/// `error` is for what a person must act on, `warn` for the handled but odd, `info` for
/// state changes of the cluster, `debug` for decisions, `trace` for messages. A call
/// whose level is off costs one load and a branch. Thread-safe.
///
/// Each line is one of
///
///     time=2024-01-01T00:00:00.000000Z level=info node=n1 part=cluster
///       msg="peer suspected" peer=n2 silence_ms=2000
///     {"time":"...","level":"info","node":"n1","part":"cluster","msg":"...","peer":"n2"}
///
/// without the break. A value with blanks, quotes, `=`, control or non-ASCII characters
/// is quoted and escaped as in JSON; bytes that are not UTF-8 become U+FFFD.
#pragma once

#include "actors/base/config.hpp"
#include "actors/base/error.hpp"
#include "actors/base/time.hpp"

#include <array>
#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace troupe {

enum class log_level : std::uint8_t { trace, debug, info, warn, error, off };
enum class log_format : std::uint8_t { text, json };

[[nodiscard]] std::string_view to_string(log_level x);

/// Read the names that people write: "info", "json". Return false, and leave `result`
/// alone, on anything else.
[[nodiscard]] bool parse(std::string_view text, log_level& result);
[[nodiscard]] bool parse(std::string_view text, log_format& result);

struct log_config {
  /// Lines below are not written. Lower shows more and costs more.
  log_level level = log_level::info;
  log_format format = log_format::text;
  /// Appended to; empty is stderr.
  std::string file{};
};

/// A key and its value, rendered.
struct log_field {
  std::string_view key;
  std::string value;
  bool bare = false; ///< A number or truth value: JSON shows it without quotes.
};

/// Where a process's lines go. It outlives every logger that writes to it.
class log_sink {
public:
  using write_function = std::function<void(std::string_view line)>;
  using now_function = std::function<wall_point()>;

  /// Writes to the file or stderr. Fails with ec::system when the file cannot be opened.
  [[nodiscard]] static expected<std::unique_ptr<log_sink>> open(const log_config& config);

  /// Hands each line, without its end, to `write`, which must be thread-safe if the
  /// loggers are on several threads. For tests and simulation, whose time is virtual.
  log_sink(const log_config& config, now_function now, write_function write);

  [[nodiscard]] bool enabled(log_level level) const noexcept {
    return level >= level_.load(std::memory_order_relaxed);
  }

  /// Takes effect at once, on every thread.
  void set_level(log_level level) noexcept {
    level_.store(level, std::memory_order_relaxed);
  }

  void write(
    log_level level, std::string_view node, std::string_view part, std::string_view text,
    std::span<const log_field> fields) const;

private:
  std::atomic<log_level> level_;
  log_format format_;
  now_function now_;
  write_function write_;
};

/// A sentence known when the program is compiled. What varies belongs into values, so
/// that lines can be searched for.
class log_text {
public:
  consteval log_text(const char* text) : text_{text} {}
  [[nodiscard]] constexpr std::string_view view() const noexcept { return text_; }

private:
  std::string_view text_;
};

namespace detail {

template <class T>
log_field make_field(std::string_view key, const T& x) {
  if constexpr (std::same_as<T, bool>)
    return {key, x ? "true" : "false", true};
  else if constexpr (std::same_as<T, char>)
    return {key, std::string(1, x)};
  else if constexpr (std::integral<T> || std::floating_point<T>)
    return {key, value_text(x), true};
  else if constexpr (std::convertible_to<const T&, std::string_view>)
    return {key, std::string{std::string_view{x}}};
  else if constexpr (std::convertible_to<const T&, duration>)
    return {key, to_text(duration{x})};
  else if constexpr (std::same_as<T, byte_size>)
    return {key, to_text(x)};
  else if constexpr (std::same_as<T, error>)
    return {key, render(x)};
  else
    return {key, std::string{to_string(x)}};
}

} // namespace detail

/// Writes the lines of one part of one node. Cheap to copy about; one made by default
/// writes nothing.
class logger {
public:
  logger() = default;

  /// @pre `sink` outlives the logger.
  logger(const log_sink* sink, std::string node, std::string part)
      : sink_{sink}, node_{std::move(node)}, part_{std::move(part)} {}

  /// The same node's logger for another part.
  [[nodiscard]] logger of(std::string part) const {
    return {sink_, node_, std::move(part)};
  }

  [[nodiscard]] bool enabled(log_level level) const noexcept {
    return sink_ != nullptr && sink_->enabled(level);
  }

  template <class... Ts>
  void trace(log_text text, const Ts&... keys_and_values) const {
    log(log_level::trace, text, keys_and_values...);
  }

  template <class... Ts>
  void debug(log_text text, const Ts&... keys_and_values) const {
    log(log_level::debug, text, keys_and_values...);
  }

  template <class... Ts>
  void info(log_text text, const Ts&... keys_and_values) const {
    log(log_level::info, text, keys_and_values...);
  }

  template <class... Ts>
  void warn(log_text text, const Ts&... keys_and_values) const {
    log(log_level::warn, text, keys_and_values...);
  }

  template <class... Ts>
  void error(log_text text, const Ts&... keys_and_values) const {
    log(log_level::error, text, keys_and_values...);
  }

private:
  template <class... Ts>
  void log(log_level level, log_text text, const Ts&... keys_and_values) const {
    static_assert(sizeof...(Ts) % 2 == 0, "a key without a value");
    if (enabled(level))
      write(
        level, text, std::make_index_sequence<sizeof...(Ts) / 2>{},
        std::tie(keys_and_values...));
  }

  template <std::size_t... Is, class Tuple>
  void write(
    log_level level, log_text text, std::index_sequence<Is...>,
    const Tuple& pairs) const {
    const auto fields = std::array<log_field, sizeof...(Is)>{
      detail::make_field(std::get<2 * Is>(pairs), std::get<2 * Is + 1>(pairs))...};
    sink_->write(level, node_, part_, text.view(), fields);
  }

  const log_sink* sink_ = nullptr;
  std::string node_;
  std::string part_;
};

} // namespace troupe
