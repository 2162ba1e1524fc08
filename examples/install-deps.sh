#!/bin/sh
# Installs the Debian packages that mlo needs and that this machine lacks. Asks nothing, removes
# nothing, and takes no time where nothing is missing.
#
# usage: install-deps.sh [--list] GROUP...
#   build   compiler, CMake and the libraries of the program and of the LibTorch plugin
#   test    what tests/run.sh needs on top: Catch2, a Python to put the peers in, formatters
#   fuzz    the compiler of tests/fuzz/fuzz.sh
#   bench   the peers of tests/bench that Debian packages
#   --list  print the packages of the groups and stop
set -eu

# Reference BLAS makes a 2048 matrix product 50 times slower than OpenBLAS: LibTorch takes whatever
# the alternatives system offers, so the pthread build of OpenBLAS is named here.
build='g++ cmake ninja-build ccache git ca-certificates curl
  libboost-dev libcli11-dev libfast-float-dev libfmt-dev libgit2-dev libsimdjson-dev
  libcurl4-openssl-dev libsqlite3-dev libssh-dev libssl-dev libyaml-cpp-dev libzstd-dev
  nlohmann-json3-dev zlib1g-dev
  libtorch-dev libopenblas0-pthread'
test='catch2 binutils git-lfs groff-base man-db openssh-client procps
  python3-venv zstd'
fuzz='clang-19 libclang-rt-19-dev'
bench='borgbackup casync git-lfs procps rclone restic time wrk'

list=
if [ "${1:-}" = --list ]; then list=yes; shift; fi
wanted=
for group in "$@"; do
  case $group in
    build) wanted="$wanted $build" ;;
    test) wanted="$wanted $test" ;;
    fuzz) wanted="$wanted $fuzz" ;;
    bench) wanted="$wanted $bench" ;;
    *) echo "install-deps.sh: unknown group '$group': build, test, fuzz or bench" >&2; exit 2 ;;
  esac
done
[ -n "$wanted" ] || { echo "usage: install-deps.sh [--list] GROUP..." >&2; exit 2; }
if [ -n "$list" ]; then printf '%s\n' $wanted; exit 0; fi

command -v dpkg-query >/dev/null || {
  echo "install-deps.sh: this is not Debian; install the likes of:" $wanted >&2
  exit 3
}
present=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
          sed -n 's/^installed //p' || true)
missing=
for package in $wanted; do
  printf '%s\n' "$present" | grep -qxF -- "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || {
    echo "install-deps.sh: needs root or sudo to install:$missing" >&2
    exit 3
  }
  as_root=sudo
fi
echo "installing:$missing"
apt() {
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null
}
# The package lists may be absent (a fresh image) or name versions that are gone: try, then refresh.
# shellcheck disable=SC2086
apt --no-remove --no-install-recommends install $missing >/dev/null 2>&1 || {
  apt update >/dev/null
  apt --no-remove --no-install-recommends install $missing >/dev/null
}
