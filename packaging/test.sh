#!/usr/bin/env bash
# bash packaging/test.sh [PYTEST ARGUMENTS]
# Sets up what is missing, then runs all tests.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

# shellcheck disable=SC2046
install "[dev]" $(system_packages) exiv2 xvfb
cd "$root"
export QT_QPA_PLATFORM="${QT_QPA_PLATFORM:-offscreen}"
exec "$venv/bin/python" -m pytest -m "not nightly" -n logical --maxprocesses 4 --dist worksteal "$@"
