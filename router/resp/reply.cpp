#include "router/resp/reply.hpp"

#include <array>
#include <charconv>

namespace troupe::router {

namespace {

constexpr std::string_view line_end = "\r\n";

void put_number_line(std::string& out, char kind, std::int64_t number) {
  auto digits = std::array<char, 20>{}; // As many as the least has, with its sign.
  auto* end = digits.data() + digits.size();
  auto written = std::to_chars(digits.data(), end, number);
  out += kind;
  out.append(digits.data(), written.ptr);
  out += line_end;
}

void put_line(std::string& out, char kind, std::string_view text) {
  out += kind;
  for (auto c : text)
    out += c == '\r' || c == '\n' ? ' ' : c;
  out += line_end;
}

} // namespace

void put_simple(std::string& out, std::string_view text) { put_line(out, '+', text); }

void put_error(std::string& out, std::string_view text) { put_line(out, '-', text); }

void put_integer(std::string& out, std::int64_t number) {
  put_number_line(out, ':', number);
}

void put_bulk(std::string& out, std::string_view bytes) {
  put_number_line(out, '$', static_cast<std::int64_t>(bytes.size()));
  out += bytes;
  out += line_end;
}

void put_nil(std::string& out) { out += "$-1\r\n"; }

void put_array(std::string& out, std::size_t count) {
  put_number_line(out, '*', static_cast<std::int64_t>(count));
}

std::string simple_reply(std::string_view text) {
  auto result = std::string{};
  put_simple(result, text);
  return result;
}

std::string error_reply(std::string_view text) {
  auto result = std::string{};
  put_error(result, text);
  return result;
}

std::string integer_reply(std::int64_t number) {
  auto result = std::string{};
  put_integer(result, number);
  return result;
}

std::string bulk_reply(std::string_view bytes) {
  auto result = std::string{};
  result.reserve(bytes.size() + 32);
  put_bulk(result, bytes);
  return result;
}

std::string nil_reply() { return "$-1\r\n"; }

} // namespace troupe::router
