#!/usr/bin/env python3
"""The rules of form, each seen to fail: a small tree that passes is broken in one place."""

import tempfile
import unittest
from pathlib import Path

import clang_tidy
import conventions
import dead_files
import headers_alone
import layering
from tree import LAYERS, Tree

# A header for each layer, none of which includes anything.
EMPTY = {f"{layer}/thing.hpp": "#pragma once\n" for layer in LAYERS}


class RuleTest(unittest.TestCase):
    def found(self, rule, files):
        """What `rule` says about a tree of `files`."""
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                target = Path(folder, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            return [str(violation) for violation in rule(Tree(folder))]

    def assert_passes(self, rule, files):
        self.assertEqual(self.found(rule, files), [])

    def assert_fails(self, rule, files, message):
        found = self.found(rule, files)
        self.assertEqual(len(found), 1, found)
        self.assertIn(message, found[0])


class LayeringTest(RuleTest):
    def including(self, path, target, quoted=True):
        line = f'#include "{target}"\n' if quoted else f"#include <{target}>\n"
        return {**EMPTY, path: "#pragma once\n" + line}

    def test_a_folder_may_include_itself_and_earlier_ones_only(self):
        for i, own in enumerate(LAYERS):
            for k, other in enumerate(LAYERS):
                files = self.including(f"{own}/user.hpp", f"{other}/thing.hpp")
                with self.subTest(own=own, other=other):
                    if k > i:
                        self.assert_fails(layering.check, files, f'"{other}/thing.hpp"')
                    elif other == "actors/sim" and own != other:
                        self.assert_fails(layering.check, files, "simulated world")
                    else:
                        self.assert_passes(layering.check, files)

    def test_tests_and_the_lab_see_the_simulated_world(self):
        for path in ("tests/cluster/x_test.cpp", "apps/lab/runner.cpp"):
            self.assert_passes(
                layering.check, self.including(path, "actors/sim/thing.hpp"))

    def test_nothing_includes_tests(self):
        files = self.including("cluster/user.hpp", "tests/support/fixture.hpp")
        files["tests/support/fixture.hpp"] = "#pragma once\n"
        self.assert_fails(layering.check, files, "outside of the layering")

    def test_includes_are_written_from_the_root(self):
        self.assert_fails(layering.check, self.including("cluster/user.hpp", "thing.hpp"),
                          "not a file")

    def test_generated_headers_have_a_proto(self):
        files = self.including("cluster/frame_wire.cpp", "cluster/cluster.pb.h")
        self.assert_fails(layering.check, files, "no .proto file")
        self.assert_passes(layering.check,
                           {**files, "cluster/cluster.proto": 'syntax = "proto3";\n'})

    def test_code_lives_in_a_layer(self):
        self.assert_fails(layering.check, {"misc/thing.hpp": "#pragma once\n"}, "no folder")

    def test_each_library_has_its_files(self):
        cases = [
            ("caf/all.hpp", "cluster/peer_actor.cpp", "cluster/peer.cpp"),
            ("caf/all.hpp", "registry/messages.hpp", "registry/registry_messages.hpp"),
            ("caf/all.hpp", "actors/supervisor.hpp", "actors/base/time.hpp"),
            ("caf/error.hpp", "actors/base/error.hpp", "storage/shard.hpp"),
            ("caf/send.hpp", "cluster/asio_transport.cpp", "cluster/posix_file.cpp"),
            ("google/protobuf/message.h", "cluster/frame_wire.hpp", "cluster/frame.hpp"),
            ("boost/asio.hpp", "cluster/asio_transport.cpp", "cluster/transport.cpp"),
            ("boost/asio.hpp", "router/resp_door.cpp", "router/resp.cpp"),
            ("rocksdb/db.h", "storage/rocksdb_engine.cpp", "storage/engine.cpp"),
            ("lua5.4/lua.hpp", "router/lua_rule.cpp", "router/rule.cpp"),
            ("spdlog/spdlog.h", "actors/base/log.cpp", "actors/base/log.hpp"),
            ("isa-l/crc.h", "actors/base/bytes.cpp", "storage/log.cpp"),
            ("toml++/toml.h", "apps/node/config_file.cpp", "cluster/config.cpp"),
            ("CLI/CLI.hpp", "apps/troupe_main.cpp", "monitor/thing.cpp"),
            ("histedit.h", "apps/shell/prompt.cpp", "apps/node/prompt.cpp"),
            ("nlohmann/json.hpp", "apps/shell/print.cpp", "monitor/print.cpp"),
            ("sys/socket.h", "storage/posix_file.cpp", "storage/file.cpp"),
            ("unistd.h", "cluster/asio_transport.cpp", "cluster/peer_actor.cpp"),
            ("thread", "storage/posix_log_writer.cpp", "storage/log_writer.cpp"),
        ]
        for library, allowed, forbidden in cases:
            with self.subTest(library=library, forbidden=forbidden):
                self.assert_passes(layering.check, self.including(allowed, library, False))
                self.assert_fails(layering.check, self.including(forbidden, library, False),
                                  "may not touch")
                self.assert_passes(
                    layering.check, self.including("tests/x_test.cpp", library, False))

    def test_cores_and_shells_have_no_clock_chance_or_thread_of_their_own(self):
        for word in ("std::chrono::steady_clock::now()", "clock_gettime(CLOCK_REALTIME, &t)",
                     "time(nullptr)", "std::random_device{}", "rand()", "std::mt19937{1}",
                     "std::thread{run}", "self->clock().now()",
                     "self->delayed_send(self, 1s, x)"):
            body = {"cluster/core.cpp": f"auto x = {word};\n"}
            with self.subTest(word=word):
                self.assert_fails(layering.check, {**EMPTY, **body}, "cluster/core.cpp:1")

    def test_comments_and_literals_may_say_anything(self):
        text = '// Not steady_clock.\n/* std::thread */ auto x = "rand()";\n'
        self.assert_passes(layering.check, {**EMPTY, "cluster/core.cpp": text})

    def test_edges_may_use_clocks_and_threads(self):
        text = "auto x = std::chrono::steady_clock::now(); std::thread y;\n"
        for path in ("cluster/asio_transport.cpp", "storage/posix_file.cpp", "apps/x.cpp"):
            self.assert_passes(layering.check, {**EMPTY, path: text})


class ConventionsTest(RuleTest):
    def case(self, name):
        return {"tests/a_test.cpp": f'TEST_CASE("{name}") {{}}\n'}

    def test_a_clean_tree_passes(self):
        files = {"actors/a.hpp": "#pragma once\n", "actors/README.md": "[x](a.hpp)\n",
                 "actors/a.cpp": '#include "actors/a.hpp"\n', **self.case("a: works")}
        self.assert_passes(conventions.check, files)

    def test_each_rule_of_form(self):
        todo = "TO" + "DO"
        for path, text, message in [
            ("misc/a.cpp", "\tint x;\n", "a tab"),
            ("misc/a.cpp", "int x;\r\n", "carriage return"),
            ("misc/a.cpp", "int x; \n", "white space"),
            ("misc/a.cpp", "int x;", "exactly one newline"),
            ("misc/a.cpp", "int x;\n\n", "exactly one newline"),
            ("misc/a.cpp", "", "is empty"),
            ("misc/a.hpp", "int x;\n", "no #pragma once"),
            ("misc/a.cpp", f"// {todo}: later\n", "without an issue's number"),
            ("misc/a.cpp", "int x;\n" * 451, "has 451 lines"),
            ("misc/a.md", "See [b](b.md).\n", "links to b.md"),
            ("cluster/a.cpp", "int x;\n", "has no README.md"),
        ]:
            with self.subTest(text=text[:30]):
                self.assert_fails(conventions.check, {path: text}, message)

    def test_allowed_forms(self):
        todo = "TO" + "DO(#7)"
        for path, text in [("Makefile", "all:\n\ttrue\n"), ("misc/a.cpp", f"// {todo}: x\n"),
                           ("misc/a.cpp", "int x;\n" * 450),
                           ("a.md", "[x](https://example.org/y) [z](#z)\n")]:
            self.assert_passes(conventions.check, {path: text})

    def test_a_source_includes_its_own_header_first(self):
        files = {"misc/a.hpp": "#pragma once\n", "misc/b.hpp": "#pragma once\n",
                 "misc/a.cpp": '#include "misc/b.hpp"\n#include "misc/a.hpp"\n'}
        self.assert_fails(conventions.check, files, 'must include "misc/a.hpp" first')

    def test_case_names(self):
        for name in ("a: b; c", "a: [0, 1", "a: b\\\\c", 'a: \\"b\\"'):
            self.assert_fails(conventions.check, self.case(name), "a case name holds")
        self.assert_fails(conventions.check, self.case("works"), "subject: sentence")
        self.assert_passes(conventions.check, self.case("a: works, in <b> and c_d (e)"))

    def test_case_names_split_over_lines_or_with_fixtures(self):
        for text in ('TEST_CASE("a: b "\n  "; c") {}\n',
                     'TEST_CASE_FIXTURE(fixture, "a: ;") {}\n'):
            self.assert_fails(conventions.check, {"tests/a.cpp": text}, "a case name holds")

    def test_case_names_are_unique(self):
        text = 'TEST_CASE("a: works") {}\n'
        self.assert_fails(conventions.check, {"tests/a.cpp": text, "tests/b.cpp": text},
                          "used before, in tests/a.cpp:1")


class DeadFilesTest(RuleTest):
    alive = {"CMakeLists.txt": "add_subdirectory(x)\n",
             "x/CMakeLists.txt": "lib(NAME x SOURCES a.cpp PROTOS x.proto) # b.cpp\n",
             "x/a.cpp": '#include "x/a.hpp"\n', "x/a.hpp": "#pragma once\n",
             "x/x.proto": "\n"}

    def test_a_tree_of_living_files_passes(self):
        self.assert_passes(dead_files.check, self.alive)

    def test_each_kind_of_dead_file(self):
        for path, message in [("x/b.cpp", "listed in no CMakeLists.txt"),
                              ("x/y.proto", "listed in no CMakeLists.txt"),
                              ("x/b.hpp", "included nowhere"),
                              ("tests/tidy/b.py", "run by no test")]:
            with self.subTest(path=path):
                self.assert_fails(dead_files.check, {**self.alive, path: "\n"}, message)


class HeadersAloneTest(RuleTest):
    def problems(self, header):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "a.hpp").write_text(header, encoding="utf-8")
            tree = Tree(folder)
            command = headers_alone.command_of(tree, Path(folder))
            return headers_alone.compile_alone(tree, "a.hpp", command, Path(folder))

    def test_a_header_that_includes_what_it_uses_passes(self):
        self.assertEqual(self.problems("#pragma once\n#include <string>\nstd::string f();\n"),
                         "")

    def test_a_header_that_relies_on_others_fails(self):
        self.assertIn("does not compile alone",
                      self.problems("#pragma once\nstd::string f();\n"))

    def test_a_header_is_tried_again_when_one_that_it_includes_changed(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "a.hpp").write_text('#include "b.hpp"\n', encoding="utf-8")
            Path(folder, "b.hpp").write_text("\n", encoding="utf-8")
            before = Tree(folder).digest("a.hpp")
            Path(folder, "b.hpp").write_text("int x;\n", encoding="utf-8")
            self.assertNotEqual(before, Tree(folder).digest("a.hpp"))


class ClangTidyTest(RuleTest):
    def test_a_change_is_seen_through_the_fewest_sources(self):
        with tempfile.TemporaryDirectory() as folder:
            for path, text in {"a.hpp": "\n", "a.cpp": '#include "a.hpp"\n',
                               "b.hpp": "\n", "c.cpp": '#include "b.hpp"\n',
                               "d.cpp": '#include "b.hpp"\n', "e.md": "\n"}.items():
                Path(folder, path).write_text(text, encoding="utf-8")
            tree = Tree(folder)
            for changed, sources in [({"a.hpp"}, ["a.cpp"]), ({"b.hpp"}, ["c.cpp"]),
                                     ({"d.cpp", "gone.cpp", "e.md", ""}, ["d.cpp"])]:
                built = ["a.cpp", "c.cpp", "d.cpp"]
                self.assertEqual(clang_tidy.sources_for(tree, built, changed), sources)


if __name__ == "__main__":
    unittest.main()
