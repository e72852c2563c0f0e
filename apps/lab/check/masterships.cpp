#include "apps/lab/check/masterships.hpp"

#include <charconv>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>

namespace troupe::lab {

namespace {

/// The value of `key` in a line of a log in text form; empty when it has none. Values
/// with blanks are quoted; these are read up to the quote's end.
std::string_view value_of(std::string_view line, std::string_view key) {
  const auto start = " " + std::string{key} + "=";
  const auto found = line.find(start);
  if (found == std::string_view::npos)
    return {};
  line.remove_prefix(found + start.size());
  if (line.starts_with('"'))
    return line.substr(1, line.find('"', 1) - 1);
  return line.substr(0, line.find(' '));
}

std::uint64_t number_of(std::string_view text) {
  auto result = std::uint64_t{0};
  static_cast<void>(std::from_chars(text.data(), text.data() + text.size(), result));
  return result;
}

/// "time=2026-11-28T17:19:13.000000Z ..." since 1970.
std::optional<duration> time_of(std::string_view line) {
  constexpr auto form = std::string_view{"time=YYYY-MM-DDTHH:MM:SS.mmmmmm"};
  if (!line.starts_with("time=") || line.size() < form.size())
    return std::nullopt;
  const auto part = [line](std::size_t at, std::size_t size) {
    return static_cast<unsigned>(number_of(line.substr(at, size)));
  };
  const auto day = std::chrono::year{static_cast<int>(part(5, 4))}
                   / std::chrono::month{part(10, 2)} / std::chrono::day{part(13, 2)};
  if (!day.ok())
    return std::nullopt;
  return std::chrono::sys_days{day}.time_since_epoch() + std::chrono::hours{part(16, 2)}
         + std::chrono::minutes{part(19, 2)} + std::chrono::seconds{part(22, 2)}
         + std::chrono::microseconds{part(25, 6)};
}

class log_reader {
public:
  explicit log_reader(std::string node) : node_{std::move(node)} {}

  void take(std::string_view line) {
    const auto when = time_of(line);
    if (!when)
      return;
    const auto message = value_of(line, "msg");
    const auto shard = number_of(value_of(line, "shard"));
    if (message == "master")
      begin(shard, number_of(value_of(line, "epoch")), *when);
    else if (message == "master no more")
      end(shard, *when);
    else if (message == "listening")
      end_all(*when);
  }

  std::vector<mastership> result() { return std::move(result_); }

private:
  void begin(std::uint64_t shard, std::uint64_t epoch, duration when) {
    end(shard, when);
    held_[shard] = result_.size();
    result_.push_back({shard, epoch, node_, when, std::nullopt});
  }

  void end(std::uint64_t shard, duration when) {
    if (const auto place = held_.find(shard); place != held_.end()) {
      result_[place->second].until = when;
      held_.erase(place);
    }
  }

  void end_all(duration when) {
    for (const auto& [shard, place] : held_)
      result_[place].until = when;
    held_.clear();
  }

  std::string node_;
  std::map<std::uint64_t, std::size_t> held_; // Places in the result, by shard.
  std::vector<mastership> result_;
};

} // namespace

std::vector<mastership> masterships_in(const std::string& log, const std::string& node) {
  auto reader = log_reader{node};
  auto lines = std::istringstream{log};
  for (auto line = std::string{}; std::getline(lines, line);)
    reader.take(line);
  return reader.result();
}

violations check_masterships(const std::vector<mastership>& all) {
  auto result = violations{};
  auto first = std::map<std::pair<std::uint64_t, std::uint64_t>, std::string>{};
  for (const auto& x : all) {
    const auto& other = first.emplace(std::pair{x.shard, x.epoch}, x.node).first->second;
    if (other != x.node)
      result.push_back(
        {property::one_master,
         other + " and " + x.node + " were both master of shard "
           + std::to_string(x.shard) + " in epoch " + std::to_string(x.epoch),
         {},
         {}});
  }
  return result;
}

} // namespace troupe::lab
