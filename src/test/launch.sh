#!/bin/sh
# Builds what a tool of the test tree needs, and starts it: launch.sh FOLDER GOAL MAIN [ARGUMENTS]. FOLDER is the tool's below target/,
# GOAL is how far Maven goes. With --no-build as the first of the arguments it takes what the last build left.
set -eu
cd "$(dirname "$0")/../.."
folder=target/$1 goal=$2 main=$3
shift 3
if [ "${1:-}" = --no-build ]; then
  shift
else
  mkdir -p "$folder"
  # shellcheck disable=SC2086 # several flags, or none
  mvn -q -B -ntp ${MAVEN_FLAGS:-} -DskipTests -Dspotless.check.skip "$goal" dependency:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile="$folder/classpath"
fi
classpath=$(cat "$folder/classpath")
# shellcheck disable=SC2086 # several flags, or none
exec java ${JVM_FLAGS:-} -cp "target/test-classes:target/classes:$classpath" \
  -Djava.util.logging.manager=org.jboss.logmanager.LogManager "$main" "$@"
