#include "apps/node/config_environment.hpp"
#include "apps/node/config_file.hpp"
#include "apps/node/config_value.hpp"
#include "apps/node/load_config.hpp"
#include "apps/node/nearest.hpp"

#include <chrono>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps {
namespace {

using namespace std::chrono_literals;

std::string refusal(const std::string& toml) {
  const auto parsed = parse_config(toml, "t.toml");
  return parsed ? "none" : render(parsed.error());
}

/// What loading these settings says.
std::string refusal_of_values(const std::string& toml) {
  auto settings = *parse_config(toml, "t.toml");
  const auto loaded
    = load_config({.file = {}, .environment = {}, .flags = settings, .host_name = "h"});
  return loaded ? "none" : render(loaded.error());
}

expected<node_config>
load(const std::string& toml, const std::vector<std::string>& environment = {}) {
  return load_config(
    {.file = {},
     .environment = environment,
     .flags = *parse_config(toml, "t.toml"),
     .host_name = "h"});
}

TEST_CASE("config_file: the example shows every key with its default") {
  const auto settings = read_config_file(TROUPE_SOURCE_DIR "/troupe.toml.example");
  REQUIRE_MESSAGE(settings, (settings ? "" : render(settings.error())));
  auto shown = node_config{};
  REQUIRE_FALSE(settings->apply_to(shown));
  for (const auto& key : config_keys()) {
    CAPTURE(key.full());
    REQUIRE(settings->find(key.full()) != nullptr);
    CHECK(key.print(shown) == key.print(node_config{}));
  }
}

TEST_CASE("config_keys: names, variables and flags are unique and well formed") {
  auto seen = std::set<std::string>{};
  for (const auto& key : config_keys()) {
    CAPTURE(key.full());
    CHECK(seen.insert(key.full()).second);
    CHECK(seen.insert(key.variable()).second);
    CHECK_FALSE(key.about.empty());
    if (!key.flag.empty())
      CHECK(seen.insert(std::string{key.flag}).second);
    CHECK(find_key(key.full()) == &key);
  }
  CHECK(find_key("link.listen")->variable() == "TROUPE_LINK_LISTEN");
  CHECK(find_key("link.nothing") == nullptr);
}

TEST_CASE("config_keys: every key reads what it prints") {
  for (const auto& key : config_keys()) {
    CAPTURE(key.full());
    auto config = node_config{};
    const auto text = key.print(config);
    CHECK_FALSE(key.read(config, text));
    CHECK(key.print(config) == text);
  }
}

TEST_CASE("config_file: each form of mistake is refused with line, key and remedy") {
  struct row {
    std::string toml;
    std::string refusal;
  };
  const auto rows = std::vector<row>{
    {"[link]\nhartbeat_interval = \"1 s\"\n",
     "t.toml:2: unknown key link.hartbeat_interval; did you mean "
     "link.heartbeat_interval?"},
    {"[link]\n\nprobe_timeout = \"1 s\"\n",
     "t.toml:3: unknown key link.probe_timeout; did you mean membership.probe_timeout?"},
    {"[link]\nqwertzuiop = 1\n",
     "t.toml:2: unknown key link.qwertzuiop; 'node --help-keys' lists all keys"},
    {"[lnik]\nlisten = \"a:1\"\n",
     "t.toml:1: unknown section [lnik]; did you mean [link]?"},
    {"[zzzzzz]\n",
     "t.toml:1: unknown section [zzzzzz]; 'node --help-keys' lists all keys"},
    {"listen = \"a:1\"\n",
     "t.toml:1: key listen is in no section; did you mean link.listen?"},
    {"[link]\nidle_after = 5\n",
     "t.toml:2: link.idle_after must be a time in quotes, with its unit: \"250 ms\""},
    {"[link]\nqueue_bytes_max = 5\n",
     "t.toml:2: link.queue_bytes_max must be a size in quotes, with its unit: \"4 MiB\""},
    {"[node]\nname = 5\n", "t.toml:2: node.name must be a text in quotes"},
    {"[node]\nthreads = \"5\"\n",
     "t.toml:2: node.threads must be a whole number without quotes"},
    {"[node]\nthreads = 5.0\n",
     "t.toml:2: node.threads must be a whole number without quotes"},
    {"[registry]\nvanished_ratio_max = \"x\"\n",
     "t.toml:2: registry.vanished_ratio_max must be a number without quotes"},
    {"[cluster]\njoin = \"a:1\"\n",
     "t.toml:2: cluster.join must be a list of texts: [\"a\", \"b\"]"},
    {"[cluster]\njoin = [1]\n",
     "t.toml:2: cluster.join must be a list of texts: [\"a\", \"b\"]"},
  };
  for (const auto& x : rows)
    CHECK(refusal(x.toml) == "invalid_config: " + x.refusal);
}

TEST_CASE("config_file: a switch is true or false, without quotes") {
  CHECK(load("[node]\nallow_inject = true")->allow_inject);
  CHECK_FALSE(load("[node]\nallow_inject = false")->allow_inject);
  CHECK(load("", {"TROUPE_NODE_ALLOW_INJECT=true"})->allow_inject);
  CHECK_FALSE(load("", {"TROUPE_NODE_ALLOW_INJECT=yes"}));
  CHECK(
    refusal("[node]\nallow_inject = 1")
    == "invalid_config: t.toml:2: node.allow_inject must be true or false, without "
       "quotes");
}

TEST_CASE("config_file: bad syntax is refused with its line") {
  const auto said = refusal("[link]\nlisten = \n");
  CAPTURE(said);
  CHECK(said.starts_with("invalid_config: t.toml:2: "));
  CHECK(refusal("[link]\nlisten = \"a:1\"\nlisten = \"b:1\"\n")
          .starts_with("invalid_config: t.toml:3: "));
}

TEST_CASE("config_file: a file that cannot be read is named") {
  const auto missing = read_config_file("no/such.toml");
  REQUIRE_FALSE(missing);
  CHECK(missing.error() == ec::not_found);
  CHECK(
    sentence_of(missing.error())
    == "cannot read the config file no/such.toml: No such file or directory");
  const auto directory = read_config_file(".");
  REQUIRE_FALSE(directory);
  CHECK(
    sentence_of(directory.error()) == "cannot read the config file .: Is a directory");
}

TEST_CASE("config_file: an empty text sets nothing") {
  CHECK(parse_config("", "t.toml")->all().empty());
}

TEST_CASE("config_settings: a bad value is refused with origin, key, value and form") {
  struct row {
    std::string toml;
    std::string refusal;
  };
  const auto rows = std::vector<row>{
    {"[link]\nidle_after = \"5\"\n",
     "t.toml:2: link.idle_after: '5' needs a unit: one of ns us ms s min h d"},
    {"[link]\nidle_after = \"100 us\"\n",
     "t.toml:2: link.idle_after: '100 us' is not a whole number of ms"},
    {"[link]\nlisten = \"7400\"\n",
     "t.toml:2: link.listen: '7400' is not an address; write host:port or [ipv6]:port, "
     "with a port from 0 to 65535"},
    {"[link]\nqueue_bytes_max = \"5 MB\"\n",
     "t.toml:2: link.queue_bytes_max: '5 MB' needs a unit: one of B KiB MiB GiB TiB"},
    {"[node]\nthreads = -1\n",
     "t.toml:2: node.threads: '-1' is not a whole number from 0 to 4294967295"},
    {"[log]\nlevel = \"loud\"\n",
     "t.toml:2: log.level: 'loud' is not one of trace debug info warn error off"},
    {"[log]\nformat = \"xml\"\n", "t.toml:2: log.format: 'xml' is not one of text json"},
    {"[membership]\npreset = \"moon\"\n",
     "t.toml:2: membership.preset: 'moon' is not one of lan wan test"},
    {"[cluster]\nfounders = [\"n1\"]\n",
     "t.toml:2: cluster.founders: 'n1' is not a founder; write name=host:port"},
    {"[cluster]\njoin = [\"a:1\", \"\"]\n",
     "t.toml:2: cluster.join: 'a:1,' has an empty element; write host:port,host:port"},
  };
  for (const auto& x : rows)
    CHECK(refusal_of_values(x.toml) == "invalid_config: " + x.refusal);
}

TEST_CASE("load_config: a value out of range is refused with its origin") {
  CHECK(
    refusal_of_values("[link]\nheartbeat_interval = \"1 s\"\nsilence_max = \"2 s\"\n")
    == "invalid_config: t.toml:3: link.silence_max is 2 s; allowed is 4 s to 10 min");
}

TEST_CASE("load_config: a default that contradicts a setting is told to be a default") {
  const auto said = refusal_of_values("[link]\nheartbeat_interval = \"1 s\"\n");
  CHECK(
    said
    == "invalid_config: link.silence_max is 2 s; allowed is 4 s to 10 min (its default "
       "does not suit the other settings: set it, too)");
}

TEST_CASE("load_config: environment overrides file, and flags override both") {
  auto flags = config_settings{};
  flags.put(*find_key("cluster.name"), "from-flag", "--cluster");
  const auto loaded = load_config(
    {.file = TROUPE_SOURCE_DIR "/tests/apps/three_settings.toml",
     .environment
     = {"TROUPE_CLUSTER_NAME=from-environment", "TROUPE_NODE_DATA_DIR=from-environment"},
     .flags = flags,
     .host_name = "from-host"});
  REQUIRE(loaded);
  CHECK(loaded->cluster_name == "from-flag");
  CHECK(loaded->data_dir == "from-environment");
  CHECK(loaded->log.file == "from-file");
  CHECK(loaded->name == node_name{"from-host"});
}

TEST_CASE("load_config: a preset is the base, and keys override it wherever they stand") {
  const auto loaded = load("[membership]\nprobe_interval = \"7 s\"\npreset = \"wan\"\n");
  REQUIRE(loaded);
  CHECK(loaded->membership.probe_interval == 7s);
  CHECK(loaded->membership.probe_timeout == 3s);
  CHECK(loaded->preset == membership_preset::wan);
  const auto overridden = load(
    "[membership]\npreset = \"test\"\n", {"TROUPE_MEMBERSHIP_GOSSIP_INTERVAL=33 ms"});
  REQUIRE(overridden);
  CHECK(overridden->membership.gossip_interval == 33ms);
  CHECK(overridden->membership.probe_interval == 200ms);
}

TEST_CASE("config_environment: a variable that was meant to be a setting is refused") {
  struct row {
    std::string variable;
    std::string refusal;
  };
  const auto rows = std::vector<row>{
    {"TROUPE_LINK_LISTN=a:1",
     "environment variable TROUPE_LINK_LISTN is no setting; did you mean "
     "TROUPE_LINK_LISTEN?"},
    {"TROUPE_LNIK_LISTEN=a:1",
     "environment variable TROUPE_LNIK_LISTEN is no setting; did you mean "
     "TROUPE_LINK_LISTEN?"},
    {"TROUPE_REGISTRY_QQQQQQQQQQQQQQQQQQQQQQQQ=1",
     "environment variable TROUPE_REGISTRY_QQQQQQQQQQQQQQQQQQQQQQQQ is no setting; unset "
     "it"},
  };
  for (const auto& x : rows) {
    const auto settings = read_environment({x.variable});
    REQUIRE_FALSE(settings);
    CHECK(settings.error() == ec::invalid_config);
    CHECK(sentence_of(settings.error()) == x.refusal);
  }
}

TEST_CASE("config_environment: variables of others are left alone") {
  const auto settings
    = read_environment({"HOME=/", "TROUPE_PORT=tcp://1.2.3.4:7400", "TROUPE_SEEDS=5"});
  REQUIRE(settings);
  CHECK(settings->all().empty());
}

TEST_CASE("config_environment: a bad value names its variable") {
  CHECK(
    sentence_of(load("", {"TROUPE_LOG_LEVEL=loud"}).error())
    == "environment variable TROUPE_LOG_LEVEL: log.level: 'loud' is not one of trace "
       "debug info warn error off");
}

TEST_CASE("config_file: what is written reads back") {
  const auto toml
    = std::string{"[cluster]\nfounders = [\"n1=[::1]:7400\", \"n2=b:1\"]\njoin = []\n"
                  "[log]\nfile = \"/a b/\\\"q\\\\\\u0001\\u007fÄ\"\n"
                  "[node]\nthreads = 3\n[registry]\nvanished_ratio_max = 0.25\n"};
  const auto settings = *parse_config(toml, "t.toml");
  const auto again = parse_config(print_config(settings), "u.toml");
  REQUIRE_MESSAGE(again, print_config(settings));
  REQUIRE(again->all().size() == settings.all().size());
  for (const auto& [full, x] : settings.all())
    CHECK(again->find(full)->value == x.value);
  CHECK(settings.find("log.file")->value == "/a b/\"q\\\x01\x7f\xc3\x84");
}

TEST_CASE("config_value: lists may have blanks after their commas") {
  auto founders = std::vector<founder>{};
  REQUIRE_FALSE(read_value("n1=a:1, n2 = b:2", founders));
  CHECK(print_value(founders) == "n1=a:1,n2=b:2");
}

TEST_CASE("config_value: what cannot be read changes nothing") {
  auto addresses = std::vector<actors::address>{{"a", 1}};
  CHECK(read_value("b:1,c", addresses));
  CHECK(addresses.size() == 1);
  auto ratio = 0.5;
  CHECK(read_value("0.6x", ratio));
  CHECK(ratio == 0.5);
  auto number = std::uint32_t{7};
  CHECK(read_value("4294967296", number));
  CHECK(number == 7);
}

TEST_CASE("nearest: distances count insertions, deletions and substitutions") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("flaw", "lawn") == 2);
}

TEST_CASE("nearest: a word farther than a third of its length is no guess") {
  const auto words = std::vector<std::string>{"listen", "advertise"};
  CHECK(nearest("listn", words) == "listen");
  CHECK(nearest("advretise", words) == "advertise");
  CHECK(nearest("lxstxxn", words).empty());
  CHECK(nearest("", words).empty());
}

} // namespace
} // namespace troupe::apps
