#!/bin/sh
# Two clones of a git repository share data through a directory, plain and encrypted: what one pushes, the
# other pulls, and nothing is asked or sent twice.
# usage: remote_test.sh BUILD
set -eu
build=$1
PATH=$build:$PATH
export PATH NO_COLOR=1 GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=T GIT_AUTHOR_EMAIL=t@example.org \
  GIT_COMMITTER_NAME=T GIT_COMMITTER_EMAIL=t@example.org
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
HOME=$work/home && export HOME && mkdir "$HOME"
cd "$work"
fail() { echo "remote_test: $*" >&2; exit 1; }
expect() { # CODE COMMAND...
  code=$1; shift
  "$@" > "$work/out" 2> "$work/err" && got=0 || got=$?
  [ "$got" = "$code" ] || { cat "$work/out" "$work/err"; fail "'$*' ended with $got, not $code"; }
}
says() { grep -qF -- "$1" "$work/out" "$work/err" || { cat "$work/out" "$work/err"; fail "does not say '$1'"; }; }
size_of() { du -sb --apparent-size "$1" | cut -f1; }

for mode in plain encrypted; do
  mkdir "$work/$mode"; cd "$work/$mode"
  git init -q -b main one; cd one
  mlo init > /dev/null
  expect 2 mlo push; says "there is no remote yet"
  if [ $mode = plain ]; then
    expect 0 mlo remote add origin ../remote
  else
    echo "correct horse battery staple" > "$work/phrase"
    expect 0 mlo remote add origin ../remote --encrypt --passphrase-file "$work/phrase"
    ! grep -q phrase mlo.yaml || fail "the pass phrase file stands in mlo.yaml"
    grep -q phrase .mlo/config.yaml || fail "the pass phrase file does not stand in .mlo/config.yaml"
  fi
  says "added remote 'origin'"
  expect 2 mlo remote add origin ../other; says "there is a remote 'origin' already"
  expect 2 mlo remote add web https://user:secret@example.org/x
  ! grep -q secret "$work/out" "$work/err" || fail "a secret is repeated"
  expect 0 mlo remote list; says origin
  expect 0 mlo fetch; says "everything is here"
  mkdir -p data/images
  i=0; while [ $i -lt 300 ]; do echo "image $i of $mode" > data/images/$i.txt; i=$((i + 1)); done
  printf 'a\tb\n' > 'data/images/odd name "x".txt'; : > data/images/empty
  head -c 3000000 /dev/urandom > data/model.bin
  mlo data add data/images data/model.bin > /dev/null
  git add -A && git commit -qm data
  expect 0 mlo push --dry-run; says "would push"
  [ ! -e ../remote/mlo-remote ] || fail "a dry run made the remote"
  expect 0 mlo push; says "pushed"
  expect 0 mlo push; says "everything is in 'origin'"
  ! grep -rqs "image 7 of" ../remote || [ $mode = plain ] || fail "plain text in an encrypted remote"

  cd ..; git clone -q one two; cd two
  if [ $mode = encrypted ]; then
    expect 3 mlo pull; says "pass phrase is not known"
    MLO_PASSPHRASE=wrong expect 3 mlo pull; says "wrong pass phrase"
    MLO_PASSPHRASE="correct horse battery staple"; export MLO_PASSPHRASE
  fi
  expect 0 mlo fetch --dry-run; says "would fetch"
  expect 0 mlo fetch data/images/7.txt
  expect 0 mlo fetch; says "fetched"
  expect 0 mlo fetch; says "everything is here"
  [ ! -e data/model.bin ] || fail "fetch wrote into the work tree"
  expect 0 mlo pull
  diff -r ../one/data data || fail "the clone's data differs"
  expect 0 mlo fsck

  # A change travels back; it costs what changed.
  before=$(size_of ../remote)
  { head -c 1000000 data/model.bin; echo inserted; tail -c +1000001 data/model.bin; } > ../m && mv ../m data/model.bin
  echo more > data/images/more.txt
  mlo data add data/images data/model.bin > /dev/null
  expect 0 mlo push; says "pushed"   # the work tree, before it is committed
  git add -A && git commit -qm more
  expect 0 mlo push
  grown=$(($(size_of ../remote) - before))
  [ $grown -lt 500000 ] || fail "a small change grew the remote by $grown bytes"
  git push -q origin HEAD:more
  cd ../one; git merge -q more
  expect 0 mlo pull
  diff -r data ../two/data || fail "the first clone's data differs"

  # The store is lost: everything comes back.
  rm -rf .mlo/store data/images data/model.bin
  expect 0 mlo pull
  diff -r data ../two/data || fail "the data did not come back"
  # gc says what it would do, and does it in two phases.
  expect 0 mlo gc --remote origin; says "nothing was changed"
  expect 0 mlo gc --remote origin --yes --grace 0; says "in use"
  expect 2 mlo gc --yes; says "go with --remote"
  expect 0 mlo push
  # A damaged pack is noticed, and the rest arrives.
  rm -rf .mlo/store
  pack=$(find ../remote/packs -type f -size -50k | head -n 1)
  [ -n "$pack" ] || pack=$(find ../remote/packs -type f | head -n 1)
  chmod u+w "$pack"; size=$(stat -c %s "$pack"); truncate -s $((size / 2)) "$pack"
  expect 3 mlo fetch; says "is damaged"
  expect 0 mlo remote remove origin
  [ ! -e .mlo/remotes/origin ] || fail "the cache of a removed remote stays"
  expect 0 mlo remote list; says "no remotes"
  unset MLO_PASSPHRASE || true
done

# Without git.
mkdir "$work/nogit" && cd "$work/nogit"
mlo init > /dev/null; echo hello > x.txt; mlo data add x.txt > /dev/null
mlo remote add disk "$work/disk" > /dev/null
expect 0 mlo push; expect 0 mlo push; says "everything is in 'disk'"
rm -rf .mlo/store x.txt
expect 0 mlo pull
[ "$(cat x.txt)" = hello ] || fail "without git the data did not come back"
expect 2 mlo fetch --all; says "need a git repository"
# Relative URLs are those of where they are typed.
mkdir sub && cd sub
expect 0 mlo remote add second ../../second
expect 2 mlo push --remote secnd; says "did you mean 'second'"
expect 0 mlo push second
[ -e "$work/second/mlo-remote" ] || fail "a relative URL leads elsewhere"
expect 2 mlo push; says "none is the default"
expect 0 mlo remote default second
expect 0 mlo push
echo "remotes work"
