#!/bin/sh
# Makes a base image out of a JDK of this machine, where no registry can be reached: base.sh JDK FOLDER. JDK is its folder, or "newest"
# for the newest that is installed. FOLDER/root/opt/java/openjdk is then a Java runtime with the modules that the operator needs, and
# FOLDER/base.tar an image with nothing but that runtime and the C library's files: no shell, no package manager.
set -eu
jdk=$1 folder=$2
here=$(cd "$(dirname "$0")" && pwd)
root=$folder/root
runtime=$root/opt/java/openjdk
modules=java.base,java.instrument,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.sql,java.xml
modules=$modules,jdk.crypto.ec,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs

if [ "$jdk" = newest ]; then
  jdk=$(for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ -x "$home/bin/jlink" ] && [ -f "$home/release" ]; then
      sed -n "s|^JAVA_VERSION=\"\([0-9]*\).*|\1 $home|p" "$home/release"
    fi
  done | sort -n | tail -n 1 | cut -d ' ' -f 2)
fi
[ -x "$jdk/bin/jlink" ] || {
  echo "no jlink in $jdk: install a JDK (with its jmods, if it is older than 24), or name one with -Dimage.jdk=" >&2
  exit 1
}
rm -rf "$folder"
mkdir -p "$root/opt/java" "$root/etc" "$root/tmp" "$root/app"
"$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --output "$runtime"
# What an older JVM makes its archive of the operator's classes on top of.
"$runtime/bin/java" -Xshare:dump >/dev/null

# Whatever the runtime's own libraries are linked with, at the places where they look for it; names are resolved by the two others.
libraries=$(find "$runtime" -name '*.so' -o -path '*/bin/java' | xargs ldd 2>/dev/null |
  awk '$2 == "=>" && $3 ~ /^\// {print $3} $1 ~ /^\/.*ld-linux/ {print $1}' | grep -v "^$(cd "$runtime" && pwd)/" | sort -u)
libc=$(echo "$libraries" | grep '/libc\.so')
for library in $libraries "${libc%/*}"/libnss_files.so.2 "${libc%/*}"/libnss_dns.so.2 "${libc%/*}"/libresolv.so.2; do
  if [ -e "$library" ]; then
    mkdir -p "$root${library%/*}"
    cp -L "$library" "$root$library"
  fi
done

printf 'root:x:0:0:root:/:/sbin/nologin\noperator:x:10001:10001:operator:/:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\noperator:x:10001:\n' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
chmod 1777 "$root/tmp"

sh "$here/pack.sh" "$root" leader-election-operator-base:local \
  '{"Env":["PATH=/opt/java/openjdk/bin","JAVA_HOME=/opt/java/openjdk"]}' "$folder/base.tar"
