#!/bin/sh
# Packages the operator and measures its failovers on a control plane of its own, on loopback; --help tells the options.
# With --no-build, first, it takes what the last build left.
set -eu
exec "$(dirname "$0")/../launch.sh" benchmarks package dev.leaderelection.bench.FailoverBenchmark "$@"
