#!/bin/sh
# The story of examples/share-data with the real git and moto; and git holds no byte of data afterwards.
# usage: share_data_test.sh BUILD SOURCE VENV
set -eu
build=$1 source=$2 venv=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
MOTO_SERVER="$venv/bin/moto_server" PATH="$build:$PATH" "$source/examples/share-data/run.sh" "$work/story"
cd "$work/story/ana"
if git ls-files | grep -E '\.csv$|^\.mlo'; then echo "git tracks data"; exit 1; fi
git fsck --strict >/dev/null
