#!/bin/sh
# A remote outlives mlo: the script of mlo-formats(5) reads every object of a plain one, with zstd and
# sha256sum alone.
# usage: remote_by_hand_test.sh BUILD SOURCE
set -eu
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

awk '/^\.SS Reading a remote without mlo/ { found = 1 }
     found && /^\.EE/ { exit }
     found && inside { gsub(/\\e/, "\\"); print }
     found && /^\.EX/ { inside = 1 }' "$source/man/mlo-formats.5" > "$work/script"
[ -s "$work/script" ] || { echo "mlo-formats(5) has no script to read a remote"; exit 1; }

cp -r "$source/tests/unit/remote/data/plain" "$work/remote"
cd "$work/remote"
manifest=manifests/$(printf 'commit %040d' 0 | tr 0 c | sha256sum | cut -c1-64)
digests=$(zstd -dcq "$manifest" | grep -o 'sha256:[0-9a-f]*' | cut -d: -f2)
[ "$(echo "$digests" | wc -l)" -eq 4 ]
for digest in $digests; do
  got=$( (echo "digest=$digest"; cat "$work/script") | sh | sha256sum | cut -d' ' -f1)
  [ "$got" = "$digest" ] || { echo "object $digest was read as $got"; exit 1; }
done
for pack in packs/*/*; do
  [ "packs/$(sha256sum < "$pack" | sed 's|^..|&/|' | cut -d' ' -f1)" = "$pack" ]
done
