#!/bin/sh
# Packages the operator and lets it work for half an hour, if nothing else is said, under a steady churn on a control plane of its
# own, on loopback; --help tells the options. With --no-build, first, it takes what the last build left.
set -eu
exec "$(dirname "$0")/../launch.sh" soak package dev.leaderelection.soak.Soak "$@"
