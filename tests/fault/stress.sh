#!/bin/sh
# Processes against each other on one shared store: two workspaces, and in them 2 and then 4 processes
# that add, collect (without grace, trash emptied at once), evict the work tree, check out, ask for the
# status, push and fetch (where this mlo can), in random order. Afterwards everything that a pointer
# names must come back byte for byte, and `mlo fsck --all` must be clean.
# usage: stress.sh BUILD [ROUNDS]      rounds per process (default 12)
set -u
build=$1 rounds=${2:-12}
export NO_COLOR=1 GIT_CONFIG_GLOBAL=/dev/null
mlo="$build/mlo"
work=$(mktemp -d)
children=
# shellcheck disable=SC2086
trap '[ -z "$children" ] || kill $children 2>/dev/null; rm -rf "$work"' EXIT INT TERM

"$mlo" push --help >/dev/null 2>&1 && remote=yes || remote=
make_workspace() {
  mkdir "$work/$1"
  git -C "$work/$1" init -q
  git -C "$work/$1" config user.name Stress
  git -C "$work/$1" config user.email stress@example.invalid
  "$mlo" -C "$work/$1" init >/dev/null || exit 1
  printf 'store:\n  path: %s/store\n' "$work" > "$work/$1/.mlo/config.yaml"
}

# allowed LOG COMMAND...: success, or one of the refusals that another process may cause.
allowed() {
  log=$1; shift
  said=$("$@" 2>&1) && return 0
  code=$?
  case $said in
    *"is in use by another mlo"*|*"changed while it was read"*) return 0 ;;
  esac
  echo "exit $code of $*: $said" >> "$log"
  return 1
}

# One process: its own directory d$1 in workspace $2, so that it knows what must be there.
run() {
  id=$1 space=$work/$2 log=$work/log.$1
  seed=$id
  mkdir -p "$space/d$id"
  round=0
  while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    # A linear congruence; $RANDOM is not POSIX.
    seed=$(((seed * 1103515245 + 12345 + id) % 2147483648))
    file=$space/d$id/f$((seed / 65536 % 3))
    case $((seed / 1048576 % 6)) in
      0|1|2)
        # Contents of few kinds, small and large: the same object is added, collected, added again.
        size=$((seed / 256 % 2 * 140000 + 100))
        head -c $size /dev/zero | tr '\0' "\\$((seed / 4096 % 8 + 101))" > "$file"
        echo "$((seed % 4))" >> "$file"
        rm -f "$file.sum"
        allowed "$log" "$mlo" -C "$space" data add "d$id/${file##*/}" &&
          [ -f "$file.mlo" ] && sha256sum < "$file" > "$file.sum.new" && mv "$file.sum.new" "$file.sum" ;;
      3) allowed "$log" "$mlo" -C "$space" gc --grace 0 --empty-trash --lock-timeout 60 ;;
      4)
        if [ -f "$file.sum" ]; then
          rm -f "$file"
          allowed "$log" "$mlo" -C "$space" data checkout "d$id/${file##*/}" && [ -f "$file" ] &&
            { sha256sum < "$file" | cmp -s - "$file.sum" || echo "$file came back wrong" >> "$log"; }
        fi ;;
      5)
        allowed "$log" "$mlo" -C "$space" status
        [ -z "$remote" ] || allowed "$log" "$mlo" -C "$space" push ;;
    esac
  done
}

# The pointer is what counts: its file must come back as it names it.
check() {
  for space in one two; do
    find "$work/$space" -name '*.mlo' -type f -not -path '*/.mlo/*' | while read -r pointer; do
      rm -f "${pointer%.mlo}"
      "$mlo" -C "$work/$space" data checkout "$(realpath --relative-to="$work/$space" "${pointer%.mlo}")" > /dev/null \
        2> "$work/said" || { cat "$work/said"; echo "no checkout of $pointer"; } >> "$work/log.check"
      digest=$(sed -n 's/^digest: *"*sha256:\([0-9a-f]*\).*/\1/p' "$pointer")
      [ "$(sha256sum < "${pointer%.mlo}" | cut -d' ' -f1)" = "$digest" ] ||
        echo "$pointer names other bytes" >> "$work/log.check"
    done
    "$mlo" -C "$work/$space" fsck --all > "$work/fsck" 2>&1 || cat "$work/fsck" >> "$work/log.check"
  done
}

for processes in 2 4; do
  rm -rf "$work/one" "$work/two" "$work/store" "$work/remote"
  make_workspace one
  make_workspace two
  if [ -n "$remote" ]; then
    mkdir "$work/remote"
    for space in one two; do "$mlo" -C "$work/$space" remote add origin "$work/remote" >/dev/null 2>&1 || remote=; done
  fi
  children=
  for id in $(seq $processes); do
    [ $((id % 2)) = 0 ] && space=one || space=two
    run "$id" $space &
    children="$children $!"
  done
  # shellcheck disable=SC2086
  wait $children
  children=
  check
  echo "$processes processes, $rounds rounds each: $(find "$work/one" "$work/two" -name 'f?.mlo' | wc -l) pointers"
done
if cat "$work"/log.* 2>/dev/null | grep .; then echo "FAIL"; exit 1; fi
echo "ok"
