#!/bin/sh
# mlo as git sees it: hooks and the merge driver, run by the user's git, in repositories with odd names, linked
# work trees, beside other hooks, without mlo on PATH, and in the middle of a rebase.
# usage: hooks_test.sh BUILD SOURCE
set -u
build=$1
export NO_COLOR=1 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.invalid GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.invalid
work=$(mktemp -d)
trap 'cd /; rm -rf "$work"' EXIT
plain=$PATH
mkdir "$work/bin" && ln -s "$(readlink -f "$build/mlo")" "$work/bin/mlo"
PATH=$work/bin:$PATH
wrong=0
fail() { echo "FAIL $*"; wrong=1; }

# expect CODE TEXT COMMAND...: the exit code, and TEXT somewhere in what it says ("" for any).
expect() {
  code=$1 text=$2; shift 2
  said=$("$@" 2>&1 </dev/null); got=$?
  if [ $got != "$code" ] || { [ -n "$text" ] && ! printf '%s' "$said" | grep -qF -- "$text"; }; then
    fail "'$*': exit $got (expected $code '$text'), said: $said"
  else
    echo "ok   $*"
  fi
}
clean_data() { mlo data status --check >/dev/null 2>&1 || fail "'mlo data status --check' found changes"; }
silent() { said=$("$@" 2>&1 </dev/null) && [ -z "$said" ] || fail "'$*' said: $said"; }
# fresh NAME: an empty repository with a workspace, one commit and the hooks.
fresh() {
  cd "$work" && rm -rf "$1" && mkdir "$1" && cd "$1" || exit 1
  git init -q -b main && mlo init >/dev/null && git add -A && git commit -qm init
  mlo hooks install >/dev/null || fail "hooks install in '$1'"
}
# data_commit NAME=CONTENT...: the files of d, added and committed.
data_commit() {
  mkdir -p d
  for each in "$@"; do printf '%s' "${each#*=}" > "d/${each%%=*}"; done
  mlo data add d >/dev/null && git add -A && git commit -qm "$*"
}

# --- pre-commit -----------------------------------------------------------------------------------
odd="it's \"odd\"
 \$HOME & (co)"
for name in plain "$odd"; do
  fresh "$name"
  expect 0 "" data_commit a=1 b=2
  printf 3 > d/b; echo code > code.txt; git add code.txt
  expect 1 "'d/b' is modified and was not added" git commit -qm x
  expect 0 "" git commit -qm x --no-verify
  mlo data add d >/dev/null
  echo more >> code.txt
  expect 0 "'d.mlo' is not part of this commit" git commit -qm x code.txt
  git add d.mlo; silent git commit -qm x
  rm -r d; echo more >> code.txt
  silent git commit -qam "data that is not there is no change"
  mlo data checkout >/dev/null; [ "$(cat d/b)" = 3 ] || fail "checkout"
done

fresh ignored
data_commit a=1 b=2
echo b > .mloignore; git add .mloignore
silent git commit -qm "what .mloignore hides is no change"
printf 3 > d/a; echo '# more' >> .mloignore
expect 1 "'d/a' is modified and was not added" git commit -qam x

fresh sizes
head -c 10485760 /dev/zero > fits; head -c 10485761 /dev/zero > large; cp large 'large
two'
git add fits; silent git commit -qm fits
git add large; expect 1 "'large' (10.0 MiB) is about to enter git, above the limit of 10.0 MiB" git commit -qm x
git rm -q --cached large; echo small > small; git add small; git commit -qm small
cp large small
expect 1 "'small'" git commit -qam "by the index of commit -a"
expect 1 "'small'" git commit -qm "by a partial commit" small
git add large; git checkout -q small; echo x >> small
silent git commit -qm "a partial commit without the large one" small
expect 1 "large" git commit -qm "the rest"
git rm -q --cached large; git add large*two
expect 1 'large\x0Atwo' git commit -qm x
git rm -q --cached large*two; git add large
printf 'hooks: {max_file_size: 11MiB}\n' > .mlo/config.yaml
silent git commit -qm "a limit of one's own"
printf 'hooks: {max_file_size: tiny}\n' > .mlo/config.yaml; echo x >> small
expect 1 "must be a size such as 10MiB" git commit -qam x
rm .mlo/config.yaml; git mv large renamed
expect 1 "'renamed'" git commit -qm "a new name is a new file"

# 10,000 staged files: the hook is a small part of the commit.
fresh many
mkdir m; i=0; while [ $i -lt 10000 ]; do echo $i > m/$i; i=$((i + 1)); done
git add m
before=$(date +%s%N); mlo hooks run pre-commit || fail "pre-commit of many files"
took=$((($(date +%s%N) - before) / 1000000)); echo "     pre-commit over 10,000 staged files: $took ms"
[ $took -lt 5000 ] || fail "that is too slow by far"
silent git commit -qm many

# --- post-checkout and post-merge -------------------------------------------------------------------
fresh branches
data_commit a=1 b=1
git checkout -q -b side; data_commit a=2 c=new; git checkout -q main 2>/dev/null
[ "$(cat d/a)" = 1 ] && [ ! -e d/c ] || fail "data of main after git checkout"
expect 0 "data checked out" git checkout side
[ "$(cat d/a)" = 2 ] && [ "$(cat d/c)" = new ] || fail "data of side after git checkout"
printf precious > d/a
expect 0 "left as it was" git checkout main
[ "$(cat d/a)" = precious ] || fail "unsaved data was lost"
git checkout -q side; mlo data checkout --force >/dev/null; git checkout -q main 2>/dev/null
[ "$(cat d/a)" = 1 ] || fail "back on main"
expect 0 "data checked out" git merge -q side
[ "$(cat d/a)" = 2 ] || fail "data after a fast-forward"
git checkout -q -b squash HEAD~1 2>/dev/null; [ "$(cat d/a)" = 1 ] || fail "data of a new branch"
expect 0 "data checked out" git merge --squash side
[ "$(cat d/a)" = 2 ] || fail "data after a squash merge"
git commit -qm squashed
# Objects that are not here: git goes on, and the hook says what is missing.
git checkout -q main 2>/dev/null; rm -rf .mlo/store; mlo data add d >/dev/null
expect 0 "left as it was" git checkout HEAD~1
git checkout -q main
silent git checkout -q -b another
silent git checkout -q main -- d.mlo

# --- rebase ---------------------------------------------------------------------------------------
fresh rebase
data_commit a=1
git checkout -q -b topic; data_commit t=1; data_commit t=2; git checkout -q main 2>/dev/null
echo m > m; git add m; git commit -qm m; git checkout -q topic 2>/dev/null
git rebase -q main >/dev/null 2>&1 || fail "a rebase with hooks"
mlo data checkout >/dev/null; [ "$(cat d/t)" = 2 ] || fail "data after a rebase"
clean_data >/dev/null

# --- beside other hooks, without mlo, uninstalled ---------------------------------------------------
fresh beside
mlo hooks uninstall >/dev/null
printf '#!/bin/sh\necho "mine: $*"; cat > pushed\n' > .git/hooks/pre-push; chmod +x .git/hooks/pre-push
printf '#!/usr/bin/perl\nprint "perl\\n"; exit 0;\n' > .git/hooks/pre-commit; chmod 755 .git/hooks/pre-commit
git init -q --bare "$work/bare beside"; git remote add origin "$work/bare beside"
find .git/hooks .git/config .git/info -type f -exec sha256sum {} + > "$work/before"
mlo hooks install >/dev/null
echo x > x; git add x; expect 0 "perl" git commit -qm x
expect 0 "mine: origin" git push -q origin main
[ "$(cut -d' ' -f1,3 pushed)" = "refs/heads/main refs/heads/main" ] || fail "the refs did not reach the hook: $(cat pushed)"
rm pushed; mlo data add x >/dev/null 2>&1
silent sh -c 'PATH=$1; export PATH; echo y > y; git add y; git commit -qm y 2>&1 | grep -v perl; true' - "$plain"
sed -i "s|$build|/nowhere|; s|$(readlink -f "$build")|/nowhere|" .git/hooks/*
echo z > z; git add z
expect 1 "mlo is neither on PATH nor at /nowhere/mlo" env PATH="$plain" git commit -qm z
expect 0 "post-checkout hook did nothing" env PATH="$plain" git checkout -q -b gone
git checkout -q main
mlo hooks install >/dev/null; mlo hooks uninstall >/dev/null
find .git/hooks .git/config .git/info -type f -exec sha256sum {} + | diff "$work/before" - || fail "uninstall left traces"
cd "$work"; mkdir -p nogit; cd nogit; mlo init >/dev/null
expect 2 "no git repository" mlo hooks install
expect 2 "mlo has no hook 'pre-comit'" mlo hooks run pre-comit

# --- linked work trees and workspaces below the top -------------------------------------------------
fresh main-tree
data_commit a=1
git worktree add -q ../linked -b linked 2>/dev/null; cd ../linked || exit 1
mlo data checkout >/dev/null; printf 2 > d/a
expect 1 "'d/a' is modified" git commit -qm x --allow-empty
mlo data add d >/dev/null; git add -A; silent git commit -qm two
expect 0 "data checked out" git checkout -q HEAD~1
[ "$(cat d/a)" = 1 ] || fail "data in a linked work tree"
cd "$work" && rm -rf mono linked && mkdir -p "mono/team one/proj" && cd mono || exit 1
git init -q -b main; (cd "team one/proj" && mlo init >/dev/null && mlo hooks install >/dev/null && echo 1 > f && mlo data add f >/dev/null)
git add -A; silent git commit -qm one
(cd "team one/proj" && echo 2 > f)
expect 1 "'team one/proj/f' is modified" git commit -qm x --allow-empty
rm -rf "team one/proj/.mlo"
silent git commit -qm "no .mlo, no behaviour" --allow-empty

# --- merge driver -----------------------------------------------------------------------------------
# diverge: branches ours and theirs of one base, with the data that the two functions make.
diverge() {
  git checkout -q -b theirs; their_change; mlo data add d >/dev/null; git add -A; git commit -qm theirs
  git checkout -q main 2>/dev/null; our_change; mlo data add d >/dev/null; git add -A; git commit -qm ours
}
for name in merge "merge of $odd"; do
  fresh "$name"
  data_commit a=1 b=1 c=1
  their_change() { printf t > d/theirs; rm d/c; mkdir -p d/sub; printf s > d/sub/s; }
  our_change() { printf o > d/ours; printf 2 > d/a; }
  diverge
  expect 0 "data checked out" git merge -q theirs -m merged
  [ "$(ls d | tr '\n' ' ')" = "a b ours sub theirs " ] && [ "$(cat d/a d/b d/sub/s)" = 21s ] || fail "merged data: $(ls d)"
  clean_data >/dev/null
  expect 0 "" mlo fsck
done
fresh conflict
data_commit a=1 b=1 c=1
their_change() { printf t > d/a; rm d/b; printf t > d/t; }
our_change() { printf o > d/a; printf o > d/b; printf o > d/o; }
diverge
expect 1 "mlo: conflict in 'd/a': ours sha256:" git merge theirs
printf '%s' "$said" | grep -q "d/b': ours sha256:.* theirs removed" || fail "the removed side: $said"
[ "$(git status --porcelain d.mlo)" = "UU d.mlo" ] || fail "git status: $(git status --porcelain)"
grep -q '^<<<<<<< ours' d.mlo && grep -q '^>>>>>>> theirs' d.mlo || fail "no markers: $(cat d.mlo)"
expect 3 "'d.mlo' has merge conflicts" mlo data status
expect 0 "theirs where both sides changed" mlo merge-driver --favor theirs d.mlo
git add d.mlo
expect 0 "is not what its pointer says" git commit -qm merged
mlo data checkout >/dev/null
[ "$(ls d | tr '\n' ' ')" = "a c o t " ] && [ "$(cat d/a)" = t ] || fail "favoured data: $(ls d)"
expect 2 "git has no conflict in 'd.mlo'" mlo merge-driver --favor ours d
expect 2 "merge-driver needs" mlo merge-driver a b
# One side's tree is not here.
fresh lacking
data_commit a=1
their_change() { printf t > d/t; }
our_change() { printf o > d/o; }
git checkout -q -b theirs; their_change; mlo data add d >/dev/null; git add -A; git commit -qm theirs
git checkout -q main 2>/dev/null; mv .mlo/store "$work/store of theirs"; our_change; mlo data add d >/dev/null; git add -A; git commit -qm ours
expect 1 "the store lacks the tree of" git merge theirs
[ "$(git status --porcelain d.mlo)" = "UU d.mlo" ] || fail "a side that is missing was merged"
git merge --abort
git merge theirs >/dev/null 2>&1; cp -r "$work/store of theirs/packs/." .mlo/store/packs
git checkout -q -m -- d.mlo && git add d.mlo && git commit -qm merged >/dev/null 2>&1 || fail "merging again, with both sides here"
mlo data checkout >/dev/null; [ "$(ls d | tr '\n' ' ')" = "a o t " ] || fail "merged again: $(ls d)"

[ $wrong = 0 ] && echo "all as expected"
exit $wrong
