#!/bin/sh
# Tells in which folder the programs prometheus and promtool are: on the PATH, else in a cache of the user's, into which Debian's package
# is unpacked. It is not installed, for that would start a service.
set -eu
for folder in $(echo "$PATH" | tr : ' '); do
  if [ -x "$folder/prometheus" ] && [ -x "$folder/promtool" ]; then
    echo "$folder"
    exit
  fi
done
cache=${XDG_CACHE_HOME:-$HOME/.cache}/leader-election-operator
programs=$cache/prometheus/usr/bin
if [ ! -x "$programs/promtool" ]; then
  mkdir -p "$cache"
  part=$(mktemp -d "$cache/prometheus.XXXXXX")
  trap 'rm -rf "$part"' EXIT
  if ! (cd "$part" && apt-get download -qq prometheus && dpkg-deb -x prometheus_*.deb whole) >&2; then
    echo "There is no Prometheus: put its programs prometheus and promtool on the PATH (they are in its releases, and in Debian's package" \
      "prometheus), or run apt-get update, so that the package can be fetched." >&2
    exit 1
  fi
  # Another run may have been faster.
  mv -T "$part/whole" "$cache/prometheus" 2>/dev/null || [ -x "$programs/promtool" ]
fi
echo "$programs"
