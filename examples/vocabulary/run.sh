#!/bin/sh
# The whole story on real data: a model of the US vocabulary test, from the raw survey to the day on
# which its data has drifted. Every result is checked; the first wrong one ends the script.
#
# usage: run.sh [DIR]     DIR: where to make the workspace (made anew; default: a temporary folder)
#                         MLO=program (default: mlo), MLO_PORT=port of the deployment
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mlo=${MLO:-mlo}
port=${MLO_PORT:-8601}
marker=.vocabulary-story

# --- how this script talks and checks ---------------------------------------------------------
say() { printf '\n# %s\n' "$*"; }
fail() { printf 'run.sh: %s\n' "$*" >&2; exit 1; }
run() { printf '$ mlo %s\n' "$*"; "$mlo" "$@"; }
# answers CODE COMMAND...: runs it and insists on its exit code.
answers() {
  expected=$1; shift
  code=0; run "$@" || code=$?
  [ "$code" = "$expected" ] || fail "'mlo $*' ended with $code, not with $expected"
}
# json_number KEY: the number behind "KEY" of the JSON on stdin.
json_number() { tr -d ' \n' | sed -n "s/.*\"$1\":\([-0-9.e+]*\).*/\1/p"; }

workspace=${1:-}
if [ -z "$workspace" ]; then
  workspace=$(mktemp -d)
elif [ -e "$workspace" ]; then
  [ -f "$workspace/$marker" ] || fail "'$workspace' exists and is not a workspace of this story"
  (cd "$workspace" && "$mlo" deploy stop vocabulary >/dev/null 2>&1) || true
  rm -rf "$workspace"
fi
mkdir -p "$workspace"
cd "$workspace"
: > "$marker"
trap '"$mlo" deploy stop vocabulary >/dev/null 2>&1 || true' EXIT

say "A project is a git repository with an mlo.yaml."
git init -q -b main .
git config user.name "${GIT_AUTHOR_NAME:-Vocabulary Story}"
git config user.email "${GIT_AUTHOR_EMAIL:-story@example.invalid}"
run init
sed "s/port: 8601/port: $port/" "$here/mlo.yaml" > mlo.yaml
"$here/prepare.sh" data

say "The data goes into the store; git keeps small pointers."
run data add data/train.csv data/holdout.csv data/stream
git add -A
git commit -q -m "Add the survey of 1978-2016 and its configuration"
run status
answers 0 data status --check

say "Train on 1978-1984: who knows seven words of ten or more?"
run train vocabulary
run track list
run track show run:latest
accuracy=$("$mlo" track list --json | tr -d ' \n' | sed 's/.*"validation.roc_auc":{[^}]*"max":\([0-9.]*\).*/\1/')
awk -v a="$accuracy" 'BEGIN { exit !(a > 0.70 && a < 0.90) }' ||
  fail "the best ROC AUC on validation is '$accuracy', which this data does not give"

say "Train again: the same inputs and seed give the same bytes."
first=$("$mlo" track show run:latest --json | tr -d ' \n' | sed 's/.*"model":{"digest":"\(sha256:[0-9a-f]*\)".*/\1/')
"$mlo" train vocabulary >/dev/null 2>&1
second=$("$mlo" track show run:latest --json | tr -d ' \n' | sed 's/.*"model":{"digest":"\(sha256:[0-9a-f]*\)".*/\1/')
[ "$first" = "$second" ] || fail "two trainings gave two models: $first and $second"
echo "$first, twice"
runs=$("$mlo" track list --json | tr -d ' \n' | grep -o '"id":"[0-9a-f]*"' | cut -d'"' -f4)
# shellcheck disable=SC2086
set -- $runs
run track diff "run:$2" "run:$1"

say "Package the run: model, encoder, reference profile and sample rows under one digest."
run package build run:latest --name vocabulary
run package inspect vocabulary
answers 0 package verify vocabulary
run model alias vocabulary production 1
git log --oneline

say "Predict the year 2014, from a file and from a pipe: the same answers."
run predict vocabulary data/stream/2014.csv -o predictions.csv
[ "$(wc -l < predictions.csv)" = "$(wc -l < data/stream/2014.csv)" ] ||
  fail "predictions.csv does not have one line for each line of data/stream/2014.csv"
"$mlo" predict vocabulary - < data/stream/2014.csv > streamed.csv
cmp predictions.csv streamed.csv
head -n 4 predictions.csv

say "Deploy it, and ask the server about one person (Open Inference Protocol)."
run deploy apply vocabulary
curl -sf "http://127.0.0.1:$port/v2/models/vocabulary/infer" -d '{"inputs": [
  {"name": "gender",     "datatype": "BYTES", "shape": [1], "data": ["female"]},
  {"name": "nativeBorn", "datatype": "BYTES", "shape": [1], "data": ["yes"]},
  {"name": "ageGroup",   "datatype": "BYTES", "shape": [1], "data": ["50-59"]},
  {"name": "educGroup",  "datatype": "BYTES", "shape": [1], "data": ["16 yrs"]},
  {"name": "age",        "datatype": "FP64",  "shape": [1], "data": [52]},
  {"name": "educ",       "datatype": "FP64",  "shape": [1], "data": [16]}]}' |
  tee answer.json
echo
grep -q '"prediction"' answer.json || fail "the server did not predict"
run deploy apply vocabulary
run deploy list

say "The same years, rows that the training never saw: no drift."
answers 0 drift check vocabulary data/holdout.csv
share=$("$mlo" drift check vocabulary data/holdout.csv --json | json_number share)
[ "$share" = 0 ] || [ "$share" = 0.0 ] || fail "the hold-out has a drift share of '$share', not 0"

say "Thirty years later: people are older and schooled for longer. Exit code 1, for a script to see."
answers 1 drift check vocabulary data/stream/2014.csv --html drift-2014.html
for year in 2014 2016; do
  share=$("$mlo" drift check vocabulary "data/stream/$year.csv" --json | json_number share) || true
  case $share in
    0.6666*) echo "$year: four columns of six have drifted" ;;
    *) fail "$year has a drift share of '$share', not 0.67" ;;
  esac
done

run deploy stop vocabulary
say "The story ends as it should: no drift within the training years, drift in 2014 and 2016."
