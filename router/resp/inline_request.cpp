#include "router/resp/inline_request.hpp"

#include <cstddef>

namespace troupe::router {

namespace {

bool is_space(char x) {
  return x == ' ' || x == '\t' || x == '\n' || x == '\v' || x == '\f' || x == '\r';
}

int hex_digit(char x) {
  if (x >= '0' && x <= '9')
    return x - '0';
  if (x >= 'a' && x <= 'f')
    return x - 'a' + 10;
  if (x >= 'A' && x <= 'F')
    return x - 'A' + 10;
  return -1;
}

char control_for(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return letter;
  }
}

/// Reads ahead of where it writes, in the same line.
class splitter {
public:
  explicit splitter(std::span<char> line) : line_{line} {}

  bool run(std::vector<std::string_view>& arguments) {
    for (;;) {
      while (!at_end() && is_space(line_[read_]))
        ++read_;
      if (at_end())
        return true;
      auto start = written_;
      if (!argument())
        return false;
      arguments.emplace_back(line_.data() + start, written_ - start);
    }
  }

private:
  [[nodiscard]] bool at_end() const { return read_ == line_.size(); }
  [[nodiscard]] char ahead(std::size_t by) const {
    return by < line_.size() - read_ ? line_[read_ + by] : '\0';
  }

  void put(char x, std::size_t read) {
    line_[written_++] = x;
    read_ += read;
  }

  bool argument() {
    while (!at_end() && !is_space(line_[read_])) {
      auto c = line_[read_];
      if (c == '"' || c == '\'') {
        ++read_;
        // A quote that closes ends the argument.
        return c == '"' ? quoted_twice() : quoted_once();
      }
      put(c, 1);
    }
    return true;
  }

  bool closed() {
    ++read_;
    return at_end() || is_space(line_[read_]);
  }

  bool quoted_twice() {
    while (!at_end()) {
      auto c = line_[read_];
      auto high = hex_digit(ahead(2));
      auto low = hex_digit(ahead(3));
      if (c == '\\' && ahead(1) == 'x' && high >= 0 && low >= 0)
        put(static_cast<char>(high * 16 + low), 4);
      else if (c == '\\' && line_.size() - read_ > 1)
        put(control_for(ahead(1)), 2);
      else if (c == '"')
        return closed();
      else
        put(c, 1);
    }
    return false;
  }

  bool quoted_once() {
    while (!at_end()) {
      auto c = line_[read_];
      if (c == '\\' && ahead(1) == '\'')
        put('\'', 2);
      else if (c == '\'')
        return closed();
      else
        put(c, 1);
    }
    return false;
  }

  std::span<char> line_;
  std::size_t read_ = 0;
  std::size_t written_ = 0; // Never past `read_`.
};

} // namespace

bool split_inline(std::span<char> line, std::vector<std::string_view>& arguments) {
  return splitter{line}.run(arguments);
}

} // namespace troupe::router
