#!/bin/sh
# Puts the peers of tests/compat in place, outside the repository: a Python environment with the
# packages of compat/requirements.txt; promtool, and sshd and nginx (below servers/), out of Debian's packages
# (unpacked, not installed: the packages would start servers). Prints the folder; does nothing when it is up
# to date.
#
# usage: peers.sh         MLO_TEST_VENV=folder (default: /var/tmp/mlo-peers-<user>)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${MLO_TEST_VENV:-/var/tmp/mlo-peers-$(id -un)}
wanted=$(cat "$here/compat/requirements.txt" "$0" | sha256sum | cut -c1-16)

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
download() { apt-get -q download "$@" >/dev/null; }
# unpack FOLDER PACKAGE...: into FOLDER. Images often come without package lists.
unpack() {
  folder=$1; shift
  (cd "$work" && rm -f ./*.deb && { download "$@" || { as_root apt-get -q update && download "$@"; }; } &&
    for package in *.deb; do dpkg-deb -x "$package" "$folder"; done) >&2
}

if [ "$(cat "$venv/.complete" 2>/dev/null)" != "$wanted" ]; then
  # Debian's own Python: another python3 may stand first on the path. pip comes last, so its absence
  # tells of a run that was killed before it.
  [ -x "$venv/bin/pip" ] || /usr/bin/python3 -m venv --clear "$venv" >&2
  "$venv/bin/pip" install -q --disable-pip-version-check --retries 10 --timeout 60 \
    -r "$here/compat/requirements.txt" >&2
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  if ! command -v promtool >/dev/null && [ ! -x "$venv/bin/promtool" ]; then
    unpack "$work/promtool" prometheus
    mv "$work/promtool/usr/bin/promtool" "$venv/bin/promtool"
  fi
  if [ ! -x "$venv/servers/usr/sbin/nginx" ]; then
    rm -rf "$venv/servers"
    unpack "$work/servers" openssh-server libwrap0 nginx
    mv "$work/servers" "$venv/servers"
  fi
  "$venv/bin/python" -c 'import evidently, moto, sklearn, swift, torch, tritonclient.http' >&2
  echo "$wanted" > "$venv/.complete"
fi
echo "$venv"
