#!/usr/bin/env bash
# Shows leaders break, and who takes over, on a Kubernetes control plane of its own. Needs no cluster.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: examples/demo.sh [--keep] [--built]

Brings up a Kubernetes control plane on this machine's loopback, installs the
operator, applies three of the examples, and breaks their leaders: prints who
took over, and after how many milliseconds. Leaves nothing behind.

  --keep    keep it running afterwards, with a kubeconfig to play with, until Ctrl-C
  --built   use the operator as it was built last, however old
  --help    print this

The first run takes minutes: it builds the operator, and the control plane where
it can be neither found nor downloaded. Exits with 0 if everything happened that
is announced, with 1 if something did not, with 2 if it was called wrongly.
NO_COLOR=1 keeps the output plain.
TEXT
}

keep=() built=false
for option; do
  case $option in
    --keep) keep=(--keep) ;;
    --built) built=true ;;
    --help | -h) usage; exit 0 ;;
    *) echo "demo: unknown option $option; --help tells which there are" >&2; exit 2 ;;
  esac
done

fail() { echo "demo: $1" >&2; exit 1; }

cd "$(dirname "${BASH_SOURCE[0]}")/.."
app=target/quarkus-app/quarkus-run.jar
classes=target/test-classes/dev/leaderelection/demo/Demo.class
classpath=target/demo.classpath
stamp=target/demo.built
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
command -v "$java" >/dev/null || fail "JDK 17 or later is needed: there is no $java"

# Whether some of these sources are newer than what was made of them. A build that found nothing to make leaves that as it was, and sets
# the stamp.
newer() {
  local made=$1
  shift
  [ ! $stamp -nt "$made" ] || made=$stamp
  [ -n "$(find "$@" -newer "$made" -print -quit)" ]
}

stale() {
  [ ! -f $app ] || [ ! -f $classes ] || [ ! -f $classpath ] || newer $app pom.xml src/main || newer $classes pom.xml src/test/java
}

build() {
  command -v mvn >/dev/null || fail "Maven 3.8 or later is needed to build the operator"
  echo "Building the operator with Maven: a minute or two, more where it has to download"
  local log seconds=0
  log=$(mktemp)
  mvn -B -ntp -q package -DskipTests -Dspotless.check.skip >"$log" 2>&1 </dev/null &
  local maven=$!
  # A job in the background does not get the terminal's Ctrl-C.
  trap 'kill $maven 2>/dev/null || true; rm -f "$log"' EXIT
  trap 'exit 130' INT TERM
  while kill -0 $maven 2>/dev/null; do
    sleep 1
    seconds=$((seconds + 1))
    [ $((seconds % 10)) -ne 0 ] || echo "  still building after $seconds s"
  done
  wait $maven || { tail -n 30 "$log" >&2; fail "the build failed: mvn package -DskipTests"; }
  touch $stamp
  rm -f "$log"
  trap - EXIT INT TERM
}

if $built; then
  [ -f $app ] && [ -f $classes ] && [ -f $classpath ] || fail "not built yet: mvn package -DskipTests"
elif stale; then
  build
fi

colour=false
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ] && colour=true

# Without file caching, Vert.x below the client leaves no folder of its own.
exec "$java" -Ddemo.colour=$colour -Dvertx.disableFileCaching=true -Dvertx.disableFileCPResolving=true \
  -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
  -cp "target/test-classes:target/classes:$(cat $classpath)" dev.leaderelection.demo.Demo ${keep[@]+"${keep[@]}"}
