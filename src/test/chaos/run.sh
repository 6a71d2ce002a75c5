#!/bin/sh
# Packages the operator and lets chaos loose on it, on a control plane of its own, on loopback, until it has survived 500
# failovers if nothing else is said; --help tells the options. With --no-build, first, it takes what the last build left.
set -eu
cd "$(dirname "$0")/../../.."
classpath=target/chaos/classpath
if [ "${1:-}" = --no-build ]; then
  shift
else
  mkdir -p target/chaos
  mvn -q -B -ntp -DskipTests -Dspotless.check.skip package dependency:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile="$classpath"
fi
exec java -cp "target/test-classes:target/classes:$(cat "$classpath")" \
  -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
  dev.leaderelection.chaos.Chaos "$@"
