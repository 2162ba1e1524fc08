#!/bin/sh
# Two people share 20,000 files through an S3 bucket, with git for the history and mlo's hooks to keep the two
# together. The bucket is moto's, a stand-in for S3 that runs here; every result is checked.
#
# usage: run.sh [DIR]     DIR: where to work (made anew; default: a temporary folder)
#                         MLO=program (default: mlo), MOTO_SERVER=program (default: installed into DIR),
#                         FILES=20000
set -eu
mlo=${MLO:-mlo}
files=${FILES:-20000}
marker=.share-data-story

say() { printf '\n# %s\n' "$*"; }
fail() { printf 'run.sh: %s\n' "$*" >&2; exit 1; }
run() { printf '$ %s\n' "$*"; "$@"; }
# refused TEXT COMMAND...: must fail and say TEXT.
refused() {
  text=$1; shift
  printf '$ %s\n' "$*"
  if said=$("$@" 2>&1); then fail "'$*' was not refused"; fi
  printf '%s\n' "$said"
  printf '%s' "$said" | grep -qF -- "$text" || fail "'$*' did not say '$text'"
}
# same DIR DIR: the same names and bytes in both.
same() { diff -r "$1" "$2" > "$work/diff" || { head "$work/diff"; fail "$1 and $2 differ"; }; }

work=${1:-}
if [ -z "$work" ]; then
  work=$(mktemp -d)
elif [ -e "$work" ]; then
  [ -f "$work/$marker" ] || fail "'$work' exists and is not a folder of this story"
  rm -rf "$work"
fi
mkdir -p "$work"
work=$(cd "$work" && pwd)
: > "$work/$marker"
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true' EXIT

say "A bucket. Yours would be at AWS, MinIO or Ceph; this one is moto, on this machine."
if [ -z "${MOTO_SERVER:-}" ]; then
  python3 -m venv "$work/moto"
  "$work/moto/bin/pip" install -q --disable-pip-version-check 'moto[server]==5.2.5'
  MOTO_SERVER=$work/moto/bin/moto_server
fi
"$MOTO_SERVER" -H 127.0.0.1 -p 0 > "$work/moto.log" 2>&1 &
server=$!
tries=0 endpoint=
while [ -z "$endpoint" ]; do
  tries=$((tries + 1))
  [ $tries -le 300 ] || { cat "$work/moto.log"; fail "moto did not start"; }
  sleep 0.1
  endpoint=$(sed -n 's|.*\(http://127.0.0.1:[0-9]*\).*|\1|p' "$work/moto.log" | head -n 1)
done
curl -sf -o "$work/answer" -X PUT "$endpoint/shared-data" || fail "no bucket"
export AWS_ACCESS_KEY_ID=example AWS_SECRET_ACCESS_KEY=example AWS_REGION=us-east-1
echo "$endpoint/shared-data"
git init -q --bare -b main "$work/project.git"

# person NAME: commits of this clone are theirs.
person() { git config user.name "$1"; git config user.email "$1@example.invalid"; }

say "Ana has $files files. They go into her store, git gets one pointer."
run git clone -q "$work/project.git" "$work/ana" 2>/dev/null
cd "$work/ana"
git symbolic-ref HEAD refs/heads/main
person ana
run "$mlo" init
run "$mlo" hooks install
run "$mlo" remote add origin s3://shared-data/project --endpoint "$endpoint" --default
awk -v files="$files" 'BEGIN {
  for (i = 0; i < files; ++i) {
    directory = sprintf("samples/%02d", i % 50)
    if (i < 50) system("mkdir -p " directory)
    file = sprintf("%s/%05d.csv", directory, i)
    for (row = 0; row < 20; ++row) printf "%d,%d,%.6f\n", i, row, sin(i * 20 + row) > file
    close(file)
  }
}'
run "$mlo" data add samples
run git add -A
run git commit -q -m "Add the samples"
cat samples.mlo

say "git push brings the data first: the hook does it."
run git push -q origin main

say "Ben clones, and pulls the data."
run git clone -q "$work/project.git" "$work/ben"
cd "$work/ben"
person ben
run "$mlo" init
run "$mlo" hooks install
run "$mlo" pull
same "$work/ana/samples" "$work/ben/samples"
echo "$(find samples -type f | wc -l) files, the same bytes"

say "Ben changes a file. A commit that would forget it is refused."
echo "corrected" >> samples/07/00007.csv
mkdir samples/ben && echo "1,2,3" > samples/ben/new.csv
echo "Samples, corrected by Ben" > README
run git add README
refused "'samples/07/00007.csv' is modified and was not added" git commit -q -m "Correct a sample"
run "$mlo" data add samples
run git add -A
run git commit -q -m "Correct a sample, add another"
run git push -q origin main

say "So is one that would put a large file into git."
head -c 20000000 /dev/zero > weights.bin
run git add weights.bin
refused "is about to enter git" git commit -q -m "Add weights"
run git rm -q --cached weights.bin
rm weights.bin

say "Meanwhile Ana removed a file and added one. Both changed samples.mlo; mlo merges what they did."
cd "$work/ana"
rm samples/00/00000.csv
echo "4,5,6" > samples/ana.csv
run "$mlo" data add samples
run git commit -q -a -m "Drop a sample, add another"
run git fetch -q
run "$mlo" fetch --rev origin/main
run git merge -q -m "Merge Ben's samples" origin/main
[ -z "$(git status --porcelain)" ] || fail "the merge left something: $(git status --porcelain)"
run "$mlo" data status --check
[ ! -e samples/00/00000.csv ] && [ -e samples/ana.csv ] && [ -e samples/ben/new.csv ] ||
  fail "the merge lost a change"
tail -n 1 samples/07/00007.csv
run git push -q origin main

say "Ben pulls: git first, then the data that its commits name."
cd "$work/ben"
run git pull -q
run "$mlo" pull
same "$work/ana/samples" "$work/ben/samples"

say "Going back in time: Ben never had the data of Ana's last commit, so he fetches it first."
run "$mlo" fetch --rev HEAD~1
run git checkout -q HEAD~1
run "$mlo" data status --check
run git checkout -q main
run "$mlo" data status --check
run "$mlo" fsck
say "Done: $work"
