#!/usr/bin/env bash
# bash packaging/test-installed.sh phototagger_VERSION_ARCH.deb [SCREENSHOT.png]
# Installs the package with apt, as root, uses the installed program as a person without Python would, and removes it.
# The folder is dragged by a Python with PySide6: PHOTOTAGGER_DRAG_PYTHON, by default the one that froze the program.
# Needs Debian 12, Ubuntu 24.04 or newer; installs xvfb, xdotool, x11-apps, netpbm and exiv2 where they are missing.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
deb="$(realpath "${1:?usage: test-installed.sh DEB [SCREENSHOT]}")"
work="$(mktemp -d)"
shot="$(realpath -m "${2:-$work/window.png}")"
drag_python="${PHOTOTAGGER_DRAG_PYTHON:-$root/build/venv/bin/python}"
started=()
finish() {
  for process in "${started[@]}"; do kill "$process" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
step() { printf '== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive

step "install"
apt-get install -y -qq --no-install-recommends xvfb xdotool x11-apps netpbm exiv2 fonts-dejavu-core >/dev/null
apt-get install -y -qq --no-install-recommends --reinstall "$deb" >/dev/null
for file in bin/phototagger share/applications/org.phototagger.phototagger.desktop \
  share/metainfo/org.phototagger.phototagger.metainfo.xml share/doc/phototagger/copyright \
  share/icons/hicolor/scalable/apps/org.phototagger.phototagger.svg; do
  [ -e "/usr/$file" ] || fail "/usr/$file is missing"
done
lacking="$(find /usr/lib/phototagger \( -name '*.so*' -o -name phototagger -type f \) -exec ldd {} + 2>/dev/null |
  awk '/not found/ {print $1}' | sort -u)"
# Libraries that lie in the folder find each other once the program has set its path.
for library in $lacking; do
  [ -n "$(find /usr/lib/phototagger -name "$library" -print -quit)" ] || fail "$library is in no dependency"
done

step "tag three photos and write, with nothing on the PATH but perl"
mkdir -p "$work/home" "$work/bin" "$work/photos"
cp "$root"/resources/samples/{astronaut,coffee,cat-turned}.jpg "$work/photos"
ln -s "$(command -v perl)" "$work/bin/perl"
alone() { (cd "$work" && env -i HOME="$work/home" PATH="$work/bin" LANG=C.UTF-8 "$@"); }
alone /usr/bin/phototagger --version
alone /usr/bin/phototagger models verify
alone /usr/bin/phototagger --quiet --json tag photos --write >"$work/tagged.json"
[ "$(grep -c '"state": "analysed"' "$work/tagged.json")" = 3 ] || fail "not all photos were analysed"
for pair in astronaut:portrait coffee:coffee cat-turned:cat; do
  words="$(exiv2 -Pv -K Xmp.dc.subject "$work/photos/${pair%:*}.jpg")"
  case "$words" in *"${pair#*:}"*) ;; *) fail "${pair%:*}.jpg has the words '$words', not ${pair#*:}" ;; esac
done
strangers="$(find "$work/home" -type f ! -path '*/phototagger/*')"
[ -z "$strangers" ] || fail "files of others in the home folder: $strangers"
alone /usr/bin/phototagger --quiet undo
[ -z "$(exiv2 -Pv -K Xmp.dc.subject "$work/photos/coffee.jpg" 2>/dev/null)" ] || fail "undo left a keyword"
alone /usr/bin/phototagger --licences >"$work/licences.txt"
grep -q "ExifTool" "$work/licences.txt" || fail "the licences do not name ExifTool"

step "the window from its menu entry; a folder is dropped on it"
command="$(sed -n 's/^Exec=//p' /usr/share/applications/org.phototagger.phototagger.desktop)"
display=":$((RANDOM % 400 + 100))"
Xvfb "$display" -screen 0 1800x900x24 >/dev/null 2>&1 &
started+=($!)
for _ in $(seq 50); do [ -e "/tmp/.X11-unix/X${display#:}" ] && break; sleep 0.1; done
mkdir "$work/newcomer"
on_screen() { env -i HOME="$work/newcomer" PATH=/usr/bin:/bin DISPLAY="$display" LANG=C.UTF-8 "$@"; }
appears() {
  for _ in $(seq 60); do
    [ -n "$(on_screen xdotool search --onlyvisible --name "$1" 2>/dev/null | head -1 || true)" ] && return 0
    sleep 0.5
  done
  return 1
}
opened=""
if "$drag_python" -c 'import PySide6.QtWidgets' 2>/dev/null; then
  on_screen "$drag_python" "$root/packaging/drag_source.py" "$work/photos" 1550 300 >/dev/null 2>&1 &
  started+=($!)
else
  echo "   $drag_python has no PySide6, so the folder is opened by the menu entry instead"
  opened="$work/photos"
fi
# shellcheck disable=SC2086
on_screen ${command/\%F/$opened} >"$work/window.log" 2>&1 &
window=$!
started+=("$window")
appears '^phototagger' || { cat "$work/window.log" >&2; fail "no window came up"; }
sleep 3
if [ -z "$opened" ]; then
  appears 'drag source' || fail "the drag source did not come up"
  on_screen xdotool mousemove 1650 400 mousedown 1
  for x in 1640 1500 1300 1100 900 750 650; do sleep 0.3; on_screen xdotool mousemove "$x" 420; done
  sleep 0.3
  on_screen xdotool mouseup 1
fi
sleep 20 # the analysis of three photos
on_screen xwd -root -silent | xwdtopnm 2>/dev/null | pnmtopng >"$shot" 2>/dev/null
colours="$(pngtopnm "$shot" | ppmhist -noheader 2>/dev/null | wc -l)"
[ "$colours" -gt 2000 ] || fail "the window shows $colours colours: no photos in it ($shot)"
kill "$window" 2>/dev/null || true
wait "$window" 2>/dev/null || true
on_screen /usr/bin/phototagger --quiet --json search coffee >"$work/found.json"
grep -q coffee.jpg "$work/found.json" || fail "the window did not analyse the folder"

step "remove: photos and catalog stay"
written="$(cat "$work"/photos/*.jpg | sha256sum)"
apt-get purge -y -qq phototagger | grep phototagger: || true
[ ! -e /usr/bin/phototagger ] && [ ! -e /usr/lib/phototagger ] || fail "the program is still there"
[ "$(cat "$work"/photos/*.jpg | sha256sum)" = "$written" ] || fail "a photo changed"
[ -s "$work/home/.local/share/phototagger/catalog.sqlite" ] || fail "the catalog is gone"
step "all is well"
