#!/bin/bash
# The workloads of the README's tables: mlo and its peers in turn, in one run, on one machine. Prints
# Markdown rows "workload | mlo | peer | ratio" with the peak memory of both; ratio is how many times
# faster mlo is. Not a test: nothing here fails because something is slow.
#
# usage: run.sh BUILD [WORKLOAD...]     BUILD: a Release build with the LibTorch plugin
#   workloads: start files many million large huge remote growth fsck train serve (default: all);
#   workloads/*.sh say what each does
#   MLO_BENCH_VENV=folder of the Python peers   MLO_BENCH_DIR=scratch folder (default: /var/tmp)
#   MLO_BENCH_ROUNDS=3      rounds of what takes seconds
#   MLO_BENCH_FILES=100000  files of `many` and `remote`
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${1:?usage: run.sh BUILD [WORKLOAD...]}" && pwd); shift
wanted=${*:-start files many million large huge remote growth fsck train serve}
venv=${MLO_BENCH_VENV:-/var/tmp/mlo-bench-$(id -un)}
rounds=${MLO_BENCH_ROUNDS:-3}
many=${MLO_BENCH_FILES:-100000}
work=$(mktemp -d "${MLO_BENCH_DIR:-/var/tmp}/mlo-bench-XXXXXX")
servers=()
trap '[ ${#servers[@]} = 0 ] || kill "${servers[@]}" 2>/dev/null; rm -rf "$work"' EXIT
export PATH="$build:$PATH" GIT_CONFIG_GLOBAL="$work/gitconfig" DVC_NO_ANALYTICS=1 PYTHONDONTWRITEBYTECODE=1
# Peers keep caches and keys in their own places, none of them the user's.
export XDG_CACHE_HOME="$work/cache" BORG_BASE_DIR="$work/borg-home" RESTIC_PASSWORD=bench RESTIC_CACHE_DIR="$work/restic-cache"
export BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes BORG_RELOCATED_REPO_ACCESS_IS_OK=yes RCLONE_CONFIG="$work/rclone.conf"

"$root/examples/install-deps.sh" build bench
stamp=$(sha256sum < "$here/requirements.txt" | cut -c1-16)
if [ "$(cat "$venv/.complete" 2>/dev/null)" != "$stamp" ]; then
  [ -x "$venv/bin/pip" ] || /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check -r "$here/requirements.txt"
  echo "$stamp" > "$venv/.complete"
fi
git config --global user.name Bench; git config --global user.email bench@example.invalid
git config --global init.defaultBranch main
git config --global gc.auto 0
git lfs install >/dev/null
dvc=$venv/bin/dvc

# --- measuring ----------------------------------------------------------------------------------
spawn() { "$build/tests/bench/bench_spawn" "$@"; }           # -> "MS KIB"
# fresh ROUNDS PREPARE COMMAND...: median of rounds, each after PREPARE (not measured).
fresh() {
  local count=$1 prepare=$2; shift 2
  for _ in $(seq "$count"); do "$prepare" >/dev/null 2>&1; spawn "$@"; done |
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
# amounts WORKLOAD OURS PEER THEIRS UNIT: a row of sizes or counts; less is better.
amounts() {
  printf '| %s | %s %s | %s: %s %s | %s |\n' "$1" "$2" "$5" "$3" "$4" "$5" \
    "$(awk -v a="$2" -v b="$4" 'BEGIN { if (a > 0) printf "%.1fx", b / a; else print "" }')"
}
none() { :; }

story() {  # the example's workspace with a model, once
  [ -d "$work/story" ] || "$root/examples/vocabulary/run.sh" "$work/story" >/dev/null 2>&1
}

# --- the workloads --------------------------------------------------------------------------------
for workload in "$here"/workloads/*.sh; do . "$workload"; done
echo "$(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(date -u +%F), load $(cut -d' ' -f1 /proc/loadavg)"
echo
echo "| workload | mlo | peer | mlo is better by |"
echo "|---|---|---|---|"
for workload in $wanted; do
  declare -F "bench_$workload" >/dev/null || { echo "run.sh: unknown workload '$workload'" >&2; exit 2; }
  "bench_$workload"
done
