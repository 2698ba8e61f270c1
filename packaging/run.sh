#!/usr/bin/env bash
# bash packaging/run.sh [FOLDER]
# Sets up what is missing, then opens the window on FOLDER, or, without a display, finds the keywords of the
# photos in FOLDER on the command line (nothing is written). Without FOLDER it takes a few sample photos.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

[ $# -le 1 ] || stop "usage: bash packaging/run.sh [FOLDER]"
if [ $# = 1 ] && ! [ -e "$1" ]; then
  stop "$1 does not exist."
fi
# shellcheck disable=SC2046
install "" $(system_packages)

if [ $# = 1 ]; then
  folder="$1"
else
  folder="$("$venv/bin/python" -c 'from phototagger.settings.locations import copy_samples; print(copy_samples())')"
  say "using the sample photos in $folder"
fi
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname)" = Darwin ]; then
  exec "$venv/bin/python" -m phototagger gui "$folder"
fi
exec "$venv/bin/python" -m phototagger tag "$folder"
