# Shared by run.sh and test.sh: makes .venv and installs what is missing. Sourced, not run.
# After a first success it takes no network: a stamp in .venv remembers what was installed.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
venv="$root/.venv"

say() { printf '%s\n' "phototagger: $*" >&2; }
stop() { say "$@"; exit 2; }

# Prints a Python of 3.11 or newer.
find_python() {
  local candidate
  for candidate in "${PHOTOTAGGER_PYTHON:-}" python3 python3.13 python3.12 python3.11 python; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}

# Debian and Ubuntu names of what Qt's window needs beside exiftool.
system_packages() {
  echo libimage-exiftool-perl libegl1 libgl1 libopengl0 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0 \
    libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 \
    libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 fonts-dejavu-core
}

is_installed() {
  case "$(dpkg-query -W -f '${Status}' "$1" 2>/dev/null)" in *"ok installed") return 0 ;; *) return 1 ;; esac
}

# Prints those of the packages given that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    # A renamed package (libglib2.0-0t64 on newer Ubuntus) provides the old name.
    is_installed "$package" || is_installed "${package}t64" || echo "$package"
  done
}

install_system_packages() {
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || {
    command -v exiftool >/dev/null || say "exiftool is not installed: keywords can be found but not written." \
      "Install it with your system's package manager (Fedora: dnf install perl-Image-ExifTool;" \
      "Arch: pacman -S perl-image-exiftool; macOS: brew install exiftool)."
    return 0
  }
  local missing as_root=()
  missing="$(missing_packages "$@" | tr '\n' ' ')"
  [ -n "${missing// /}" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
      as_root=(sudo)
    else
      stop "these system packages are missing: $missing" $'\n'"Ask an administrator to run:" \
        "apt-get install $missing"
    fi
  fi
  say "installing system packages: $missing"
  "${as_root[@]}" apt-get update -qq >&2 || say "the package lists could not be refreshed; trying with the old ones."
  # shellcheck disable=SC2086
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends $missing >&2 ||
    stop "the system packages could not be installed: $missing" $'\n'"See the message above; try again once mended."
}

# install EXTRAS SYSTEM_PACKAGE...: EXTRAS is "" or "[dev]".
install() {
  local extras="$1" python stamp wanted
  shift
  stamp="$venv/.installed$extras"
  wanted="$(cat "$root/pyproject.toml" "${BASH_SOURCE[0]}" | cksum) $root $*"
  if [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    return 0
  fi
  install_system_packages "$@"
  python="$(find_python)" || stop "Python 3.11 or newer is needed. On Debian or Ubuntu: apt-get install python3"
  if ! [ -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install_system_packages python3-venv
    say "making $venv"
    rm -rf "$venv"
    "$python" -m venv "$venv" || stop "the virtual environment $venv could not be made. Is the disk full?"
  fi
  say "installing phototagger and what it needs (the first time, this can take some minutes)"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$root$extras" ||
    stop "the installation did not finish. Check the network and the free disk space, then run this again."
  printf '%s' "$wanted" >"$stamp"
}
