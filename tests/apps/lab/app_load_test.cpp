#include "apps/lab/chaos/app_load.hpp"
#include "tests/apps/temporary_directory.hpp"

#include <chrono>
#include <fstream>
#include <optional>
#include <thread>

#include <doctest/doctest.h>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

/// Calls once in JSON and once not, waits, and says what came of it.
class probe final : public workload {
public:
  explicit probe(stage& on) : on_{on} {}

  void start() override {
    call(router::content_form::json, in_json_);
    call(router::content_form::protobuf, in_protobuf_);
    on_.after(20ms, [this] { order_ += "late "; });
    on_.after({}, [this] { order_ += "soon "; });
  }
  void stop() override { on_.note("order", order_); }
  [[nodiscard]] bool idle() const override {
    return in_json_ && in_protobuf_ && order_ == "soon late ";
  }
  void check() override { checked_ = true; }
  [[nodiscard]] bool checked() const override { return checked_; }
  [[nodiscard]] std::vector<std::string> violations() const override {
    return {
      "json: " + std::string{to_string(code_of(*in_json_))},
      "form: " + std::string{to_string(code_of(*in_protobuf_))}, "no property"};
  }
  [[nodiscard]] std::uint64_t acked_count() const override { return 7; }

private:
  void call(router::content_form form, std::optional<error>& result) {
    auto request = router::call_request{};
    request.form = form;
    on_.call("a/b:1", std::move(request), [&result](auto x) { result = x.error(); });
  }

  stage& on_;
  std::string order_;
  std::optional<error> in_json_;
  std::optional<error> in_protobuf_;
  bool checked_ = false;
};

apps::local_node nobody() {
  auto result = apps::local_node{};
  result.name = "n1";
  result.link = {"127.0.0.1", 1};
  return result;
}

} // namespace

TEST_CASE("app_load: a workload waits, calls, and is told of nodes that are not there") {
  const auto folder = test::temporary_directory{};
  const auto notes = folder.path() + "/app.txt";
  {
    auto load = app_load{
      [](stage& on) { return std::make_unique<probe>(on); },
      {nobody()},
      random_source{1},
      run_clock{},
      notes};
    load.start();
    while (!load.idle())
      std::this_thread::yield();
    load.stop();
    CHECK_FALSE(load.checked());
    load.check();
    CHECK(load.checked());
    CHECK(load.acked_count() == 7);
    const auto found = load.found();
    REQUIRE(found.size() == 3);
    CHECK(found[0].property == "json");
    CHECK(found[0].what == "unreachable");
    CHECK(found[1].property == "form");
    CHECK(found[1].what == "invalid_argument");
    CHECK(found[2].property == "app");
    CHECK(found[2].what == "no property");
  }
  auto file = std::ifstream{notes};
  auto line = std::string{};
  std::getline(file, line);
  CHECK(line.ends_with(" order soon late "));
}

TEST_CASE("app_load: what is planned when a run ends never happens") {
  const auto folder = test::temporary_directory{};
  auto load = app_load{
    [](stage& on) { return std::make_unique<probe>(on); },
    {nobody()},
    random_source{1},
    run_clock{},
    folder.path() + "/app.txt"};
  load.start();
}

} // namespace troupe::lab
