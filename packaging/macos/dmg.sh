#!/usr/bin/env bash
# bash packaging/macos/dmg.sh [OUTPUT]
# After packaging/build.sh on a Mac: signs build/frozen/phototagger.app and packs it as a disk image. Untested so far.
# SIGN_IDENTITY="Developer ID Application: ..." signs for the world (ad hoc without it: it then starts on this Mac
# only); NOTARY_PROFILE, made by `xcrun notarytool store-credentials`, has Apple check it.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
here="$root/packaging/macos"
app="${PHOTOTAGGER_BUILD:-$root/build}/frozen/phototagger.app"
output="$(mkdir -p "${1:-$root/dist}" && cd "${1:-$root/dist}" && pwd)"
version="$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$root/phototagger/__init__.py")"
image="$output/phototagger-$version-macos-$(uname -m).dmg"
identity="${SIGN_IDENTITY:--}"
runtime=(--options runtime --timestamp)
[ "$identity" = - ] && runtime=()

# Inner parts first: a signature covers what it encloses.
find "$app/Contents" -type f \( -name '*.so' -o -name '*.dylib' -o -perm -u+x \) -print0 |
  while IFS= read -r -d '' part; do
    if file -b "$part" | grep -q Mach-O; then
      codesign --force ${runtime[@]+"${runtime[@]}"} --entitlements "$here/entitlements.plist" --sign "$identity" "$part"
    fi
  done
codesign --force ${runtime[@]+"${runtime[@]}"} --entitlements "$here/entitlements.plist" --sign "$identity" "$app"
codesign --verify --deep --strict "$app"

stage="$(mktemp -d)"
trap 'rm -rf "$stage"' EXIT
cp -R "$app" "$stage/"
ln -s /Applications "$stage/Applications"
rm -f "$image"
hdiutil create -volname "phototagger $version" -srcfolder "$stage" -format UDZO -ov "$image"
if [ "$identity" != - ]; then
  codesign --sign "$identity" "$image"
  if [ -n "${NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
  fi
fi
(cd "$output" && shasum -a 256 "$(basename "$image")" >"$(basename "$image").sha256")
