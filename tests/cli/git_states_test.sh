#!/bin/sh
# Repositories that are set up in rarer ways: other owners, environment variables, index formats, hash functions,
# bare ones, submodules, linked work trees. mlo works, or says in one line what it cannot read.
# As root or as a user with sudo.
# usage: git_states_test.sh BUILD SOURCE
set -u
build=$1
export NO_COLOR=1 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.invalid GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.invalid
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
work=$(TMPDIR=/tmp mktemp -d)
chmod 755 "$work"
trap 'cd /; as_root rm -rf "$work"' EXIT
mlo() { "$build/mlo" "$@"; }
wrong=0
fail() { echo "FAIL $*"; wrong=1; }
expect() {
  code=$1 text=$2; shift 2
  said=$("$@" 2>&1 </dev/null); got=$?
  if [ $got != "$code" ] || { [ -n "$text" ] && ! printf '%s' "$said" | grep -qF -- "$text"; }; then
    fail "'$*': exit $got (expected $code '$text'), said: $said"
  else
    echo "ok   $*"
  fi
}
# fresh NAME [OPTION...]: a repository with a workspace and tracked data.
fresh() {
  name=$1; shift
  cd "$work" && as_root rm -rf "$name" && git init -q -b main "$@" "$name" && cd "$name" || exit 1
}
with_data() { mlo init >/dev/null && echo 1 > f && mlo data add f >/dev/null && git add -A && git commit -qm one; }

# --- owners ----------------------------------------------------------------------------------------
fresh owned; with_data; as_root chown 65533:65533 .git .
trusts() { expect 0 "" env "$@" "$build/mlo" data status; }
expect 3 "safe.directory '$work/owned'" mlo data status
here=$work/owned
trusts GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory "GIT_CONFIG_VALUE_0=$here"
trusts GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory 'GIT_CONFIG_VALUE_0=*'
trusts "GIT_CONFIG_PARAMETERS='safe.directory=$here'"
git config -f "$work/global" safe.directory '~/owned'
trusts GIT_CONFIG_GLOBAL="$work/global" HOME="$work"
trusts GIT_CONFIG_SYSTEM="$work/global" HOME="$work"
expect 3 "belongs to another user" env GIT_CONFIG_GLOBAL="$work/global" HOME=/nonexistent "$build/mlo" data status
git config -f "$work/global" --add safe.directory ''
expect 3 "belongs to another user" env GIT_CONFIG_GLOBAL="$work/global" HOME="$work" "$build/mlo" data status
expect 3 "belongs to another user" env "GIT_CONFIG_VALUE_0=*" "$build/mlo" data status
printf '[safe]\n\tdirectory = *\n' >> .git/config
expect 3 "belongs to another user" mlo data status

# --- variables -------------------------------------------------------------------------------------
fresh variables; with_data; mkdir -p sub
cd sub && expect 0 "" env GIT_DIR=../.git GIT_WORK_TREE=.. "$build/mlo" data diff HEAD
cd .. && expect 0 "" env GIT_DIR=.git "$build/mlo" data diff HEAD
expect 0 "" env GIT_DIR=.git GIT_WORK_TREE=. "$build/mlo" -C . data diff HEAD
cp .git/index "$work/index"; echo y > y; GIT_INDEX_FILE="$work/index" git add y
expect 2 "git tracks 'y'" env GIT_INDEX_FILE="$work/index" "$build/mlo" data add y
mv .git "$work/elsewhere.git"; printf 'gitdir: ../elsewhere.git\n' > .git
expect 0 "" mlo data diff HEAD
rm -rf "$work/elsewhere.git"
expect 2 "revisions need a git repository" mlo data diff HEAD

# --- the index -------------------------------------------------------------------------------------
fresh split; with_data; git update-index --split-index
expect 3 "split into two files" mlo data add f
printf '%s' "$said" | grep -q '^hint: ' || fail "no hint"
eval "$(printf '%s' "$said" | sed -n 's/^hint: //p')" || fail "the hint does not work"
expect 0 "" mlo data add f
fresh sparse; with_data; mkdir -p a b; echo 1 > a/x; echo 1 > b/y; git add -A; git commit -qm two
git sparse-checkout set --cone --sparse-index a
expect 3 "index is sparse" mlo data add f
eval "$(printf '%s' "$said" | sed -n 's/^hint: //p')" >/dev/null || fail "the hint does not work"
expect 0 "" mlo data add f
[ ! -e b ] || fail "no longer sparse"
fresh racing; with_data; : > .git/index.lock
expect 0 "" mlo data status

# --- formats ---------------------------------------------------------------------------------------
fresh sha256 --object-format=sha256
expect 3 "SHA-256 object names, which this mlo cannot read" mlo init
fresh reftable
git config core.repositoryformatversion 1; git config extensions.refstorage reftable
expect 3 "reftable references, which this mlo cannot read" mlo init
fresh newer; with_data; git config core.repositoryformatversion 99
expect 3 "cannot open the git repository" mlo data status

# --- shapes ----------------------------------------------------------------------------------------
cd "$work" && git init -q --bare bare.git && cd bare.git || exit 1
expect 0 "made an mlo workspace" mlo init ../beside
mkdir inside; expect 0 "made an mlo workspace" mlo init inside
expect 2 "no git repository" mlo -C inside hooks install
fresh inner; with_data
fresh outer; with_data
git -c protocol.file.allow=always submodule --quiet add ../inner library; git commit -qm submodule
expect 0 "data is as its pointers say" mlo data status
cd library || exit 1
expect 0 "" mlo data status
mkdir -p .mlo; expect 0 "modules/library/hooks" mlo hooks install
echo 2 > f; git checkout -q -b work
PATH=$(readlink -f "$build"):$PATH
expect 1 "'f' is modified and was not added" git commit --allow-empty -qm x
mlo data add f >/dev/null; git add -A; expect 0 "" git commit -qm two
cd .. && git add library && expect 0 "" git commit -qm "a new submodule commit"
[ -z "$(ls .git/hooks | grep -v sample)" ] || fail "hooks of the outer repository"
fresh shallow-source; with_data; echo 2 > f; mlo data add f >/dev/null; git commit -qam two
cd "$work" && rm -rf shallow && git clone -q --depth 1 "file://$work/shallow-source" shallow && cd shallow || exit 1
expect 0 "" mlo hooks install
expect 0 "" git commit --allow-empty -qm x
cd "$work" && git clone -q --bare shallow-source bare-main.git && git -C bare-main.git worktree add -q ../from-bare main && cd from-bare || exit 1
mkdir -p .mlo; expect 0 "bare-main.git/hooks" mlo hooks install
echo 3 > f; expect 1 "'f' is modified" git commit --allow-empty -qm x
fresh unborn; mlo init >/dev/null; mlo hooks install >/dev/null
echo 1 > f; mlo data add f >/dev/null; git add -A; echo 2 > f
expect 1 "'f' is modified" git commit -qm first
echo 1 > f; expect 0 "" git commit -qm first
git checkout -q --orphan other; expect 0 "" git commit -qm orphan
# What data add changed is what status wants committed.
fresh ignored; with_data; echo 2 > g; mlo data add g >/dev/null
expect 0 ".gitignore" mlo status

[ $wrong = 0 ] && echo "all as expected"
exit $wrong
