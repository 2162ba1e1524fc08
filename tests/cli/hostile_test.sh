#!/bin/sh
# What the world does to mlo rather than what people type: files it may not read, a store it may not write,
# other users, other processes, ports in use, requests that are wrong, huge or cut off. Each gets one clear
# error and the right exit code, and what was there is still there. As root or as a user with sudo.
# usage: hostile_test.sh BUILD SOURCE
set -u
build=$1 source=$2
export MLO_PLUGIN_PATH="$build/tests/plugins" NO_COLOR=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.invalid GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.invalid
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
# Everybody reads below /tmp; a clone or a TMPDIR below /root is closed to the user that root plays.
work=$(TMPDIR=/tmp mktemp -d)
chmod 755 "$work"
servers=
# shellcheck disable=SC2086
trap '[ -z "$servers" ] || kill $servers 2>/dev/null; cd /; as_root rm -rf "$work"' EXIT
wrong=0
mkdir "$work/open"
cp -RL "$build/mlo" "$build/tests/plugins" "$work/open/"
chmod -R a+rX "$work/open"
# Root may read everything, so root plays an ordinary user where permissions matter.
if [ "$(id -u)" = 0 ]; then
  ordinary() {
    setpriv --reuid=65534 --regid=65534 --clear-groups \
      env HOME=/nonexistent MLO_PLUGIN_PATH="$work/open/plugins" "$@"
  }
  hand_over() { chown -R 65534:65534 "$1"; }
else
  ordinary() { "$@"; }
  hand_over() { :; }
fi

# expect CODE TEXT COMMAND...: the exit code, and TEXT somewhere in what it says.
expect() {
  code=$1 text=$2; shift 2
  said=$("$@" 2>&1 </dev/null); got=$?
  if [ $got != "$code" ] || ! printf '%s' "$said" | grep -qF -- "$text"; then
    echo "FAIL '$*': exit $got (expected $code), said: $said"; wrong=1
  elif [ "$(printf '%s\n' "$said" | grep -c '^error: ')" -gt 1 ]; then
    echo "FAIL '$*': more than one error: $said"; wrong=1
  else
    echo "ok   $(printf '%s' "$said" | grep -m1 '^error' || echo "$*")"
  fi
}
# within SECONDS WHAT COMMAND...: waits until the command succeeds.
within() {
  tries=$(($1 * 10)) what=$2; shift 2
  until "$@"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || { echo "FAIL waited in vain for $what"; wrong=1; return; }
    sleep 0.1
  done
}
has_metric() { said=$(mlo track show run:latest --json 2>/dev/null); case $said in *'"status": "running"'*'"train.loss"'*) ;; *) return 1 ;; esac; }
has_address() {
  url=$(sed -n 's|.*\(http://[0-9.]*:[0-9]*\).*|\1|p' "$work/serve" | head -n 1)
  [ -n "$url" ]
}
state() { (cd "$1" && find . -path ./.git -prune -o -name stat-index -prune -o -type f -print0 | sort -z | xargs -0 sha256sum); }
mlo() { "$build/mlo" "$@"; }
fresh() { cd /; as_root rm -rf "$work/w"; mkdir "$work/w"; cd "$work/w" || exit 1; mlo init >/dev/null; . "$source/tests/cli/data/good.sh"; }

# --- permissions ----------------------------------------------------------------------------------
fresh; mlo data add good.csv >/dev/null; printf secret > secret.csv; chmod 000 secret.csv; hand_over "$work/w"
expect 3 "secret.csv" ordinary "$work/open/mlo" data add secret.csv
[ ! -e secret.csv.mlo ] || { echo "FAIL a pointer without content"; wrong=1; }
printf 'drift:\n  d: {reference: secret.csv}\n' >> mlo.yaml
expect 3 "secret.csv" ordinary "$work/open/mlo" drift check d good.csv
expect 3 "secret.csv" ordinary "$work/open/mlo" drift check d secret.csv
chmod -R a-w .mlo; printf 'x\n1\n' > new.csv; chmod a+r new.csv; before=$(ordinary true; state .)
expect 3 "ermission denied" ordinary "$work/open/mlo" data add new.csv
[ "$before" = "$(state .)" ] || { echo "FAIL a read-only store was changed"; wrong=1; }
expect 0 "" ordinary "$work/open/mlo" data status
chmod -R u+w .mlo

# --- other users ----------------------------------------------------------------------------------
fresh; git init -q; git add -A; git commit -qm x; chmod -R a+rX "$work/w"
as_root chown -R 65533:65533 "$work/w"
expect 3 "safe.directory" ordinary "$work/open/mlo" -C "$work/w" data status
fresh; chmod -R a+rX .mlo; as_root chown -R 65533:65533 .mlo
expect 3 ".mlo" mlo status
fresh; git init -q; : > .gitignore; git add -A -f; git commit -qm "the store in git"
expect 3 ".mlo" mlo data status

# --- no git, no room on the other side of a pipe --------------------------------------------------
fresh; mlo data add good.csv >/dev/null
expect 0 "" mlo data status
expect 3 "No space left" sh -c "'$build/mlo' data list > /dev/full"
expect 3 "No space left" sh -c "'$build/mlo' --help > /dev/full"

# --- states of git that are rarer than a branch with commits ---------------------------------------
# release: a training, a package of it under a name, and an alias.
release() {
  expect 0 "" mlo train t
  expect 0 "registered m:1" mlo package build run:latest --name m
  expect 0 "production is version 1" mlo model alias m production 1
}
fresh; git init -q; git add -A; git commit -qm x; git checkout -q --detach; release
! git symbolic-ref -q HEAD || { echo "FAIL HEAD is no longer detached"; wrong=1; }
[ "$(git log --oneline | wc -l)" = 3 ] || { echo "FAIL not two commits over a detached HEAD"; git log --oneline; wrong=1; }
[ -z "$(git status --porcelain)" ] || { echo "FAIL a release left a detached tree dirty"; git status --short; wrong=1; }
fresh; git init -q; release
[ "$(git log --oneline | wc -l)" = 2 ] || { echo "FAIL not two commits on what was unborn"; git log --oneline; wrong=1; }
[ "$(git ls-files models | wc -l)" = "$(git ls-files | wc -l)" ] || { echo "FAIL more than the model was committed"; git ls-files; wrong=1; }
expect 0 "version 1" mlo model history m
fresh; release
expect 3 "no git repository" mlo model history m

# --- two at once ----------------------------------------------------------------------------------
fresh; git init -q; git add -A; git commit -qm x; mlo train t >/dev/null 2>&1
for n in 1 2 3 4; do mkdir "d$n"; for i in 1 2 3; do echo "$n$i" > "d$n/$i"; done; done
for n in 1 2 3 4; do mlo data add "d$n" > "$work/add$n" 2>&1 & pids="${pids:-} $!"; done
for n in 1 2; do mlo train t > "$work/train$n" 2>&1 & pids="$pids $!"; done
for pid in $pids; do wait "$pid" || { echo "FAIL one of several at once ended with $?"; cat "$work"/add* "$work"/train*; wrong=1; }; done
pids=
for n in 1 2 3; do mlo package build run:latest --name "m$n" > "$work/build$n" 2>&1 & pids="$pids $!"; done
for pid in $pids; do wait "$pid" || { echo "FAIL package build beside others ended with $?"; cat "$work"/build*; wrong=1; }; done
expect 0 "" mlo data status --check
expect 0 "" mlo fsck
[ "$(mlo track list --json | grep -c '"status": "finished"')" = 3 ] || { echo "FAIL not three finished runs"; wrong=1; }
[ "$(git log --oneline | wc -l)" = 4 ] || { echo "FAIL not one commit for each package"; git log --oneline; wrong=1; }

# --- interrupted ----------------------------------------------------------------------------------
sed -i 's/epochs: 3/epochs: 1000000/' mlo.yaml
"$build/mlo" train t >/dev/null 2>&1 & trainer=$!
within 120 "the metric of a training" has_metric
kill -INT $trainer; wait $trainer; code=$?
[ $code = 130 ] || { echo "FAIL an interrupted training ended with $code"; wrong=1; }
expect 0 '"status": "interrupted"' mlo track show run:latest --json

# --- servers --------------------------------------------------------------------------------------
"$build/mlo" serve m1 --port 0 > "$work/serve" 2>&1 & servers=$!
within 60 "the address of a server" has_address
port=${url##*:}
expect 3 "in use" mlo serve m1 --port "$port"
mlo model alias m1 production 1 >/dev/null
printf 'deployments:\n  d: {model: model:m1@production, port: %s}\n' "$port" > deployments.yaml
sed '/^deployments:/,$d' mlo.yaml > trainings.yaml
cat trainings.yaml deployments.yaml > mlo.yaml
expect 3 "in use" mlo deploy apply d
! pgrep -f -- "$work/w serve --deployment d" || { echo "FAIL a refused deployment runs"; wrong=1; }
# answer STATUS TEXT BODY: what the server says to this body.
answer() {
  got=$(printf '%s' "$3" | curl -s -o "$work/answer" -w '%{http_code}' --data-binary @- "$url/v2/models/m1/infer")
  if [ "$got" != "$1" ] || ! grep -qF -- "$2" "$work/answer"; then
    echo "FAIL HTTP $got (expected $1): $(head -c 300 "$work/answer")"; wrong=1
  else
    echo "ok   HTTP $got $(head -c 160 "$work/answer")"
  fi
}
x='{"name":"x","datatype":"FP64","shape":[1],"data":[1]}' g='{"name":"group","datatype":"BYTES","shape":[1],"data":["a"]}'
answer 200 '"prediction"' "{\"inputs\":[$x,$g]}"
answer 400 'group' "{\"inputs\":[$x]}"
answer 400 '"error"' "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP64\",\"shape\":[2],\"data\":[1]},$g]}"
answer 400 '"error"' "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP65\",\"shape\":[1],\"data\":[1]},$g]}"
answer 400 '"error"' "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"old\"]},$g]}"
answer 400 '"error"' "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP64\",\"shape\":[-1],\"data\":[1]},$g]}"
answer 400 '"error"' "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP64\",\"shape\":[99999999999],\"data\":[1]},$g]}"
answer 400 '"error"' "{\"inputs\":[$x,$g"
answer 400 '"error"' ""
got=$(head -c 100000000 /dev/zero | tr '\0' '1' | curl -s -o "$work/answer" -w '%{http_code}' -H 'Expect:' --data-binary @- "$url/v2/models/m1/infer")
[ "$got" = 413 ] || { echo "FAIL 100 MB of JSON: HTTP $got"; wrong=1; }
# Half a request, and the connection closed in the middle of the body.
printf 'POST /v2/models/m1/infer HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\n{"inputs"' > "$work/half"

timeout 2 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port; cat '$work/half' >&3" || true
answer 200 '"prediction"' "{\"inputs\":[$x,$g]}"
kill -TERM "$servers"; wait "$servers"; code=$?
[ $code = 0 ] || { echo "FAIL a server told to end ended with $code"; wrong=1; }
servers=
exit $wrong
