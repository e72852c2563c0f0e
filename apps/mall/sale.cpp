#include "apps/mall/sale.hpp"

#include "actors/base/config.hpp"
#include "apps/local/up.hpp"
#include "apps/mall/mall_client.hpp"
#include "apps/mall/sale_floor.hpp"
#include "apps/mall/sale_watch.hpp"
#include "apps/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>
#include <utility>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::mall {

namespace {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

// After the doors close: answers that are still under way.
constexpr auto last_answers = 20s;
constexpr auto tick = 20ms;
constexpr auto line_interval = 500ms;
constexpr auto stocking_deadline = 20s;
constexpr auto plenty = std::uint64_t{1'000};

time_point now() { return time_point{clock_type::now().time_since_epoch()}; }

std::string milliseconds(duration x) {
  auto out = std::ostringstream{};
  out << std::fixed << std::setprecision(1)
      << static_cast<double>(
           std::chrono::duration_cast<std::chrono::microseconds>(x).count())
           / 1'000.0
      << " ms";
  return out.str();
}

duration quantile(std::vector<duration> xs, double share) {
  if (xs.empty())
    return {};
  auto nth = static_cast<std::size_t>(share * static_cast<double>(xs.size() - 1));
  std::ranges::nth_element(xs, xs.begin() + static_cast<std::ptrdiff_t>(nth));
  return xs[nth];
}

/// Answers from the client's threads, for the thread of the sale.
template <class T>
class answer_queue {
public:
  void push(T x) {
    auto guard = std::lock_guard{mutex_};
    answers_.push_back(std::move(x));
    arrived_.notify_one();
  }

  /// What has come; waits for `patience` when there is nothing.
  std::deque<T> take(duration patience) {
    auto lock = std::unique_lock{mutex_};
    arrived_.wait_for(lock, patience, [this] { return !answers_.empty(); });
    return std::exchange(answers_, {});
  }

private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<T> answers_;
};

bool node_is_gone(const error& why) {
  return why == ec::link_lost || why == ec::unreachable || why == ec::stopping;
}

/// The sale itself: one thread that asks and listens.
class sale {
public:
  explicit sale(sale_options options) : options_{std::move(options)} {}

  error open() {
    if (auto why = client_.connect(to_string(options_.connect)))
      return why;
    return stock_all();
  }

  void hold() {
    auto watch = sale_watch{client_.nodes()};
    floor_.emplace(stocked_, options_.buyer_count, random_source{options_.seed}, now());
    auto begin = now();
    auto end = begin + std::chrono::seconds{options_.length_seconds};
    while (now() < end && !(floor_->sold_out() && floor_->under_way_count() == 0)) {
      ask_all();
      listen(tick);
      show(watch, begin);
    }
    took_ = now() - begin;
    auto patience = now() + last_answers;
    while (floor_->under_way_count() > 0 && now() < patience)
      listen(tick);
    if (on_terminal_)
      std::cout << "\r\x1b[K";
  }

  [[nodiscard]] journal close() { return floor_->close(); }

  /// A node that answers, another one than the last orders went through, unless that is
  /// alone.
  [[nodiscard]] std::string other_node() const {
    for (const auto& address : client_.nodes())
      if (auto probe = mall_client{}; !probe.connect(address))
        return address;
    return client_.nodes().back();
  }

  void report(std::ostream& out) const {
    const auto& x = floor_->totals();
    auto seconds = std::chrono::duration<double>{took_}.count();
    out << x.orders << " orders in " << std::fixed << std::setprecision(1) << seconds
        << " s, " << static_cast<std::uint64_t>(static_cast<double>(x.orders) / seconds)
        << " orders per second; " << x.refused << " refused (sold out), " << x.retries
        << " asked again after an error\n"
        << "a buyer waited " << milliseconds(quantile(floor_->waits(), 0.5)) << " (p50), "
        << milliseconds(quantile(floor_->waits(), 0.99)) << " (p99), "
        << milliseconds(x.longest_wait)
        << " (longest); the longest time without an order " << milliseconds(x.longest_gap)
        << '\n';
  }

private:
  using answer = std::pair<std::size_t, expected<reservation>>;

  error stock_all() {
    for (std::uint32_t i = 1; i <= options_.item_count; ++i)
      stocked_["s" + std::to_string(options_.seed) + "-" + std::to_string(i)]
        = options_.scarce_count * (i % 2 == 0 ? 1 : plenty);
    // Shared: an answer may come when nobody waits for it any more.
    auto answers = std::make_shared<stock_answers>();
    for (const auto& [item, count] : stocked_)
      stock(item, answers);
    auto missing = stocked_.size();
    auto result = error{};
    for (auto end = now() + stocking_deadline; missing > 0 && now() < end;)
      for (const auto& [item, x] : answers->take(tick)) {
        if (x && *x && **x == mall::stock{stocked_[item], 0}) {
          --missing;
        } else if (x) {
          return fail(
            ec::already_exists, "item " + item
                                  + " was on sale before; hold this sale with another "
                                    "--seed");
        } else {
          // A shard between two masters; an item is put on sale once however often.
          result = x.error();
          stock(item, answers);
        }
      }
    if (missing > 0 && !result)
      result = fail(ec::deadline_exceeded, "the items could not be put on sale in time");
    return missing > 0 ? result : error{};
  }

  using stock_answers
    = answer_queue<std::pair<std::string, expected<std::optional<mall::stock>>>>;

  void stock(const std::string& item, const std::shared_ptr<stock_answers>& answers) {
    client_.stock(item, stocked_.at(item), [answers, item](auto x) {
      answers->push({item, std::move(x)});
    });
  }

  void ask_all() {
    for (auto& x : floor_->next_asks(now()))
      client_.reserve(x.item, x.name, x.what, [this, buyer = x.buyer](auto result) {
        answers_.push({buyer, std::move(result)});
      });
  }

  void listen(duration patience) {
    auto gone = false;
    for (auto& [buyer, result] : answers_.take(patience)) {
      gone = gone || (!result && node_is_gone(result.error()));
      floor_->answered(buyer, result, now());
    }
    if (gone)
      static_cast<void>(client_.reconnect()); // The next failure tries again.
  }

  void show(const sale_watch& watch, time_point begin) {
    if (!on_terminal_ || now() < next_line_)
      return;
    next_line_ = now() + line_interval;
    const auto& x = floor_->totals();
    auto rate = 2 * (x.orders - std::exchange(shown_orders_, x.orders));
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now() - begin);
    std::cout << "\r\x1b[K" << seconds.count() << " s  " << rate << " orders/s  p99 "
              << milliseconds(quantile(floor_->waits(), 0.99)) << "  " << watch.seen()
              << std::flush;
  }

  sale_options options_;
  std::map<std::string, std::uint64_t> stocked_;
  answer_queue<answer> answers_;
  std::optional<sale_floor> floor_;
  duration took_{};
  bool on_terminal_ = isatty(STDOUT_FILENO) == 1;
  time_point next_line_;
  std::uint64_t shown_orders_ = 0;
  mall_client client_; // Last: its threads use the others.
};

expected<int> run_fresh(const std::vector<std::string>& arguments) {
  auto program = apps::own_program();
  if (!program)
    return program.error();
  auto words = std::vector<char*>{program->data()};
  auto copies = arguments;
  for (auto& x : copies)
    words.push_back(x.data());
  words.push_back(nullptr);
  auto child = pid_t{};
  std::cout.flush();
  if (auto code
      = ::posix_spawn(&child, program->c_str(), nullptr, nullptr, words.data(), environ);
      code != 0)
    return apps::system_error("cannot run " + *program, code);
  auto status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return apps::system_error("cannot wait for " + *program, errno);
  return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

error write_file(const std::string& path, const std::string& text) {
  auto file = std::ofstream{path, std::ios::binary | std::ios::trunc};
  file << text;
  file.close();
  if (!file)
    return apps::system_error("cannot write the journal " + path, errno);
  return {};
}

} // namespace

expected<int> run_sale(const sale_options& given) {
  auto options = given;
  if (
    options.buyer_count == 0 || options.item_count == 0 || options.scarce_count == 0
    || options.length_seconds == 0)
    return fail(
      ec::invalid_argument,
      "--buyers, --items, --stock and --seconds must be at least 1");
  if (options.seed == 0)
    options.seed = entropy_seed() % 1'000'000'000 + 1;
  if (options.journal.empty())
    options.journal = (std::filesystem::temp_directory_path()
                       / ("mall-sale-" + std::to_string(options.seed) + ".journal"))
                        .string();
  auto sale = mall::sale{options};
  if (auto why = sale.open())
    return why;
  std::cout << options.buyer_count << " buyers, " << options.item_count << " items, "
            << options.length_seconds << " s, seed " << options.seed << std::endl;
  sale.hold();
  if (auto why = write_file(options.journal, print(sale.close())))
    return why;
  sale.report(std::cout);
  return run_fresh(
    {"check", "--connect", sale.other_node(), "--journal", options.journal});
}

} // namespace troupe::mall
