#include "apps/lab/check/history_file.hpp"

#include "apps/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace troupe::lab {

namespace {

using json = nlohmann::ordered_json;
using identity = std::pair<std::size_t, std::uint64_t>;

recorded_operation read_invocation(const json& line) {
  auto result = recorded_operation{};
  line.at("client").get_to(result.client);
  line.at("request").get_to(result.request);
  line.at("key").get_to(result.key);
  line.at("argument").get_to(result.argument);
  line.at("node").get_to(result.node);
  result.readonly = line.value("readonly", false);
  result.invoked = duration{line.at("invoked").get<duration::rep>()};
  const auto call = parse_call(line.at("call").get<std::string>());
  if (!call)
    throw std::invalid_argument{"unknown call " + line.at("call").dump()};
  result.call = *call;
  return result;
}

void read_return(const json& line, recorded_operation& result) {
  const auto outcome = parse_outcome(line.at("outcome").get<std::string>());
  if (!outcome)
    throw std::invalid_argument{"unknown outcome " + line.at("outcome").dump()};
  result.outcome = *outcome;
  result.returned = duration{line.at("returned").get<duration::rep>()};
  if (const auto value = line.find("value"); value != line.end())
    result.value = value->get<std::string>();
}

/// Joins the two lines of each operation.
class reader {
public:
  void take(const std::string& text) {
    const auto line = json::parse(text);
    const auto who = identity{
      line.at("client").get<std::size_t>(), line.at("request").get<std::uint64_t>()};
    if (line.contains("invoked")) {
      if (!places_.emplace(who, result_.size()).second)
        throw std::invalid_argument{"the client has invoked that request before"};
      result_.push_back(read_invocation(line));
      return;
    }
    const auto place = places_.find(who);
    if (place == places_.end())
      throw std::invalid_argument{"returns what was not invoked"};
    read_return(line, result_[place->second]);
  }

  history end() { return std::move(result_); }

private:
  history result_;
  std::map<identity, std::size_t> places_;
};

} // namespace

history_file::~history_file() {
  if (descriptor_ >= 0)
    static_cast<void>(::close(descriptor_)); // Each write has been checked.
}

expected<history_file> history_file::create(const std::string& path) {
  const auto descriptor
    = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0640);
  if (descriptor < 0)
    return apps::system_error("open " + path, errno);
  return history_file{path, descriptor};
}

error history_file::invoked(const recorded_operation& x) const {
  auto line = json{{"client", x.client},          {"request", x.request},
                   {"call", to_string(x.call)},   {"key", x.key},
                   {"argument", x.argument},      {"node", x.node},
                   {"invoked", x.invoked.count()}};
  if (x.readonly)
    line["readonly"] = true;
  return write(line.dump());
}

error history_file::returned(const recorded_operation& x) const {
  auto line = json{
    {"client", x.client},
    {"request", x.request},
    {"returned", x.returned.value_or(x.invoked).count()},
    {"outcome", to_string(x.outcome)}};
  if (x.value)
    line["value"] = *x.value;
  // A damaged value must still be told of; it will match nothing that was written.
  return write(line.dump(-1, ' ', false, json::error_handler_t::replace));
}

error history_file::write(const std::string& line) const {
  const auto text = line + "\n";
  // One call: what a kill cuts short is at most the file's last line.
  const auto count = ::write(descriptor_, text.data(), text.size());
  if (count == static_cast<ssize_t>(text.size()))
    return {};
  return apps::system_error("write " + path_, count < 0 ? errno : ENOSPC);
}

expected<history> read_history_file(const std::string& path) {
  auto file = std::ifstream{path, std::ios::binary};
  if (!file)
    return fail(ec::not_found, "cannot read the history " + path);
  auto result = reader{};
  auto text = std::string{};
  for (auto number = 1; std::getline(file, text) && !file.eof(); ++number) {
    try {
      result.take(text);
    } catch (const std::exception& x) {
      return fail(ec::corrupt, path + ":" + std::to_string(number) + ": " + x.what());
    }
  }
  if (file.bad())
    return fail(ec::system, "cannot read the history " + path);
  return result.end();
}

expected<history> read_histories(const std::string& directory) {
  auto paths = std::vector<std::string>{};
  auto problem = std::error_code{};
  auto i = std::filesystem::directory_iterator{directory, problem};
  for (; !problem && i != std::filesystem::directory_iterator{}; i.increment(problem))
    if (i->path().extension() == ".jsonl")
      paths.push_back(i->path().string());
  if (problem)
    return fail(ec::system, "cannot list " + directory + ": " + problem.message());
  std::ranges::sort(paths);
  auto result = history{};
  for (const auto& path : paths) {
    auto one = read_history_file(path);
    if (!one)
      return one.error();
    result.insert(result.end(), one->begin(), one->end());
  }
  std::ranges::stable_sort(result, {}, &recorded_operation::invoked);
  return result;
}

} // namespace troupe::lab
