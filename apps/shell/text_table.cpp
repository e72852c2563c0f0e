#include "apps/shell/text_table.hpp"

#include "actors/base/assert.hpp"
#include "apps/shell/readable.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace troupe::apps::shell {

namespace {

constexpr auto bold = std::string_view{"\x1b[1m"};
constexpr auto reset = std::string_view{"\x1b[0m"};

std::string_view escape_of(tone x) {
  switch (x) {
    case tone::plain:
      return "";
    case tone::good:
      return "\x1b[32m";
    case tone::warning:
      return "\x1b[33m";
    case tone::bad:
      return "\x1b[31m";
    case tone::faint:
      return "\x1b[2m";
  }
  return "";
}

class table_printer {
public:
  table_printer(const text_table& table, bool coloured)
      : table_{table}, coloured_{coloured}, widths_(table.columns.size()) {
    for (const auto& row : table.rows) {
      TROUPE_ASSERT(row.size() == widths_.size());
      for (std::size_t i = 0; i < row.size(); ++i)
        widths_[i] = std::max(widths_[i], width_of(printable(row[i].text)));
    }
    for (std::size_t i = 0; i < widths_.size(); ++i)
      if (widths_[i] > 0)
        widths_[i] = std::max(widths_[i], width_of(table.columns[i].heading));
  }

  std::string print() {
    const auto has_heading = [](const table_column& x) { return !x.heading.empty(); };
    if (std::any_of(table_.columns.begin(), table_.columns.end(), has_heading))
      print_headings();
    for (const auto& row : table_.rows) {
      for (std::size_t i = 0; i < row.size(); ++i)
        put(i, printable(row[i].text), escape_of(row[i].meaning));
      end_line();
    }
    return std::move(result_);
  }

private:
  void print_headings() {
    for (std::size_t i = 0; i < widths_.size(); ++i)
      put(i, table_.columns[i].heading, bold);
    end_line();
  }

  void put(std::size_t column, const std::string& text, std::string_view escape) {
    constexpr auto gap = std::size_t{2};
    if (widths_[column] == 0)
      return;
    const auto padding = widths_[column] - width_of(text);
    // What is owed to the left is paid when a text follows, so that no line ends blank.
    if (table_.columns[column].right_aligned)
      owed_ += padding;
    if (!text.empty()) {
      result_.append(owed_, ' ');
      owed_ = 0;
      const auto escaped = coloured_ && !escape.empty();
      result_.append(escaped ? escape : "").append(text).append(escaped ? reset : "");
    }
    owed_ += gap + (table_.columns[column].right_aligned ? 0 : padding);
  }

  void end_line() {
    result_ += '\n';
    owed_ = 0;
  }

  const text_table& table_;
  bool coloured_;
  std::vector<std::size_t> widths_; // 0: the column is left out.
  std::size_t owed_ = 0;
  std::string result_;
};

} // namespace

std::string render_table(const text_table& table, bool coloured) {
  if (table.rows.empty())
    return table.when_empty.empty() ? "" : printable(table.when_empty) + "\n";
  return table_printer{table, coloured}.print();
}

std::string in_columns(const std::vector<std::string>& words, std::size_t width) {
  constexpr auto gap = std::size_t{2};
  auto widest = std::size_t{0};
  for (const auto& word : words)
    widest = std::max(widest, width_of(word));
  const auto across = std::max((width + gap) / (widest + gap), std::size_t{1});
  const auto lines = (words.size() + across - 1) / across;
  auto result = std::string{};
  for (std::size_t line = 0; line < lines; ++line)
    for (auto i = line; i < words.size(); i += lines) {
      const auto last = i + lines >= words.size();
      result += words[i];
      result += last ? "\n" : std::string(widest + gap - width_of(words[i]), ' ');
    }
  return result;
}

} // namespace troupe::apps::shell
