#include "apps/mall/sale_book.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

namespace troupe::mall {

namespace {

constexpr auto result_words = std::array{"acknowledged", "refused", "unknown"};

std::optional<attempt_result> result_of(const std::string& word) {
  auto found = std::ranges::find(result_words, word);
  if (found == result_words.end())
    return std::nullopt;
  return static_cast<attempt_result>(found - result_words.begin());
}

/// Reads a line's words into `out`; false when it is neither an item nor an attempt.
bool read_line(const std::string& line, journal& out) {
  auto in = std::istringstream{line};
  auto kind = std::string{};
  auto item = std::string{};
  auto extra = std::string{};
  if (!(in >> kind >> item))
    return false;
  if (kind == "item") {
    auto count = std::uint64_t{};
    return (in >> count) && !(in >> extra) && out.stocked.emplace(item, count).second;
  }
  auto x = attempt{.item = item, .name = {}, .what = {}, .result = {}};
  auto word = std::string{};
  if (
    kind != "order" || !(in >> x.name >> x.what.quantity >> x.what.buyer >> word)
    || (in >> extra))
    return false;
  auto result = result_of(word);
  if (!result)
    return false;
  x.result = *result;
  out.attempts.push_back(std::move(x));
  return true;
}

} // namespace

std::string print(const journal& x) {
  auto out = std::ostringstream{};
  for (const auto& [item, count] : x.stocked)
    out << "item " << item << ' ' << count << '\n';
  for (const auto& a : x.attempts)
    out << "order " << a.item << ' ' << a.name << ' ' << a.what.quantity << ' '
        << a.what.buyer << ' ' << result_words.at(static_cast<std::size_t>(a.result))
        << '\n';
  return out.str();
}

std::optional<journal> parse_journal(std::string_view text) {
  auto result = journal{};
  auto in = std::istringstream{std::string{text}};
  for (auto line = std::string{}; std::getline(in, line);)
    if (!read_line(line, result))
      return std::nullopt;
  return result;
}

expected<findings>
read_at_rest(const journal& x, const std::function<expected<findings>()>& read) {
  auto may_change = std::ranges::any_of(
    x.attempts, [](const auto& a) { return a.result == attempt_result::unknown; });
  auto before = std::optional<findings>{};
  auto why = fail(
    ec::busy, "the books kept changing while they were read: wait until "
              "nobody sells, and check again");
  for (int i = 0; i < reading_count_max; ++i) {
    auto now = read();
    if (!now) {
      why = now.error();
      continue;
    }
    if (!may_change || before == *now)
      return now;
    before = std::move(*now);
  }
  return why;
}

verdict judge(const journal& x, const findings& found) {
  TROUPE_ASSERT(found.orders.size() == x.attempts.size());
  auto result = verdict{};
  auto ordered = std::map<std::string, std::uint64_t>{};
  for (std::size_t i = 0; i < x.attempts.size(); ++i) {
    const auto& a = x.attempts[i];
    const auto& there = found.orders[i];
    if (there)
      ordered[a.item] += there->quantity;
    if (a.result == attempt_result::acknowledged) {
      ++result.acknowledged;
      result.lost += there != a.what ? 1 : 0;
    } else if (a.result == attempt_result::refused) {
      result.ghosts += there ? 1 : 0;
    } else {
      ++result.unknown;
      result.happened += there ? 1 : 0;
    }
  }
  for (const auto& [item, count] : x.stocked) {
    auto stock = found.stocks.find(item);
    auto now = stock == found.stocks.end() ? mall::stock{} : stock->second;
    result.stocked += count;
    result.sold += now.sold;
    result.left += now.left;
    result.oversold += ordered[item] > count ? ordered[item] - count : 0;
    result.unbalanced += now.sold + now.left != count || now.sold != ordered[item];
  }
  return result;
}

} // namespace troupe::mall
