#!/bin/sh
# Unpacks a folder of an image, without a container engine: unpack.sh IMAGE FOLDER TARGET. IMAGE is a tar as Jib writes it. FOLDER is a path
# in it, or JAVA_HOME for the one that its environment names. TARGET is then that folder, with the times that its files have in the image;
# what a layer above deletes again is there, too.
set -eu
image=$1 folder=$2 target=$3
manifest=$(tar -xOf "$image" manifest.json)

if [ "$folder" = JAVA_HOME ]; then
  config=$(echo "$manifest" | sed 's|.*"Config":"\([^"]*\)".*|\1|')
  folder=$(tar -xOf "$image" "$config" | sed -n 's|.*"JAVA_HOME=\([^"]*\)".*|\1|p')
  [ -n "$folder" ] || {
    echo "$image sets no JAVA_HOME" >&2
    exit 1
  }
fi
rm -rf "$target"
mkdir -p "$(dirname "$target")"
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT

# What tar has to say about notes of other tars matters only if it fails.
quietly() {
  "$@" 2>"$work/errors" || {
    cat "$work/errors" >&2
    exit 1
  }
}

for layer in $(echo "$manifest" | sed 's|.*"Layers":\[\([^]]*\)\].*|\1|' | tr -d '"' | tr , ' '); do
  tar -xOf "$image" "$layer" >"$work/layer.tar.gz"
  # Some write the names of a layer with "./" before them.
  name=$(quietly tar -tzf "$work/layer.tar.gz" | sed -n "s|^\(\./\)\{0,1\}${folder#/}/.*|\1${folder#/}|p" | sort -u)
  if [ -n "$name" ]; then
    quietly tar -xzf "$work/layer.tar.gz" --no-same-owner -C "$work" "$name"
  fi
done
[ -d "$work/${folder#/}" ] || {
  echo "$image has no folder $folder" >&2
  exit 1
}
mv "$work/${folder#/}" "$target"
