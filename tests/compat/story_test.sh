#!/bin/sh
# The whole story of examples/vocabulary with real git, then: nothing in the tree is untracked or changed, and
# git holds no byte of data. usage: story_test.sh BUILD SOURCE WORKSPACE
set -eu
build=$1 source=$2 workspace=$3
# Below 32768, where Linux begins to hand out ports to clients.
port=$((10000 + $$ % 20000))
MLO_PORT=$port PATH="$build:$PATH" "$source/examples/vocabulary/run.sh" "$workspace"
cd "$workspace"
left=$(git status --porcelain | grep -v -e predictions.csv -e streamed.csv -e answer.json -e drift-2014.html -e .vocabulary-story || true)
[ -z "$left" ] || { printf 'git status is not clean:\n%s\n' "$left"; exit 1; }
git fsck --strict >/dev/null
if git ls-files | grep -E '\.csv$|^\.mlo'; then echo "git tracks data"; exit 1; fi
mlo() { "$build/mlo" "$@"; }
mlo fsck
# A fresh look at an old state: what git checks out, mlo checks out.
before=$(mktemp)
trap 'rm -f "$before"' EXIT
cp data/train.csv "$before"
rm data/train.csv
mlo data checkout
cmp data/train.csv "$before"
