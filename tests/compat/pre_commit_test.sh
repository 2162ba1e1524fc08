#!/bin/sh
# mlo's hooks run by the real pre-commit (pre-commit.com), from mlo's own .pre-commit-hooks.yaml.
# usage: pre_commit_test.sh BUILD SOURCE VENV
set -u
build=$1 source=$2 venv=$3
export NO_COLOR=1 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.invalid GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.invalid
work=$(mktemp -d)
trap 'cd /; rm -rf "$work"' EXIT
export PRE_COMMIT_HOME="$work/cache"
mkdir "$work/bin" && ln -s "$(readlink -f "$build/mlo")" "$work/bin/mlo"
PATH=$work/bin:$venv/bin:$PATH
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

# What a user names in `repo:` is a git repository with the hooks at its top; pre-commit clones it.
mkdir "$work/mlo" && cp "$source/.pre-commit-hooks.yaml" "$work/mlo/"
(cd "$work/mlo" && git init -q -b main && git add -A && git commit -qm hooks && git tag v1)
mkdir "$work/project" && cd "$work/project" || exit 1
git init -q -b main && mlo init >/dev/null
cat > .pre-commit-config.yaml <<YAML
default_install_hook_types: [pre-commit, post-checkout, post-merge, pre-push]
repos:
- repo: $work/mlo
  rev: v1
  hooks:
  - {id: mlo-pre-commit, verbose: true}
  - {id: mlo-post-checkout, verbose: true}
  - {id: mlo-post-merge, verbose: true}
  - {id: mlo-pre-push, verbose: true}
YAML
expect 0 "" pre-commit validate-manifest "$source/.pre-commit-hooks.yaml"
expect 0 "pre-commit installed at" pre-commit install
git add -A && git commit -qm init 2>/dev/null || fail "the first commit"

mkdir d && echo 1 > d/a && mlo data add d >/dev/null && git add -A
expect 0 "Passed" git commit -m one
echo 2 > d/a; echo code > code; git add code
expect 1 "'d/a' is modified and was not added" git commit -m two
mlo data add d >/dev/null; git add d.mlo
expect 0 "Passed" git commit -m two
head -c 11000000 /dev/zero > large; git add large
expect 1 "'large' (10.5 MiB) is about to enter git" git commit -m large
git rm -q --cached large; rm large
expect 0 "data checked out" git checkout -q -b side HEAD~1
[ "$(cat d/a)" = 1 ] || fail "data after git checkout"
echo s > d/s; mlo data add d >/dev/null; git add -A; git commit -qm side >/dev/null 2>&1
git checkout -q main 2>/dev/null
git init -q --bare "$work/remote"; git remote add origin "$work/remote"
expect 0 "push the data of these commits" git push -q origin main

# mlo's own installation leaves these hooks to pre-commit and adds what pre-commit does not have.
expect 1 "managed by pre-commit: add the hook mlo-pre-commit" mlo hooks install
expect 0 "data checked out" git merge -q -m merged side
[ "$(cat d/a d/s | tr '\n' ' ')" = "2 s " ] || fail "data after a merge"

# The other way round: pre-commit finds mlo's hooks and keeps them.
pre-commit uninstall >/dev/null; mlo hooks install >/dev/null || fail "hooks install after uninstall"
expect 0 "pre-commit installed" pre-commit install
echo 3 > d/a
expect 1 "'d/a' is modified and was not added" git commit --allow-empty -m three
mlo data checkout --force >/dev/null
expect 0 "Passed" git commit --allow-empty -m three
pre-commit uninstall >/dev/null
expect 0 "" git commit --allow-empty -qm four
mlo hooks uninstall >/dev/null
[ -z "$(ls .git/hooks | grep -v sample)" ] || fail "left behind: $(ls .git/hooks)"
exit $wrong
