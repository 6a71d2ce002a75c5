#!/bin/sh
# Packages the operator and lets chaos loose on it, on a control plane of its own, on loopback, until it has survived 500
# failovers if nothing else is said; --help tells the options. With --no-build, first, it takes what the last build left.
set -eu
exec "$(dirname "$0")/../launch.sh" chaos package dev.leaderelection.chaos.Chaos "$@"
