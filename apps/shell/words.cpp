#include "apps/shell/words.hpp"

#include <algorithm>

namespace troupe::apps::shell {

namespace {

constexpr bool opens(char x) { return x == '{' || x == '['; }
constexpr bool is_blank(char x) { return x == ' ' || x == '\t' || x == '\r'; }

class scanner {
public:
  explicit scanner(std::string_view line) : line_{line} {}

  scanned_line scan() {
    for (; at_ < line_.size(); ++at_)
      if (bracket_count_ > 0)
        take_json(line_[at_]);
      else if (quote_ != 0)
        take_quoted(line_[at_]);
      else
        take_plain(line_[at_]);
    if (!in_word_)
      result_.open_begin = line_.size();
    result_.unfinished = unfinished();
    return std::move(result_);
  }

private:
  [[nodiscard]] char unfinished() const {
    if (bracket_count_ > 0)
      return result_.words.back().front();
    return escaped_ ? '\\' : quote_;
  }

  /// Within brackets: `quote_` and `escaped_` are those of a JSON string.
  void take_json(char x) {
    result_.words.back() += x;
    if (escaped_)
      escaped_ = false;
    else if (quote_ != 0 && x == '\\')
      escaped_ = true;
    else if (x == '"')
      quote_ = quote_ == 0 ? x : '\0';
    else if (quote_ == 0)
      count_bracket(x);
  }

  void count_bracket(char x) {
    if (opens(x))
      ++bracket_count_;
    else if (x == '}' || x == ']')
      --bracket_count_;
  }

  void take_quoted(char x) {
    if (take_escape(x))
      return;
    if (x == quote_)
      quote_ = 0;
    else
      result_.words.back() += x;
  }

  void take_plain(char x) {
    if (!escaped_ && is_blank(x)) {
      in_word_ = false;
      return;
    }
    const auto first = begin_word();
    if (take_escape(x))
      return;
    if (first && opens(x))
      bracket_count_ = 1;
    if (x == '\'' || x == '"')
      quote_ = x;
    else
      result_.words.back() += x;
  }

  /// Whether `x` is a backslash, or what one protects.
  bool take_escape(char x) {
    if (escaped_) {
      result_.words.back() += x;
      escaped_ = false;
      return true;
    }
    escaped_ = x == '\\' && quote_ != '\'';
    return escaped_;
  }

  /// Whether a word begins here.
  bool begin_word() {
    if (in_word_)
      return false;
    in_word_ = true;
    result_.open_begin = at_;
    result_.words.emplace_back();
    return true;
  }

  std::string_view line_;
  std::size_t at_ = 0;
  bool in_word_ = false;
  bool escaped_ = false;
  char quote_ = 0;
  std::size_t bracket_count_ = 0;
  scanned_line result_;
};

} // namespace

scanned_line scan_line(std::string_view line) { return scanner{line}.scan(); }

expected<std::vector<std::string>> split_words(std::string_view line) {
  auto scanned = scan_line(line);
  if (scanned.unfinished == '\\')
    return fail(
      ec::invalid_argument, "the line ends with a backslash; write \\\\ for one as text");
  if (opens(scanned.unfinished))
    return fail(
      ec::invalid_argument, std::string{"the "} + scanned.unfinished
                              + " is not closed; write it in quotes if it is no JSON");
  if (scanned.unfinished != 0)
    return fail(
      ec::invalid_argument,
      std::string{"the quote "} + scanned.unfinished + " is not closed");
  return std::move(scanned.words);
}

std::string quote_word(std::string_view text) {
  const auto special = [](char x) {
    return is_blank(x) || x == '\'' || x == '"' || x == '\\' || x == '#';
  };
  if (
    !text.empty() && !opens(text.front())
    && std::none_of(text.begin(), text.end(), special))
    return std::string{text};
  auto result = std::string{'"'};
  for (const auto x : text) {
    if (x == '"' || x == '\\')
      result += '\\';
    result += x;
  }
  return result + '"';
}

} // namespace troupe::apps::shell
