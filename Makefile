# Makefile - the commands of README.md and of CI; CMake does the work.
#
#   make test      install missing packages, build with sanitizers, run all tests
#   make bench     install missing packages, build, measure, print tables; QUICK=1: within a minute,
#                  ALL=1: all policies
#   make verdicts  run policies that leak and that do not, count right verdicts; SHORT=1: in a minute
#   make baseline  measure a Python service and nginx beside our servers
#   make check     check format, layers, warnings; run the linters
#   make build     build the programs in build/release/bin
#   make clean     remove the build folder
.POSIX:
.PHONY: help setup build test bench verdicts baseline check format clean

configure = cmake --log-level=WARNING -S . -G Ninja -B
run_tests = ctest --output-on-failure --parallel 4 --test-dir
bin = build/release/bin

help:
	@sed -n 's/^#   /  /p' Makefile

setup:
	@scripts/setup

build: setup
	$(configure) build/release
	ninja -C build/release

# Tests run under ASan and UBSan, over jemalloc (optimised, as served) unless once is enough, and
# where threads share under TSan. Many wait for most of their time: four run at once.
test: build
	$(configure) build/test -DCMAKE_BUILD_TYPE=Debug -DTIDEMARK_MEMORY=libc \
	    -DTIDEMARK_SANITIZE=address,undefined
	ninja -C build/test
	$(run_tests) build/test
	$(run_tests) build/release -LE once
	scripts/test-threads

bench: build
	QUICK=$(QUICK) ALL=$(ALL) scripts/bench $(BENCH_ARGS)

verdicts: build
	SHORT=$(SHORT); \
	    $(bin)/tidemark verdicts $${SHORT:+--short} --json=results/verdicts.json $(VERDICTS_ARGS)

baseline: build
	@scripts/setup baseline
	scripts/baseline $(BASELINE_ARGS)

check:
	scripts/check

format:
	scripts/format

clean:
	rm -rf build
