#!/bin/sh
# From a bare Debian 12 to a drift report: installs what is missing, builds mlo with its LibTorch
# plugin, and runs the story of examples/vocabulary on real data. As root or with sudo. Safe to
# repeat: minutes the first time, seconds after that.
#
# usage: quickstart.sh            BUILD=dir  where to build (default: build/release)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
build=${BUILD:-$root/build/release}

say() { printf '\n== %s\n' "$*"; }

say "1/3  packages that are missing (apt-get, removes nothing)"
"$here/install-deps.sh" build
echo "all there"

say "2/3  building mlo and its LibTorch plugin in $build"
[ -f "$build/build.ninja" ] ||
  cmake -G Ninja -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DMLO_TORCH=ON -DMLO_TESTS=OFF -DMLO_UNITY=ON >/dev/null
cmake --build "$build"
"$build/mlo" --version

say "3/3  the story: examples/vocabulary"
PATH="$build:$PATH" "$here/vocabulary/run.sh" "$build/vocabulary"

cat <<END

== done
The workspace of the story is $build/vocabulary; look around in it:

  export PATH=$build:\$PATH
  cd $build/vocabulary
  mlo status
  mlo track show run:latest

To install: cmake --install $build --prefix ~/.local
END
