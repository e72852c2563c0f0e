// The check of a sale (sale.hpp): everything is read back, through one node.
#include "apps/mall/mall_client.hpp"
#include "apps/mall/sale.hpp"
#include "apps/mall/sale_book.hpp"
#include "apps/system_error.hpp"

#include <cerrno>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <mutex>
#include <optional>
#include <utility>

namespace troupe::mall {

namespace {

void print(const verdict& x, std::ostream& out) {
  out << "stocked " << x.stocked << " = sold " << x.sold << " + left " << x.left << "; "
      << x.acknowledged << " acknowledged orders read back, of " << x.unknown
      << " without an answer " << x.happened << " had happened\n";
  if (x.ghosts > 0)
    out << "refused orders that exist: " << x.ghosts << '\n';
  if (x.unbalanced > 0)
    out << "items whose books do not balance: " << x.unbalanced << '\n';
  out << "oversold " << x.oversold << "\nlost " << x.lost << '\n';
}

/// Reads back what the journal names, with many questions under way.
class reader {
public:
  explicit reader(const journal& book) : book_{book} {
    found_.orders.resize(book.attempts.size());
  }

  expected<findings> read(mall_client& client) {
    for (const auto& [item, count] : book_.stocked)
      ask([&, item = item](auto done) {
        client.stock(item, std::nullopt, [this, item, done](const auto& x) {
          auto guard = std::lock_guard{mutex_};
          if (x && *x)
            found_.stocks[item] = **x;
          done(x ? error{} : x.error());
        });
      });
    for (std::size_t i = 0; i < book_.attempts.size(); ++i)
      ask([&, i](auto done) {
        const auto& x = book_.attempts[i];
        client.find_order(x.item, x.name, [this, i, done](const auto& order) {
          auto guard = std::lock_guard{mutex_};
          if (order)
            found_.orders[i] = *order;
          done(order ? error{} : order.error());
        });
      });
    auto lock = std::unique_lock{mutex_};
    ended_.wait(lock, [this] { return under_way_ == 0; });
    if (trouble_)
      return trouble_;
    return std::move(found_);
  }

private:
  /// Begins `question` when there is room for it. Each ends by the client's deadline.
  template <class Question>
  void ask(Question question) {
    constexpr auto under_way_max = std::size_t{256};
    {
      auto lock = std::unique_lock{mutex_};
      ended_.wait(lock, [this] { return under_way_ < under_way_max; });
      ++under_way_;
    }
    // Called with the mutex held.
    question([this](const error& why) {
      if (why)
        trouble_ = why;
      --under_way_;
      ended_.notify_one();
    });
  }

  const journal& book_;
  findings found_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t under_way_ = 0;
  error trouble_;
};

} // namespace

expected<int> run_check(const check_options& options) {
  auto file = std::ifstream{options.journal, std::ios::binary};
  auto text = std::string{std::istreambuf_iterator<char>{file}, {}};
  if (!file.good() && !file.eof())
    return apps::system_error("cannot read the journal " + options.journal, errno);
  auto book = parse_journal(text);
  if (!book || book->stocked.empty())
    return fail(
      ec::invalid_argument, options.journal
                              + " is no journal of a sale; name one with "
                                "--journal");
  auto client = mall_client{};
  if (auto why = client.connect(to_string(options.connect)))
    return why;
  auto found = read_at_rest(*book, [&] { return reader{*book}.read(client); });
  if (!found)
    return found.error();
  std::cout << "checked by a fresh process through " << client.node_name() << ":\n";
  auto result = judge(*book, *found);
  print(result, std::cout);
  return result.good() ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace troupe::mall
