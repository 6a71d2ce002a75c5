#!/bin/sh
# Builds the operator and runs its protocol under a simulated API server, a million seeds if nothing else is said; --help tells
# the options. With --no-build, first, it takes what the last build left.
set -eu
cd "$(dirname "$0")/../../.."
classpath=target/simulation/classpath
if [ "${1:-}" = --no-build ]; then
  shift
else
  mkdir -p target/simulation
  mvn -q -B -ntp -DskipTests -Dspotless.check.skip test-compile dependency:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile="$classpath"
fi
exec java -XX:+UseSerialGC -cp "target/test-classes:target/classes:$(cat "$classpath")" \
  -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
  dev.leaderelection.simulation.Simulator "$@"
