#include "actors/base/error.hpp"

#include <set>
#include <string>

#include <caf/atom.hpp>
#include <caf/exit_reason.hpp>
#include <caf/make_message.hpp>
#include <caf/sec.hpp>
#include <doctest/doctest.h>

namespace troupe {
namespace {

TEST_CASE("error: carries its code and its sentence") {
  auto e = fail(ec::busy, "slot 812 is moving to b; retry in 50 ms");
  CHECK(code_of(e) == ec::busy);
  CHECK(sentence_of(e) == "slot 812 is moving to b; retry in 50 ms");
}

TEST_CASE("error: compares with a bare code") {
  auto e = fail(ec::not_found, "no such shard: 9");
  CHECK(e == ec::not_found);
  CHECK(e != ec::busy);
}

TEST_CASE("error: made from a bare code has no sentence") {
  error e = ec::stopping;
  CHECK(code_of(e) == ec::stopping);
  CHECK(sentence_of(e).empty());
}

TEST_CASE("error: of CAF counts as internal") {
  CHECK(code_of(error{caf::sec::request_timeout}) == ec::internal);
}

TEST_CASE("error: a sentence is only what is one string") {
  auto category = caf::atom("elsewhere");
  CHECK(sentence_of(error{}).empty());
  CHECK(sentence_of(error{1, category, caf::make_message(7)}).empty());
  CHECK(sentence_of(error{1, category, caf::make_message("a", "b")}).empty());
}

TEST_CASE("render: names our code, and the sentence when there is one") {
  CHECK(render(fail(ec::in_use, "port 7400")) == "in_use: port 7400");
  CHECK(render(make_error(ec::link_lost)) == "link_lost");
}

TEST_CASE("render: names the codes of CAF, which prints numbers itself") {
  CHECK(render(caf::sec::request_timeout) == "caf::sec::request_timeout");
  CHECK(render(caf::exit_reason::kill) == "caf::exit_reason::kill");
}

TEST_CASE("render: says what it can of a category that it does not know") {
  auto e = error{3, caf::atom("elsewhere"), caf::make_message(std::string{"lost"})};
  CHECK(render(e) == "code 3 of elsewhere: lost");
}

TEST_CASE("render: no error is none") { CHECK(render(error{}) == "none"); }

TEST_CASE("ec: every code has a name of its own") {
  auto names = std::set<std::string_view>{};
  constexpr auto last = static_cast<int>(ec::unexpected_answer);
  for (int i = 1; i <= last; ++i)
    names.insert(to_string(static_cast<ec>(i)));
  CHECK(names.size() == last);
  CHECK_FALSE(names.contains("unknown"));
  CHECK(to_string(static_cast<ec>(0)) == "unknown");
}

} // namespace
} // namespace troupe
