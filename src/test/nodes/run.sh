#!/bin/sh
# Packages the operator's image, brings up two real nodes, installs the operator on them and plays the stories under traffic, then prints
# a table; --help tells the options. With --no-build, first, it takes what the last build left. Needs root on Linux, runc, nftables and
# containernetworking-plugins; the first run builds the nodes' programs with Go.
set -eu
export MAVEN_FLAGS="-Pimage,local-base"
exec "$(dirname "$0")/../launch.sh" nodes package dev.leaderelection.nodes.RealNodes "$@"
