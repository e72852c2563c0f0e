// A program on troupe whose nodes echo and call each other, and the raw engine beside it,
// for tests/bench/run.py. A node provides both of its services, or the one that
// BENCH_PROVIDES names: driver or echo.
#include "apps/entry.hpp"
#include "router/service_wire.hpp"
#include "tests/bench/bench.pb.h"
#include "tests/bench/caf_yardstick.hpp"
#include "tests/bench/call_driver_actor.hpp"

#include <cstdlib>
#include <iostream>
#include <string_view>

#include <caf/send.hpp>

namespace {

using namespace troupe;
using bench::v1::EchoMessage;
using bench::v1::RunReply;
using bench::v1::RunRequest;

struct yardstick_options {
  std::uint64_t calls = 100'000;
  std::uint32_t in_flight = 1;
  std::uint32_t port = 7399;
};

bool provides(std::string_view service) {
  const auto* said = std::getenv("BENCH_PROVIDES");
  return said == nullptr || std::string_view{said} == service;
}

router::service_definition echo_service() {
  return {
    {"", "bench.Echo", ""},
    {router::make_method<EchoMessage, EchoMessage>(
      "Echo", true,
      [](const EchoMessage& x, const router::typed_responder<EchoMessage>& respond) {
        respond(x);
      })}};
}

router::service_definition driver_service(const bench::call_driver_actor& driver) {
  return {
    {"", "bench.Driver", ""},
    {router::make_method<RunRequest, RunReply>(
      "Run", false,
      [driver](const RunRequest& x, const router::typed_responder<RunReply>& respond) {
        caf::anon_send(
          driver,
          bench::run_order{x.calls(), x.in_flight(), [respond](bench::run_result result) {
                             auto reply = RunReply{};
                             reply.set_seconds(result.seconds);
                             reply.set_p50_us(result.p50_us);
                             reply.set_p99_us(result.p99_us);
                             reply.set_failures(result.failures);
                             respond(std::move(reply));
                           }});
      })}};
}

std::vector<router::service_definition> make_services(apps::service_environment& node) {
  auto result = std::vector<router::service_definition>{};
  if (provides("driver"))
    result.push_back(driver_service(node.spawn(bench::make_call_driver, node.gateway())));
  if (provides("echo"))
    result.push_back(echo_service());
  return result;
}

int print(const bench::run_result& x) {
  std::cout << x.seconds << ' ' << x.p50_us << ' ' << x.p99_us << ' ' << x.failures
            << '\n';
  return x.seconds > 0 && x.failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int main(int argc, char** argv) {
  auto x = yardstick_options{};
  auto flags = std::vector<apps::app_flag>{
    {"--calls", "N", "how many", &x.calls},
    {"--in-flight", "N", "how many at one time", &x.in_flight},
    {"--port", "PORT", "of the server", &x.port}};
  auto port = [&x] { return static_cast<std::uint16_t>(x.port); };
  return apps::run(
    argc, argv,
    {.name = "service_bench",
     .services = make_services,
     .commands = {
       {.name = "caf-local",
        .about = "raw requests within a process",
        .flags = flags,
        .run = [&] { return print(bench::caf_local(x.calls, x.in_flight)); }},
       {.name = "caf-serve",
        .about = "serve raw requests until stdin ends",
        .flags = flags,
        .run =
          [&] {
            bench::caf_serve(port());
            return EXIT_SUCCESS;
          }},
       {.name = "caf-remote",
        .about = "raw requests to a server",
        .flags = flags,
        .run = [&] { return print(bench::caf_remote(port(), x.calls, x.in_flight)); }}}});
}
