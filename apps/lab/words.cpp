#include "apps/lab/words.hpp"

namespace troupe::lab {

std::string join(const std::vector<std::string>& words, std::string_view between) {
  auto result = std::string{};
  for (const auto& word : words)
    result.append(result.empty() ? "" : between).append(word);
  return result;
}

std::vector<std::string> split(std::string_view text, char separator) {
  auto result = std::vector<std::string>{};
  while (true) {
    const auto end = text.find(separator);
    result.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return result;
    text.remove_prefix(end + 1);
  }
}

std::string shell_quoted(std::string_view word) {
  constexpr auto plain
    = std::string_view{"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                       "0123456789-_./,:=+@%"};
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos)
    return std::string{word};
  auto result = std::string{"'"};
  for (const auto x : word)
    result += x == '\'' ? std::string{"'\\''"} : std::string(1, x);
  return result + "'";
}

} // namespace troupe::lab
