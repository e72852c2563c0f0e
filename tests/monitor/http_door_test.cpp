#include "monitor/http_door.hpp"
#include "tests/support/tcp_peer.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::monitor {
namespace {

using namespace std::chrono_literals;
using troupe::test::tcp_peer;

struct http_door_fixture {
  void open(http_door_config config = {}) {
    auto opened = http_door::open({"127.0.0.1", 0}, config, [](const std::string& path) {
      return path == "/health" ? http_answer{200, "text/plain", "well\n"}
                               : http_answer{404, "text/plain", "no\n"};
    });
    REQUIRE(opened);
    door = std::move(*opened);
  }

  [[nodiscard]] tcp_peer connect() const {
    auto result = tcp_peer::connected_to(door->where().port);
    result.give_up_after(30s);
    return result;
  }

  /// All that the door says to `request`, up to the end of the connection.
  [[nodiscard]] std::string exchange(std::string_view request) const {
    auto peer = connect();
    REQUIRE(peer.send(request));
    return peer.receive_all();
  }

  std::unique_ptr<http_door> door;
};

bool has_status(const std::string& answer, std::string_view status) {
  return answer.starts_with("HTTP/1.1 " + std::string{status});
}

bool has(const std::string& answer, std::string_view text) {
  return answer.find(text) != std::string::npos;
}

std::string get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: n1\r\n\r\n";
}

std::string last_get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: n1\r\nConnection: close\r\n\r\n";
}

TEST_CASE_FIXTURE(
  http_door_fixture, "http_door: a path is answered, its query left out") {
  open();
  const auto answer = exchange(last_get("/health?verbose=1"));
  CHECK(has_status(answer, "200"));
  CHECK(answer.ends_with("\r\n\r\nwell\n"));
  CHECK(has_status(exchange(last_get("/")), "404"));
}

TEST_CASE_FIXTURE(http_door_fixture, "http_door: HEAD gets the header alone") {
  open();
  const auto answer
    = exchange("HEAD /health HTTP/1.1\r\nHost: n1\r\nConnection: close\r\n\r\n");
  CHECK(has_status(answer, "200"));
  CHECK(has(answer, "Content-Length: 5"));
  CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE_FIXTURE(
  http_door_fixture, "http_door: a HEAD that is refused gets the header alone") {
  open();
  for (const auto* request :
       {"HEAD /health HTTP/1.1\r\n\r\n", "HEAD /health HTTP/1.1\r\nno colon\r\n\r\n",
        "HEAD /health HTTP/1.1\r\nHost: n1\r\nContent-Length: 5\r\n\r\nhello"}) {
    CAPTURE(request);
    const auto answer = exchange(request);
    CHECK(has_status(answer, "4"));
    CHECK(has(answer, "Content-Length: "));
    CHECK(answer.ends_with("\r\n\r\n"));
  }
}

TEST_CASE_FIXTURE(
  http_door_fixture, "http_door: requests of one connection are pipelined") {
  open();
  const auto answer = exchange(get("/health") + get("/") + last_get("/health"));
  CHECK(has_status(answer, "200"));
  CHECK(has(answer, "well\nHTTP/1.1 404"));
  CHECK(has(answer, "no\nHTTP/1.1 200"));
}

TEST_CASE_FIXTURE(
  http_door_fixture, "http_door: what is no request is answered with 400") {
  open();
  for (const auto* request :
       {"*1\r\n$4\r\nPING\r\n", "GET /health HTTP/9.9\r\n\r\n",
        "GET /health HTTP/1.1\r\nno colon\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: n1\r\nContent-Length: x\r\n\r\n",
        "GET /health HTTP/1.1\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"}) {
    CAPTURE(request);
    const auto answer = exchange(request);
    CHECK(has_status(answer, "400 Bad Request"));
    CHECK(has(answer, "Connection: close"));
    CHECK(has(answer, "malformed request: "));
  }
}

TEST_CASE_FIXTURE(http_door_fixture, "http_door: half a request and an end gets 400") {
  open();
  auto peer = connect();
  REQUIRE(peer.send("GET /health HT"));
  peer.half_close();
  CHECK(has_status(peer.receive_all(), "400"));
}

TEST_CASE_FIXTURE(http_door_fixture, "http_door: other methods get 405, body or not") {
  open();
  const auto body = std::string(std::size_t{300} << 10, 'x');
  for (const auto& request :
       {std::string{"DELETE /health HTTP/1.1\r\nHost: n1\r\n\r\n"},
        std::string{"BREW / HTTP/1.1\r\nHost: n1\r\n\r\n"},
        "POST /health HTTP/1.1\r\nHost: n1\r\nContent-Length: "
          + std::to_string(body.size()) + "\r\n\r\n" + body}) {
    const auto answer = exchange(request);
    CHECK(has_status(answer, "405 Method Not Allowed"));
    CHECK(has(answer, "Allow: GET, HEAD\r\n"));
  }
}

TEST_CASE_FIXTURE(http_door_fixture, "http_door: a body is too large, however it comes") {
  open();
  for (const auto* header : {"Content-Length: 1", "Transfer-Encoding: chunked"}) {
    const auto answer = exchange(
      "GET /health HTTP/1.1\r\nHost: n1\r\n" + std::string{header} + "\r\n\r\nx");
    CHECK(has_status(answer, "413"));
  }
}

TEST_CASE_FIXTURE(http_door_fixture, "http_door: a header above the limit gets 431") {
  open();
  const auto line = "X-Long: " + std::string(std::size_t{17} << 10, 'x') + "\r\n";
  const auto answer = exchange("GET /health HTTP/1.1\r\nHost: n1\r\n" + line + "\r\n");
  CHECK(has_status(answer, "431"));
  CHECK(has(answer, "16 KiB (http.header_max)"));
}

TEST_CASE_FIXTURE(http_door_fixture, "http_door: header_max bounds a header") {
  open({.header_max = kib(1)});
  CHECK(has_status(exchange(last_get("/health")), "200"));
  const auto line = "X-Long: " + std::string(std::size_t{1} << 10, 'x') + "\r\n";
  const auto answer = exchange("GET /health HTTP/1.1\r\nHost: n1\r\n" + line + "\r\n");
  CHECK(has_status(answer, "431"));
  CHECK(has(answer, "1 KiB"));
}

TEST_CASE("http_door_config: a value out of its range is named") {
  CHECK_FALSE(http_door_config{}.validate());
  CHECK(
    render(http_door_config{.connections_max = 0}.validate()).find("http.connections_max")
    != std::string::npos);
  CHECK(
    render(http_door_config{.client_deadline = 99ms}.validate())
      .find("http.client_deadline")
    != std::string::npos);
  CHECK(
    render(http_door_config{.header_max = mib(2)}.validate()).find("http.header_max")
    != std::string::npos);
}

TEST_CASE_FIXTURE(
  http_door_fixture, "http_door: who is too slow is closed, drip or not") {
  open({.connections_max = 4, .client_deadline = 2s});
  auto idle = connect(); // Sends before anything else takes of its time.
  REQUIRE(idle.send(get("/health")));
  auto silent = connect();
  auto half = connect();
  REQUIRE(half.send("GET /health HTTP/1.1\r\nHo"));
  CHECK(silent.receive_all().empty());
  CHECK(half.receive_all().empty());
  CHECK(has_status(idle.receive_all(), "200")); // And then its end.
  // A byte now and then does not prolong the time.
  auto drip = connect();
  const auto begun = std::chrono::steady_clock::now();
  drip.give_up_after(30s);
  while (drip.send("G") && std::chrono::steady_clock::now() - begun < 30s)
    std::this_thread::sleep_for(10ms);
  CHECK(std::chrono::steady_clock::now() - begun < 10s);
}

TEST_CASE_FIXTURE(
  http_door_fixture, "http_door: clients above the limit wait their turn") {
  open({.connections_max = 1, .client_deadline = 30s});
  auto first = std::make_unique<tcp_peer>(connect());
  REQUIRE(first->send(get("/health")));
  CHECK(has_status(first->receive(12), "200"));
  auto second = connect();
  REQUIRE(second.send(last_get("/health")));
  second.give_up_after(1s);
  CHECK(second.receive(1).empty());
  first.reset();
  second.give_up_after(30s);
  CHECK(has_status(second.receive_all(), "200"));
}

} // namespace
} // namespace troupe::monitor
