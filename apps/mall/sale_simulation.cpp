#include "apps/mall/sale_simulation.hpp"

#include "apps/mall/inventory_wire.hpp"

#include <utility>

namespace troupe::mall {

sale_simulation::sale_simulation(lab::stage& on, sale_simulation_config config)
    : on_{&on}, config_{config}, random_{on.random().fork()} {}

void sale_simulation::call(
  const char* method, std::string json, std::function<void(expected<std::string>)> done) {
  auto request = router::call_request{};
  request.method = method;
  request.content = std::move(json);
  request.form = router::content_form::json;
  request.idempotent = true;
  ++under_way_;
  on_->call(
    inventory_service, std::move(request),
    [this, done = std::move(done)](expected<router::call_answer> x) {
      --under_way_;
      if (x) {
        done(std::move(x->content));
      } else {
        last_failure_ = on_->now();
        done(std::move(x.error()));
      }
    });
}

bool sale_simulation::idle() const {
  return under_way_ == 0 && on_->now() - last_failure_ > config_.late_max;
}

// -- the sale
// ---------------------------------------------------------------------------------

void sale_simulation::start() {
  for (std::uint32_t i = 0; i < config_.item_count; ++i)
    stocked_["item-" + std::to_string(i)]
      = i % 2 == 0 ? config_.scarce_count : config_.plenty_count;
  stocking_count_ = stocked_.size();
  for (const auto& [item, count] : stocked_)
    put_on_sale(item);
}

void sale_simulation::put_on_sale(const std::string& item) {
  stock(item, stocked_.at(item), [this, item](const auto& found) {
    if (found) {
      if (--stocking_count_ == 0)
        open_doors();
      return;
    }
    on_->after(random_.between(duration{}, config_.retry_max), [this, item] {
      if (!stopped_)
        put_on_sale(item);
    });
  });
}

void sale_simulation::open_doors() {
  floor_.emplace(stocked_, config_.buyer_count, random_.fork(), now());
  serve();
}

void sale_simulation::serve() {
  serving_ = false;
  if (stopped_)
    return;
  for (const auto& x : floor_->next_asks(now()))
    reserve(x.item, x.name, x.what, [this, x](const expected<reservation>& result) {
      on_->note("order", x.name + (result ? " answered" : " " + render(result.error())));
      floor_->answered(x.buyer, result, now());
      serve_later();
    });
}

/// Buyers think for a while, also about an error.
void sale_simulation::serve_later() {
  if (std::exchange(serving_, true))
    return;
  on_->after(random_.between(duration{}, config_.retry_max), [this] { serve(); });
}

std::uint64_t sale_simulation::acked_count() const {
  return floor_ ? floor_->totals().orders : 0;
}

// -- the check
// --------------------------------------------------------------------------------

void sale_simulation::check() {
  if (!floor_) { // Its items never came to be on sale.
    checked_ = true;
    return;
  }
  book_ = floor_->close();
  found_.orders.resize(book_.attempts.size());
  for (std::size_t i = 0; i < book_.attempts.size(); ++i)
    to_read_.emplace_back([this, i] { read_order(i); });
  for (const auto& [item, count] : book_.stocked)
    to_read_.emplace_back([this, item = item] { read_stock(item); });
  read_next();
}

/// One after the other, from the back.
void sale_simulation::read_next() {
  if (to_read_.empty()) {
    checked_ = true;
    return;
  }
  auto next = std::move(to_read_.back());
  to_read_.pop_back();
  next();
}

void sale_simulation::was_read(bool answered, const std::function<void()>& again) {
  if (answered)
    read_next();
  else
    on_->after(random_.between(duration{}, config_.retry_max), again);
}

void sale_simulation::read_stock(const std::string& item) {
  stock(item, std::nullopt, [this, item](const auto& x) {
    if (x && *x)
      found_.stocks[item] = **x;
    was_read(static_cast<bool>(x), [this, item] { read_stock(item); });
  });
}

void sale_simulation::read_order(std::size_t attempt) {
  const auto& x = book_.attempts[attempt];
  find_order(x.item, x.name, [this, attempt](const auto& order) {
    if (order)
      found_.orders[attempt] = *order;
    was_read(static_cast<bool>(order), [this, attempt] { read_order(attempt); });
  });
}

/// What each item's books say, for whoever looks for an error in them.
std::string sale_simulation::books() const {
  auto ordered = std::map<std::string, std::uint64_t>{};
  for (std::size_t i = 0; i < book_.attempts.size(); ++i)
    if (const auto& there = found_.orders[i])
      ordered[book_.attempts[i].item] += there->quantity;
  auto result = std::string{};
  for (const auto& [item, now] : found_.stocks)
    result += "\n  " + item + ": stocked " + std::to_string(book_.stocked.at(item))
              + ", left " + std::to_string(now.left) + ", sold "
              + std::to_string(now.sold) + ", in orders " + std::to_string(ordered[item]);
  return result;
}

std::vector<std::string> sale_simulation::violations() const {
  auto result = std::vector<std::string>{};
  if (!floor_)
    return result;
  const auto found = judge(book_, found_);
  const auto note = [&](std::uint64_t count, const std::string& what) {
    if (count > 0)
      result.push_back("sale: " + std::to_string(count) + " " + what);
  };
  note(found.oversold, "pieces oversold");
  note(found.lost, "acknowledged orders lost");
  note(found.ghosts, "refused orders exist");
  note(found.unbalanced, "items whose books do not balance" + books());
  return result;
}

} // namespace troupe::mall
