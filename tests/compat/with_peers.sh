#!/bin/sh
# Runs a Python script in the environment of the peers, or `sh SCRIPT` with that folder as last argument.
set -eu
export PYTHONDONTWRITEBYTECODE=1
venv=${MLO_TEST_VENV:-/var/tmp/mlo-peers-$(id -un)}
[ -x "$venv/bin/python" ] || {
  echo "no peers in '$venv': tests/peers.sh puts them there" >&2
  exit 3
}
if [ "$1" = sh ]; then exec "$@" "$venv"; fi
exec "$venv/bin/python" "$@"
