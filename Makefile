# The one entry: `make help` lists what there is. Works on a bare Debian 12.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
JOBS ?= $(shell nproc)
# One more than there are cores, for the test that mostly waits (tests/integration).
test_jobs := $(shell expr $(JOBS) + 1)
SEEDS ?= 1..50

rings := tidy unit actor simulation integration
ctest := ctest --test-dir build --output-on-failure --no-tests=error

.PHONY: help setup run test sim chaos mutants model bench check build form format tidy asan tsan clean

help: ## List the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/\1|\2/p' $(MAKEFILE_LIST) \
	  | while IFS='|' read -r target text; do printf '%-8s %s\n' "$$target" "$$text"; done

setup: ## Install what the build needs (apt-get)
	@tools/setup.sh

run: build ## Build, start three nodes, sell through a kill, open a shell
	@tools/run.sh

test: form build/build.ninja ## Check form, build, run every ring of tests
	cmake --build build -j $(JOBS)
	@JOBS=$(JOBS) python3 tests/tidy/clang_tidy.py build changed
	@for ring in $(rings); do \
	  count=$$(ctest --test-dir build -N -L "^$$ring$$" | sed -n 's/^Total Tests: //p'); \
	  if [ "$$count" -gt 0 ]; then echo "ring $$ring: $$count cases"; fi; \
	done
	$(ctest) -j $(test_jobs)
	python3 tests/mutants/run.py build --jobs $(JOBS) --if-changed
	python3 tests/model/run.py --jobs $(JOBS) --if-changed

sim: build ## Simulate five nodes under all faults, seeds SEEDS
	build/bin/troupe sim --seeds $(SEEDS) --nodes 5 --seconds 60 --faults all --jobs $(JOBS)

chaos: build ## Run every scenario of tests/chaos on real processes
	@for file in tests/chaos/*.toml; do \
	  build/bin/mall chaos run "$$file" || test $$? -eq 77; \
	done

mutants: build/build.ninja ## Break the code in known ways; the simulation must notice each
	cmake --build build -j $(JOBS) --target troupe
	python3 tests/mutants/run.py build --jobs $(JOBS)

model: setup ## Search the model of the replication protocol; each broken rule must show
	python3 tests/model/run.py --jobs $(JOBS)

bench: build/build.ninja ## Measure against yardsticks, as ratios; writes docs/performance.md
	cmake --build build -j $(JOBS) --target programs service_bench membership_bench
	python3 tests/bench/run.py build --write docs/performance.md

check: form build/build.ninja ## The loop at the desk: form, tidy of what changed, unit, actor
	cmake --build build -j $(JOBS)
	@JOBS=$(JOBS) python3 tests/tidy/clang_tidy.py build changed
	$(ctest) -j $(JOBS) -L '^(unit|actor)$$'

build: build/build.ninja ## Build the release programs into build/bin
	cmake --build build -j $(JOBS) --target programs

form: setup ## Check format, layering and the other rules of form
	@failed=0; \
	tools/format.sh --check || failed=1; \
	for rule in layering conventions dead_files; do \
	  python3 tests/tidy/$$rule.py || failed=1; \
	done; \
	exit $$failed

format: setup ## Format every source file
	@tools/format.sh

tidy: build/build.ninja ## Run clang-tidy on every source file
	cmake --build build -j $(JOBS)
	@JOBS=$(JOBS) python3 tests/tidy/clang_tidy.py build all

asan: setup ## Run unit, actor and simulation tests with address and undefined sanitizers
	cmake --preset asan
	cmake --build --preset asan -j $(JOBS)
	UBSAN_OPTIONS=print_stacktrace=1 ctest --test-dir build-asan -j $(JOBS) \
	  --output-on-failure --no-tests=error -L '^(unit|actor|simulation)$$'

tsan: setup ## Run unit and actor tests with the thread sanitizer
	cmake --preset tsan
	cmake --build --preset tsan -j $(JOBS)
	ctest --test-dir build-tsan -j $(JOBS) \
	  --output-on-failure --no-tests=error -L '^(unit|actor)$$'

clean: ## Remove everything that was built
	rm -rf build build-dev build-asan build-tsan

build/build.ninja: CMakePresets.json | setup
	cmake --preset release
