#!/usr/bin/env bash
# bash packaging/linux/tree.sh FROZEN ICONS TREE VERSION
# Lays the frozen folder out as a Linux system has its programs: TREE/usr with menu entry, icons and so on.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
frozen="$1" icons="$2" tree="$3" version="$4"
id=org.phototagger.phototagger
share="$tree/usr/share"
rm -rf "$tree"
mkdir -p "$tree/usr/lib" "$tree/usr/bin" "$share"/{applications,metainfo,doc/phototagger,icons/hicolor/scalable/apps}
cp -a "$frozen" "$tree/usr/lib/phototagger"
ln -s ../lib/phototagger/phototagger "$tree/usr/bin/phototagger"
install -m 644 "$here/$id.desktop" "$share/applications/"
released="$(date -u -d "@${SOURCE_DATE_EPOCH:?}" +%F)"
sed -e "s/@VERSION@/$version/" -e "s/@DATE@/$released/" "$here/$id.metainfo.xml" >"$share/metainfo/$id.metainfo.xml"
install -m 644 "$here/../../resources/icons/app.svg" "$share/icons/hicolor/scalable/apps/$id.svg"
for side in 16 24 32 48 64 128 256 512; do
  install -D -m 644 "$icons/$side.png" "$share/icons/hicolor/${side}x$side/apps/$id.png"
done
install -m 644 "$here/../../README.md" "$share/doc/phototagger/"
install -m 644 "$here/copyright" "$share/doc/phototagger/copyright"
gzip -9nc "$here/../../CHANGELOG.md" >"$share/doc/phototagger/changelog.gz"
# The same rights whatever the builder's own.
chmod -R u=rwX,go=rX "$tree"
find "$tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
