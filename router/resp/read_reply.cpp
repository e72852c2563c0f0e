#include "router/resp/read_reply.hpp"

#include <charconv>
#include <system_error>
#include <utility>

namespace troupe::router {

namespace {

/// Takes a line, which must end in CR LF, off `rest`.
std::optional<std::string_view> take_line(std::string_view& rest) {
  auto end = rest.find("\r\n");
  if (end == std::string_view::npos || end == 0)
    return std::nullopt;
  auto result = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return result;
}

std::optional<std::int64_t> number_in(std::string_view text) {
  auto result = std::int64_t{};
  auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), result);
  if (trouble != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return result;
}

std::optional<resp_scalar> take_bulk(std::string_view& rest, std::int64_t size) {
  if (size == -1)
    return resp_scalar{};
  if (size < 0 || rest.size() < 2 || rest.size() - 2 < static_cast<std::size_t>(size))
    return std::nullopt;
  auto length = static_cast<std::size_t>(size);
  if (rest.substr(length, 2) != "\r\n")
    return std::nullopt;
  auto result = resp_scalar{std::string{rest.substr(0, length)}};
  rest.remove_prefix(length + 2);
  return result;
}

/// The scalar that `line` begins.
std::optional<resp_scalar> take_scalar(std::string_view line, std::string_view& rest) {
  auto text = line.substr(1);
  if (line.front() == '+')
    return resp_scalar{std::string{text}};
  if (line.front() == '-')
    return resp_scalar{resp_error{std::string{text}}};
  auto number = number_in(text);
  if (!number)
    return std::nullopt;
  if (line.front() == ':')
    return resp_scalar{*number};
  return line.front() == '$' ? take_bulk(rest, *number) : std::nullopt;
}

std::optional<resp_value> take_array(std::string_view& rest, std::int64_t size) {
  auto result = resp_array{};
  for (std::int64_t i = 0; i < size; ++i) {
    auto line = take_line(rest);
    auto element = line ? take_scalar(*line, rest) : std::nullopt;
    if (!element)
      return std::nullopt;
    result.push_back(std::move(*element));
  }
  return resp_value{std::move(result)};
}

} // namespace

std::optional<resp_value> read_reply(std::string_view bytes) {
  auto rest = bytes;
  auto line = take_line(rest);
  if (!line)
    return std::nullopt;
  auto result = std::optional<resp_value>{};
  if (line->front() == '*') {
    auto size = number_in(line->substr(1));
    if (!size || *size < 0)
      return std::nullopt;
    result = take_array(rest, *size);
  } else if (auto scalar = take_scalar(*line, rest)) {
    result = std::move(*scalar);
  }
  return rest.empty() ? result : std::nullopt;
}

} // namespace troupe::router
