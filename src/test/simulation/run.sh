#!/bin/sh
# Builds the operator and runs its protocol under a simulated API server, a million seeds if nothing else is said; --help tells
# the options. With --no-build, first, it takes what the last build left.
set -eu
JVM_FLAGS=-XX:+UseSerialGC exec "$(dirname "$0")/../launch.sh" simulation test-compile dev.leaderelection.simulation.Simulator "$@"
