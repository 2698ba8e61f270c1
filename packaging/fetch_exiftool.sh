#!/usr/bin/env bash
# bash packaging/fetch_exiftool.sh FOLDER
# Puts exiftool, its library and its licence into FOLDER, as npm packages it: the perl script everywhere but on
# Windows, where a perl of its own comes along. Checked against npm's own hash. Needs npm and tar.
set -euo pipefail
version="${PHOTOTAGGER_EXIFTOOL_VERSION:-13.59.3}"
target="${1:?usage: fetch_exiftool.sh FOLDER}"
case "$(uname -s)" in MINGW* | MSYS* | CYGWIN*) package=exiftool-vendored.exe ;; *) package=exiftool-vendored.pl ;; esac

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "$package@$version" >/dev/null && tar xzf ./*.tgz) # npm checks the hash itself
rm -rf "$target"
mkdir -p "$target"
cp -R "$work/package/bin/." "$target/"
# What only building or translating exiftool needs.
rm -rf "$target"/{Makefile.PL,MANIFEST,META.json,META.yml,perl-Image-ExifTool.spec,build_geolocation,arg_files,fmt_files,config_files,t,html,Changes}
find "$target" \( -name '*.pod' -o -name 'Geolocation.dat' \) -delete
cp "$work/package/LICENSE" "$target/LICENSE.npm-package"
cat >"$target/LICENSE.exiftool" <<EOF
ExifTool by Phil Harvey, https://exiftool.org, from the npm package $package $version.
This is free software; you can redistribute it and/or modify it under the same terms as Perl itself: either the
GNU General Public License (version 1, or any later version) or the Artistic License. Both texts:
https://dev.perl.org/licenses/ (on Debian: /usr/share/common-licenses/Artistic and GPL-1).
EOF
