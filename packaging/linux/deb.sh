#!/usr/bin/env bash
# bash packaging/linux/deb.sh TREE VERSION OUTPUT
# Packs TREE/usr (from tree.sh) as phototagger_VERSION_ARCHITECTURE.deb into OUTPUT.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
tree="$1" version="$2" output="$3"
architecture="$(dpkg --print-architecture)"
glibc="$(ldd --version | sed -n '1s/.* //p')"
mkdir -p "$tree/DEBIAN"
ordered="$(sed -E 's/\.?(a|b|rc|dev)([0-9])/~\1\2/' <<<"$version")" # for dpkg a candidate comes before its release
sed -e "s/@VERSION@/$ordered/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@GLIBC@/$glibc/" \
  -e "s/@SIZE@/$(du -sk --apparent-size "$tree/usr" | cut -f1)/" "$here/control" >"$tree/DEBIAN/control"
install -m 755 "$here/postrm" "$tree/DEBIAN/postrm"
(cd "$tree" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
find "$tree/DEBIAN" -exec touch --date="@${SOURCE_DATE_EPOCH:?}" {} +
dpkg-deb --root-owner-group -Z"${PHOTOTAGGER_DEB_COMPRESSION:-xz}" -z6 --build "$tree" "$output/phototagger_${version}_$architecture.deb"
rm -rf "$tree/DEBIAN"
