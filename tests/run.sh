#!/bin/sh
# The CI tier: installs what is missing, builds, and runs every suite. As root or with sudo, from a
# fresh clone, without a terminal; safe to repeat. Prints the time of each suite; the last line says
# how many tests passed and failed, and the exit code is 0 only if none failed.
#
#   ci     Release, -Werror, with the LibTorch plugin: every test
#   asan   AddressSanitizer and UBSan: the unit, fault and fuzz tests of core
#   tsan   ThreadSanitizer: the unit tests of the rooms that run threads, on the toy runtime
#
# usage: run.sh [--all]     --all adds stress rounds, libFuzzer for five minutes a parser and a plugin built with LibTorch 2
#                           MLO_BUILD_ROOT=folder of the builds (default: build/ of the repository)
set -u
exec </dev/null
root=$(cd "$(dirname "$0")/.." && pwd)
builds=${MLO_BUILD_ROOT:-$root/build}
jobs=$(nproc)
case ${1:-} in
  "") all= ;;
  --all) all=yes ;;
  *) echo "run.sh: unknown option '$1': --all is the only one" >&2; exit 2 ;;
esac
unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE MLO_PLUGIN_PATH
if [ -n "${TMPDIR:-}" ] && [ ! -d "$TMPDIR" ]; then
  echo "run.sh: TMPDIR names no directory ('$TMPDIR'): using /tmp" >&2
  unset TMPDIR
fi
export CTEST_OUTPUT_ON_FAILURE=1 NO_COLOR=1
passed=0 failed=0 times=

# --- suites -------------------------------------------------------------------------------------
# timed NAME COMMAND...: runs it, notes its time and passes its exit code on.
timed() {
  name=$1; shift
  echo "== $name"
  start=$(date +%s)
  code=0; "$@" || code=$?
  spent=$(($(date +%s) - start))
  echo "== $name: ${spent} s"
  times="$times$(printf '%5d s  %s' $spent "$name")
"
  return $code
}
# step NAME COMMAND...: a step that counts only when it fails.
step() { timed "$@" || { failed=$((failed + 1)); echo "FAILED: $1"; return 1; }; }

# suite NAME BUILD SELECTION...: one ctest run in BUILD, counted test by test.
run_ctest() { (cd "$1" && shift && $quiet_layout ctest -j "$jobs" --timeout 900 --no-tests=error "$@"); }
suite() {
  log=$(mktemp)
  name=$1; shift
  timed "$name" run_ctest "$@" > "$log" 2>&1
  cat "$log"
  summary=$(sed -n 's/.* tests passed, \([0-9]*\) tests failed out of \([0-9]*\)$/\1 \2/p' "$log" | tail -n 1)
  rm -f "$log"
  # shellcheck disable=SC2086
  set -- ${summary:-1 1}
  failed=$((failed + $1)) passed=$((passed + $2 - $1))
}

# configure FOLDER OPTION...; build FOLDER TARGET...
configure() {
  folder=$1; shift
  cmake -G Ninja -S "$root" -B "$builds/$folder" -DMLO_TESTS=ON -DMLO_UNITY=ON "$@" > "$builds/$folder.log" 2>&1 ||
    { cat "$builds/$folder.log"; return 1; }
}
build() {
  folder=$1; shift
  cmake --build "$builds/$folder" -j "$jobs" "$@"
}
# matching FOLDER PATTERN: the targets of these names that the build has; a room without tests has none.
matching() {
  cmake --build "$builds/$1" --target help | sed -n 's/^\([a-z_0-9]*\): .*/\1/p' | grep -xE -- "$2" | sort -u
}

# --- what is needed -----------------------------------------------------------------------------
began=$(date +%s)
mkdir -p "$builds"
quiet_layout=
step "packages" "$root/examples/install-deps.sh" build test
# Mostly downloads: they run beside the build, and what went wrong is said where they are needed.
peers_log=$(mktemp)
"$root/tests/peers.sh" > "$peers_log" 2>&1 &
peers=$!
await_peers() {
  wait "$peers" || { cat "$peers_log"; return 1; }
  rm -f "$peers_log"
  MLO_TEST_VENV=$("$root/tests/peers.sh") && export MLO_TEST_VENV
}

# --- ci: everything -----------------------------------------------------------------------------
step "configure ci" configure ci -DMLO_PRESET=ci -DMLO_TORCH=ON && step "build ci" build ci
built=$?
step "peers" await_peers
if [ "$built" = 0 ]; then
  suite "layering" "$builds/ci" -L layering
  suite "unit" "$builds/ci" -LE 'layering|cli|fault|compat|fuzz'
  suite "fault" "$builds/ci" -L fault
  suite "cli" "$builds/ci" -L cli
  suite "compat" "$builds/ci" -L compat
fi

# --- asan: memory and undefined behaviour ---------------------------------------------------------
if step "configure asan" configure asan -DMLO_PRESET=asan -DMLO_TORCH=OFF &&
   step "build asan" build asan --target $(matching asan 'test_.*|fuzz_.*|plugin_.*'); then
  suite "asan: unit" "$builds/asan" -LE 'layering|cli|fault|compat|fuzz'
  suite "asan: fault" "$builds/asan" -L fault
  suite "asan: fuzz" "$builds/asan" -L fuzz
fi

# --- tsan: the rooms with threads ---------------------------------------------------------------
# ThreadSanitizer of g++ 12 needs the address space as kernels laid it out before 6.6.
setarch "$(uname -m)" -R true 2>/dev/null && quiet_layout="setarch $(uname -m) -R"
threaded='base|http|store|repo|remote|track|infer|train|serve'
if step "configure tsan" configure tsan -DMLO_PRESET=tsan -DMLO_TORCH=OFF &&
   step "build tsan" build tsan --target $(matching tsan "test_($threaded)|plugin_toy"); then
  suite "tsan: unit" "$builds/tsan" -R "^unit_($threaded)\$"
fi
quiet_layout=

# --- --all ----------------------------------------------------------------------------------------
if [ -n "$all" ]; then
  suite "stress: unit, fault and cli, five rounds" "$builds/ci" -L 'unit|fault|cli' --repeat until-fail:5
  step "stress: processes, 1,000 rounds" sh "$root/tests/fault/stress.sh" "$builds/ci" 1000
  export MLO_STRESS_ROUNDS=1000
  suite "stress: threads, 1,000 rounds" "$builds/ci" -R '^unit_store$'
  suite "tsan: stress, 1,000 rounds" "$builds/tsan" -R '^unit_store$'
  unset MLO_STRESS_ROUNDS
  step "packages of fuzzing" "$root/examples/install-deps.sh" fuzz
  step "libFuzzer: five minutes each" sh "$root/tests/fuzz/fuzz.sh" "$builds/fuzz" 300
  torch=$("$MLO_TEST_VENV/bin/python" -c 'import torch; import os; print(os.path.dirname(torch.__file__))')
  if step "configure torch2" configure torch2 -DMLO_PRESET=release -DMLO_TORCH=ON "-DCMAKE_PREFIX_PATH=$torch" &&
     step "build torch2" build torch2; then
    suite "LibTorch 2: plugin and story" "$builds/torch2" -R 'torch|story'
  fi
fi

# --- the answer -----------------------------------------------------------------------------------
printf '\n%s%5d s  all\n\n' "$times" $(($(date +%s) - began))
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
