#!/bin/sh
# Packs a folder into an image of one layer, without a container engine: pack.sh FOLDER NAME CONFIG OUT. NAME is what the image is
# called where it is imported, CONFIG its configuration as JSON (Env, Entrypoint and so on). Equal contents give equal bytes.
set -eu
folder=$1 name=$2 config=$3 out=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $(uname -m) in
  aarch64) architecture=arm64 ;;
  *) architecture=amd64 ;;
esac

# Second 1, as Jib does it: archives of classes want the times of the files that they were made of.
archive() { tar --sort=name --mtime=@1 --owner=0 --group=0 --numeric-owner --format=gnu "$@"; }

archive -C "$folder" -cf "$work/layer.tar" .
layer=$(sha256sum "$work/layer.tar" | cut -d ' ' -f 1)
printf '{"created":"1970-01-01T00:00:01Z","architecture":"%s","os":"linux","config":%s,"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
  "$architecture" "$config" "$layer" >"$work/config.json"
printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$name" >"$work/manifest.json"
archive -C "$work" -cf "$out.part" manifest.json config.json layer.tar
mv "$out.part" "$out"
