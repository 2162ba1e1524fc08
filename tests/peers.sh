#!/bin/sh
# Puts the peers of tests/compat in place, outside the repository: a Python environment with the
# packages of compat/requirements.txt, and promtool out of Debian's prometheus package (unpacked, not
# installed: the package would start a server). Prints the folder; does nothing when it is up to date.
#
# usage: peers.sh         MLO_TEST_VENV=folder (default: /var/tmp/mlo-peers-<user>)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${MLO_TEST_VENV:-/var/tmp/mlo-peers-$(id -un)}
wanted=$(cat "$here/compat/requirements.txt" "$0" | sha256sum | cut -c1-16)

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
download() { apt-get -q download prometheus >/dev/null; }

if [ "$(cat "$venv/.complete" 2>/dev/null)" != "$wanted" ]; then
  # Debian's own Python: another python3 may stand first on the path. pip comes last, so its absence
  # tells of a run that was killed before it.
  [ -x "$venv/bin/pip" ] || /usr/bin/python3 -m venv --clear "$venv" >&2
  "$venv/bin/pip" install -q --disable-pip-version-check --retries 10 --timeout 60 \
    -r "$here/compat/requirements.txt" >&2
  if ! command -v promtool >/dev/null && [ ! -x "$venv/bin/promtool" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    # Images often come without package lists.
    (cd "$work" && { download || { as_root apt-get -q update && download; }; } && dpkg-deb -x prometheus_*.deb .) >&2
    mv "$work/usr/bin/promtool" "$venv/bin/promtool"
  fi
  "$venv/bin/python" -c 'import evidently, sklearn, torch, tritonclient.http' >&2
  echo "$wanted" > "$venv/.complete"
fi
echo "$venv"
