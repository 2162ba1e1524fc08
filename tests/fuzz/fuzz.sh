#!/bin/sh
# Long fuzzing with libFuzzer: builds with clang++, runs each target for SECONDS (as many at a time as there are
# processors, or MLO_FUZZ_JOBS), and keeps the smallest inputs that reach everything that was reached, as
# corpus/<target>. Fails, with the input's file, when a target crashed, hung or broke a property.
#
# usage: fuzz.sh BUILD [SECONDS [TARGET...]]      BUILD: a folder of its own; default: 1800 s, every target
#                                                 MLO_FUZZ_CXX: the compiler (clang++-19, clang++)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:?usage: fuzz.sh BUILD [SECONDS [TARGET...]]}"
build=$(cd "$1" && pwd) seconds=${2:-1800}
shift; [ $# = 0 ] || shift
cxx=${MLO_FUZZ_CXX:-$(command -v clang++-19 || command -v clang++)}
cc=$(printf %s "$cxx" | sed 's/++//')
kept_bytes=32768

# one PROGRAM TARGET
one() {
  program=$build/tests/fuzz/$1 work=$build/fuzz/$2
  mkdir -p "$work"
  cd "$work"
  rm -rf corpus least
  mkdir corpus least
  "$program" --seed "$2" corpus
  export MLO_LIBFUZZER="$2" UBSAN_OPTIONS=print_stacktrace=1
  words=; [ ! -s corpus.dict ] || words=-dict=corpus.dict
  # shellcheck disable=SC2086
  "$program" corpus $words -max_len=16384 \
    -timeout=20 -rss_limit_mb=3000 -max_total_time="$seconds" -print_final_stats=1 > log 2>&1 || {
    tail -n 40 log; echo "$2: FAILED, see $work"; return 1; }
  "$program" -merge=1 least corpus > merge.log 2>&1
  mkdir -p "$here/corpus"
  "$program" --keep least "$kept_bytes" > "$here/corpus/$2"
  executed=$(sed -n 's/^stat::number_of_executed_units: *//p' log)
  echo "$2: $executed inputs, $(find least -type f | wc -l) kept of $(find corpus -type f | wc -l)"
}
if [ "${MLO_FUZZ_ONE:-}" ]; then
  # shellcheck disable=SC2086
  one $MLO_FUZZ_ONE
  exit
fi

cmake -G Ninja -S "$here/../.." -B "$build" -DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_C_COMPILER="$cc" \
  -DMLO_PRESET=fuzz -DMLO_TESTS=ON -DMLO_TORCH=OFF -DMLO_UNITY=ON >/dev/null
programs=$(cd "$here" && for source in fuzz_*.cpp; do echo "${source%.cpp}"; done)
# shellcheck disable=SC2086
cmake --build "$build" --target $programs >&2

for program in $programs; do
  "$build/tests/fuzz/$program" --names | while read -r target; do
    case " $* " in "  " | *" $target "*) echo "$program $target" ;; esac
  done
done | xargs -d '\n' -P "${MLO_FUZZ_JOBS:-$(nproc)}" -I '{}' \
  env MLO_FUZZ_ONE='{}' sh "$here/fuzz.sh" "$build" "$seconds"
