#!/bin/bash
# The workloads of the README's table: mlo and its peers in turn, in one run, on one machine. Prints
# Markdown rows "workload | mlo | peer | ratio" with the peak memory of both; ratio is how many times
# faster mlo is. Not a test: nothing here fails because something is slow.
#
# usage: run.sh BUILD [WORKLOAD...]     BUILD: a Release build with the LibTorch plugin
#   workloads: start files large train serve (default: all)
#   MLO_BENCH_VENV=folder of the Python peers   MLO_BENCH_DIR=scratch folder (default: /var/tmp)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${1:?usage: run.sh BUILD [WORKLOAD...]}" && pwd); shift
wanted=${*:-start files large train serve}
venv=${MLO_BENCH_VENV:-/var/tmp/mlo-bench-$(id -un)}
work=$(mktemp -d "${MLO_BENCH_DIR:-/var/tmp}/mlo-bench-XXXXXX")
servers=()
trap '[ ${#servers[@]} = 0 ] || kill "${servers[@]}" 2>/dev/null; rm -rf "$work"' EXIT
export PATH="$build:$PATH" GIT_CONFIG_GLOBAL="$work/gitconfig" DVC_NO_ANALYTICS=1 PYTHONDONTWRITEBYTECODE=1

"$root/examples/install-deps.sh" build bench
if [ ! -x "$venv/bin/dvc" ]; then
  /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check -r "$here/requirements.txt"
fi
git config --global user.name Bench; git config --global user.email bench@example.invalid
git config --global init.defaultBranch main
git lfs install >/dev/null

# --- measuring ----------------------------------------------------------------------------------
spawn() { "$build/tests/bench/bench_spawn" "$@"; }           # -> "MS KIB"
# fresh ROUNDS PREPARE COMMAND...: median of rounds, each after PREPARE (not measured).
fresh() {
  local rounds=$1 prepare=$2; shift 2
  for _ in $(seq "$rounds"); do "$prepare" >/dev/null 2>&1; spawn "$@"; done |
    sort -n | awk '{ ms[NR] = $1; if ($2 > kib) kib = $2 } END { print ms[int((NR + 1) / 2)], kib }'
}
human() { awk -v ms="$1" 'BEGIN { if (ms < 1) printf "%.2f ms", ms; else if (ms < 10) printf "%.1f ms", ms; else if (ms < 1000) printf "%.0f ms", ms; else printf "%.2f s", ms / 1000 }'; }
# row WORKLOAD "MS KIB" PEER "MS KIB"
row() {
  local ours=($2) theirs=($4)
  printf '| %s | %s, %d MB | %s: %s, %d MB | %s |\n' "$1" "$(human "${ours[0]}")" $((ours[1] / 1024)) \
    "$3" "$(human "${theirs[0]}")" $((theirs[1] / 1024)) \
    "$(awk -v a="${ours[0]}" -v b="${theirs[0]}" 'BEGIN { printf "%.1fx", b / a }')"
}
echo "$(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(date -u +%F), load $(cut -d' ' -f1 /proc/loadavg)"
echo
echo "| workload | mlo | peer | mlo is faster by |"
echo "|---|---|---|---|"

story() {  # the example's workspace with a model, once
  [ -d "$work/story" ] || "$root/examples/vocabulary/run.sh" "$work/story" >/dev/null 2>&1
}

# --- start-up -------------------------------------------------------------------------------------
if [[ $wanted == *start* ]]; then
  if ldd "$build/mlo" | grep -q torch; then echo "mlo is linked to libtorch" >&2; exit 1; fi
  version=$(spawn -n 101 mlo --version)
  row "\`--version\`" "$version" "git" "$(spawn -n 101 git --version)"
  row "\`--version\`" "$version" "git-lfs" "$(spawn -n 31 git-lfs version)"
  row "\`--version\`" "$version" "DVC" "$(spawn -n 5 "$venv/bin/dvc" --version)"
  story
  cd "$work/story"
  status=$(spawn -n 51 mlo status)
  row "\`status\` in the example" "$status" "git status" "$(spawn -n 51 git status)"
  cp -r "$work/story" "$work/dvc-story"
  cd "$work/dvc-story"; rm -rf .mlo data/*.mlo data/.gitignore .gitignore
  "$venv/bin/dvc" init -q -f; "$venv/bin/dvc" add -q data/train.csv data/holdout.csv data/stream
  row "\`status\` in the example" "$status" "dvc status" "$(spawn -n 3 "$venv/bin/dvc" status)"
fi

# --- files ----------------------------------------------------------------------------------------
begin_mlo() { cd "$work" && rm -rf mlo && mkdir mlo && cd mlo && git init -q && mlo init && cp -r "$work/data" data && sync; }
begin_lfs() { cd "$work" && rm -rf lfs && mkdir lfs && cd lfs && git init -q && git lfs track 'data/**' && cp -r "$work/data" data && sync; }
begin_dvc() { cd "$work" && rm -rf dvc && mkdir dvc && cd dvc && git init -q && "$venv/bin/dvc" init -q && cp -r "$work/data" data && sync; }
begin_limit() { rm -f "$work/copy"; sync; }
compare_data() {  # NAME ROUNDS
  local name=$1 rounds=$2 ours
  ours=$(fresh "$rounds" begin_mlo sh -c "cd '$work/mlo' && mlo data add data")
  row "\`data add\`, $name" "$ours" "SHA-256 + copy + fsync, one thread" "$(fresh "$rounds" begin_limit "$build/tests/bench/bench_limit" "$work/data" "$work/copy")"
  row "\`data add\`, $name" "$ours" "git-lfs" "$(fresh "$rounds" begin_lfs sh -c "cd '$work/lfs' && git add data")"
  row "\`data add\`, $name" "$ours" "DVC" "$(fresh "$rounds" begin_dvc sh -c "cd '$work/dvc' && '$venv/bin/dvc' add -q data")"
  cd "$work/mlo"; sleep 1; mlo data status >/dev/null; ours=$(spawn -n 11 mlo data status)
  cd "$work/lfs"; row "no-op \`data status\`, $name" "$ours" "git status (lfs)" "$(spawn -n 11 git status)"
  cd "$work/dvc"; row "no-op \`data status\`, $name" "$ours" "dvc status" "$(spawn -n 3 "$venv/bin/dvc" status)"
  cd "$work"; rm -rf mlo lfs dvc copy
}
if [[ $wanted == *files* ]]; then
  mkdir -p "$work/data"
  head -c $((20000 * 3072)) /dev/urandom | (cd "$work/data" && split -b 3072 -a 5 -d - f)
  compare_data "20,000 x 3 KiB" 3
  rm -rf "$work/data"
fi
if [[ $wanted == *large* ]]; then
  mkdir -p "$work/data"
  head -c $((1 << 30)) /dev/urandom > "$work/data/large.bin"
  compare_data "1 GiB" 3
  rm -rf "$work/data"
fi

# --- training -------------------------------------------------------------------------------------
if [[ $wanted == *train* ]]; then
  story
  cd "$work/story"
  train() {  # EPOCHS
    sed -i "s/epochs: .*/epochs: $1/; s/batch_size: .*/batch_size: 256/" mlo.yaml
    spawn -n 5 mlo train vocabulary 2>/dev/null
  }
  few=$(train 20) many=$(train 220) most=$(train 2020)
  epoch=$(awk -v a="${few% *}" -v b="${most% *}" 'BEGIN { print (b - a) / 2000 }')
  best=
  for threads in 1 2; do
    loop=$("$venv/bin/python" "$here/train_eager.py" data/train.csv 200 256 $threads 2>/dev/null)
    best=$(printf '%s\n%s\n' "$loop" "${best:-$loop}" | sort -n | head -n 1)
  done
  whole=$(spawn "$venv/bin/python" "$here/train_eager.py" data/train.csv 220 256 1 2>/dev/null)
  row "one epoch of the example's MLP, batch 256" "$epoch ${many#* }" "eager PyTorch, the better of 1 and 2 threads" "$(awk -v t="$best" 'BEGIN { print t / 200 }') ${whole#* }"
  row "220 epochs, the whole command" "$many" "eager PyTorch with its import" "$whole"
fi

# --- serving --------------------------------------------------------------------------------------
requests() { wrk -t1 -c"$2" -d8s -s "$here/infer.lua" "$1/v2/models/vocabulary/infer" | tee "$work/wrk" | sed -n 's/^Requests\/sec: *//p'; }
peak() { for pid in "$@"; do sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$pid/status"; done | awk '{ sum += $1 } END { print int(sum / 1024) }'; }
if [[ $wanted == *serve* ]]; then
  story
  mlo -C "$work/story" serve vocabulary --port 8611 >/dev/null 2>&1 & servers+=($!); ours=$!
  for _ in $(seq 100); do curl -sf http://127.0.0.1:8611/v2/health/ready >/dev/null && break; sleep 0.1; done
  (cd "$here" && exec "$venv/bin/uvicorn" serve_fastapi:app --port 8612 --workers 2 --log-level error) >/dev/null 2>&1 & servers+=($!); theirs=$!
  for _ in $(seq 300); do curl -sf http://127.0.0.1:8612/docs >/dev/null && break; sleep 0.1; done
  for connections in 1 32; do
    a=$(requests http://127.0.0.1:8611 $connections); grep -q "Non-2xx" "$work/wrk" && { cat "$work/wrk"; exit 1; }
    b=$(requests http://127.0.0.1:8612 $connections); grep -q "Non-2xx" "$work/wrk" && { cat "$work/wrk"; exit 1; }
    printf '| `/infer`, one row of JSON, %d connections | %.0f requests/s, %d MB | FastAPI + uvicorn, 2 workers: %.0f requests/s, %d MB | %s |\n' \
      $connections "$a" "$(peak $ours)" "$b" "$(peak $(pgrep -P $theirs))" "$(awk -v a="$a" -v b="$b" 'BEGIN { printf "%.1fx", a / b }')"
  done
fi
