#!/usr/bin/env bash
# bash packaging/build.sh [OUTPUT]
# Builds the program for people without Python: one frozen folder, checked for size, as .deb and .tar.gz, with
# SHA256SUMS. On macOS and Windows it stops after the folder; packaging/macos and packaging/windows go on from there.
# PHOTOTAGGER_EDITION=gpu leaves torch inside. PHOTOTAGGER_CONSTRAINTS=FILE pins every package, such as the
# build-versions.txt that an earlier build left: the same sources and versions give the same archives.
# PHOTOTAGGER_GRAPHS_READY=1 takes the graphs in build/graphs as they are, made by export_graphs.py elsewhere.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root"
output="$(mkdir -p "${1:-dist}" && cd "${1:-dist}" && pwd)"
build="${PHOTOTAGGER_BUILD:-$root/build}"
edition="${PHOTOTAGGER_EDITION:-cpu}"
most_mib=350
version="$(sed -n 's/^__version__ = "\(.*\)"/\1/p' phototagger/__init__.py)"
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}"
export PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1
mkdir -p "$build"

case "$(uname -s)" in MINGW* | MSYS* | CYGWIN*) scripts=Scripts ;; *) scripts=bin ;; esac
python="$build/venv/$scripts/python"
say "environment to freeze"
[ -x "$python" ] || "$(find_python)" -m venv "$build/venv"
wanted() {
  "$python" - "$edition" <<'PY'
import sys, tomllib
torch = ("torch", "torchvision", "timm", "onnx", "onnxscript")
for line in tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"]:
    name = line.split(">")[0].split("[")[0].strip()
    if sys.argv[1] == "gpu" or name not in torch:
        print(line)
PY
}
wanted >"$build/requirements.txt"
"$python" -m pip install --quiet ${PHOTOTAGGER_CONSTRAINTS:+--constraint "$PHOTOTAGGER_CONSTRAINTS"} \
  --requirement "$build/requirements.txt" 'pyinstaller>=6.11'
"$python" -m pip freeze --quiet >"$output/build-versions.txt"

say "graphs, icons, exiftool"
graphs="$build/graphs"
stamp="$(cat resources/models/*/spec.toml phototagger/__init__.py phototagger/inference/zoo/{backends,graphs}.py phototagger/inference/networks/*.py | cksum)"
if [ -z "${PHOTOTAGGER_GRAPHS_READY:-}" ] && [ "$(cat "$graphs.stamp" 2>/dev/null)" != "$stamp" ]; then
  torch_python="${PHOTOTAGGER_TORCH_PYTHON:-}"
  if [ -z "$torch_python" ]; then
    install "" # all of phototagger, torch included, into .venv
    torch_python="$venv/bin/python"
  fi
  "$torch_python" packaging/export_graphs.py "$graphs"
  echo "$stamp" >"$graphs.stamp"
fi
[ -f "$build/icons/phototagger.icns" ] || "$python" packaging/make_icons.py "$build/icons"
[ -f "$build/exiftool/LICENSE.exiftool" ] || bash packaging/fetch_exiftool.sh "$build/exiftool"

say "freezing"
export PHOTOTAGGER_GRAPHS="$graphs" PHOTOTAGGER_EXIFTOOL_FOLDER="$build/exiftool" PHOTOTAGGER_ICONS="$build/icons"
PHOTOTAGGER_EDITION="$edition" "$python" -m PyInstaller --noconfirm --log-level WARN --distpath "$build/frozen" \
  --workpath "$build/work" packaging/phototagger.spec
frozen="$build/frozen/phototagger"
if [ "$(uname -s)" = Linux ]; then
  # Symbols are most of these two; other libraries are small, and some break when stripped.
  find "$frozen" \( -name '_numkong*.so' -o -name 'libpython3*.so*' \) -exec strip --strip-unneeded {} +
fi
"$python" packaging/notices.py "$frozen"
cp LICENSE "$frozen/LICENSE"
mib="$(($(du -sk --apparent-size "$frozen" 2>/dev/null | cut -f1 || du -sk "$frozen" | cut -f1) / 1024))"
say "unpacked: $mib MiB"
if [ "$edition" = cpu ] && [ "$mib" -gt "$most_mib" ]; then
  du -ak "$frozen" | sort -rn | head -40 >&2
  stop "that is more than $most_mib MiB; the largest parts are above."
fi
[ "$(uname -s)" = Linux ] || { say "frozen into $frozen"; exit 0; }

name="phototagger-$version-linux-$(uname -m)"
[ "$edition" = cpu ] || name="$name-$edition"
find "$frozen" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
say "$name.tar.gz"
tree="$build/tree"
bash packaging/linux/tree.sh "$frozen" "$build/icons" "$tree" "$version"
tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --transform "s,^\./,$name/," \
  --directory "$tree/usr" --create --file - ./ | gzip -9n >"$output/$name.tar.gz"
if [ "$edition" = cpu ] && command -v dpkg-deb >/dev/null; then
  say "deb"
  bash packaging/linux/deb.sh "$tree" "$version" "$output"
fi
(cd "$output" && sha256sum build-versions.txt phototagger[-_]"$version"* >SHA256SUMS)
say "built:" && cat "$output/SHA256SUMS" >&2
