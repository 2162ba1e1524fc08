# `data add`, `data status`, `data checkout` and `data diff` on the same bytes as DVC, git-lfs, restic, borg and
# `cp`. restic encrypts (it cannot do without), borg does not; both keep their defaults otherwise.

# --- data sets -------------------------------------------------------------------------------------
# small_files COUNT SIZE: COUNT files of SIZE random bytes in directories of 1,000.
small_files() {
  local directory count=$1 size=$2
  for directory in $(seq -w 0 $((count / 1000 - 1))); do
    mkdir -p "$work/data/$directory"
    head -c $((1000 * size)) /dev/urandom | (cd "$work/data/$directory" && split -b "$size" -a 3 -d - f)
  done
}
large_files() {  # COUNT SIZE
  mkdir -p "$work/data"
  for i in $(seq "$1"); do head -c "$2" /dev/urandom > "$work/data/large$i.bin"; done
}

# --- one fresh repository of each tool, with the data in it ----------------------------------------
begin_mlo() { cd "$work" && rm -rf mlo && mkdir mlo && cd mlo && git init -q && mlo init && cp -r "$work/data" data && sync; }
begin_lfs() { cd "$work" && rm -rf lfs && mkdir lfs && cd lfs && git init -q && git lfs track 'data/**' && cp -r "$work/data" data && sync; }
begin_dvc() { cd "$work" && rm -rf dvc && mkdir dvc && cd dvc && git init -q && "$dvc" init -q && cp -r "$work/data" data && sync; }
begin_restic() { cd "$work" && rm -rf restic && restic init -q -r restic && sync; }
begin_borg() { cd "$work" && rm -rf borg && borg init -e none borg && sync; }
begin_limit() { rm -rf "$work/copy"; sync; }
end_all() { cd "$work"; rm -rf mlo lfs dvc restic borg copy data gone; }

# --- rows --------------------------------------------------------------------------------------------
compare_add() {  # NAME
  local name=$1 ours
  ours=$(fresh "$rounds" begin_mlo sh -c "cd '$work/mlo' && mlo data add data")
  row "\`data add\`, $name" "$ours" "SHA-256 + copy + fsync, one thread" "$(fresh "$rounds" begin_limit "$build/tests/bench/bench_limit" "$work/data" "$work/copy")"
  row "\`data add\`, $name" "$ours" "\`cp -r\` and sync" "$(fresh "$rounds" begin_limit sh -c "cp -r '$work/data' '$work/copy' && sync -f '$work/copy'")"
  row "\`data add\`, $name" "$ours" "git-lfs" "$(fresh 1 begin_lfs sh -c "cd '$work/lfs' && git add data")"
  row "\`data add\`, $name" "$ours" "DVC" "$(fresh 1 begin_dvc sh -c "cd '$work/dvc' && '$dvc' add -q data")"
  row "\`data add\`, $name" "$ours" "restic backup" "$(fresh "$rounds" begin_restic restic -q -r "$work/restic" backup "$work/data")"
  row "\`data add\`, $name" "$ours" "borg create" "$(fresh "$rounds" begin_borg borg create "$work/borg::one" "$work/data")"
}
compare_status() {  # NAME
  local ours
  cd "$work/mlo"; sleep 1; mlo data status >/dev/null; ours=$(spawn -n 7 mlo data status)
  cd "$work/lfs"; git status >/dev/null; row "no-op \`data status\`, $1" "$ours" "git status (lfs)" "$(spawn -n 7 git status)"
  [ ! -d "$work/dvc" ] || { cd "$work/dvc"; row "no-op \`data status\`, $1" "$ours" "dvc status" "$(spawn -n 3 "$dvc" status)"; }
}
change_one_percent() { find "$1/data" -type f -name '*7[35]' | awk 'NR % 2' | while read -r file; do echo changed > "$file"; done; }
compare_changed() {  # NAME
  local tool
  for tool in mlo lfs dvc; do change_one_percent "$work/$tool"; done
  # The first look reads what changed: that is the one that a person waits for.
  ours=$(cd "$work/mlo" && spawn mlo data status)
  row "\`data status\`, 1 % changed, $1" "$ours" "git status (lfs)" "$(cd "$work/lfs" && spawn git status)"
  row "\`data status\`, 1 % changed, $1" "$ours" "dvc data status" "$(cd "$work/dvc" && spawn "$dvc" data status)"
  for tool in mlo lfs dvc; do empty "$work/$tool/data"; done
  (cd "$work/mlo" && mlo data checkout); (cd "$work/dvc" && "$dvc" checkout -q); (cd "$work/lfs" && git checkout -q .)
}
# Moved away, not removed: for minutes ext4 passes over the inodes of removed files one by one, and whoever makes
# files next to them waits three times as long.
empty() { mkdir -p "$work/gone"; mv "$1" "$(mktemp -d "$work/gone/XXXXXX")"; sync; }
empty_mlo() { empty "$work/mlo/data"; }
empty_lfs() { empty "$work/lfs/data"; }
empty_dvc() { empty "$work/dvc/data"; }
compare_checkout() {  # NAME
  local ours
  ours=$(fresh "$rounds" empty_mlo mlo -C "$work/mlo" data checkout)
  row "\`data checkout\` of everything, $1" "$ours" "git checkout (lfs)" "$(fresh 1 empty_lfs git -C "$work/lfs" checkout -q .)"
  row "\`data checkout\` of everything, $1" "$ours" "dvc checkout" "$(fresh "$rounds" empty_dvc "$dvc" --cd "$work/dvc" checkout -q)"
  ours=$(spawn -n 5 mlo -C "$work/mlo" data checkout)
  row "no-op \`data checkout\`, $1" "$ours" "dvc checkout" "$(spawn -n 3 "$dvc" --cd "$work/dvc" checkout -q)"
}

bench_files() {
  small_files 20000 3072
  compare_add "20,000 x 3 KiB"; compare_status "20,000 x 3 KiB"
  end_all
}
bench_many() {
  small_files "$many" 3072
  local name="$many x 3 KiB"
  compare_add "$name"
  for tool in mlo lfs; do (cd "$work/$tool" && git add -A && git commit -qm data); done
  compare_status "$name"; compare_changed "$name" >"$work/rows" 2>/dev/null; grep '^|' "$work/rows"; compare_checkout "$name"
  end_all
}
# DVC is left out: adding a million files takes it most of an hour.
bench_million() {
  small_files 1000000 16
  begin_mlo >/dev/null 2>&1; begin_lfs >/dev/null 2>&1; rm "$work/lfs/.gitattributes"
  cd "$work/mlo" && mlo data add -q data 2>/dev/null || mlo data add data >/dev/null
  git add -A && git commit -qm one
  (cd "$work/lfs" && git add -A && git commit -qm one)
  sleep 1
  cd "$work/mlo"; mlo data status >/dev/null; local ours; ours=$(spawn -n 5 mlo data status)
  cd "$work/lfs"; git status >/dev/null
  row "no-op \`data status\`, 1,000,000 files" "$ours" "git status (no lfs)" "$(spawn -n 5 git status)"
  for tool in mlo lfs; do for i in 0 1 2 3 4 5 6 7 8 9; do echo changed > "$work/$tool/data/$i$i$i/f$i$i$i"; done; done
  (cd "$work/mlo" && mlo data add data >/dev/null && git commit -qam two); (cd "$work/lfs" && git commit -qam two)
  ours=$(cd "$work/mlo" && spawn -n 11 mlo data diff HEAD~1 HEAD)
  row "\`data diff\` of two revisions, 10 of 1,000,000 paths" "$ours" "git diff (no lfs)" "$(cd "$work/lfs" && spawn -n 11 git diff --stat HEAD~1 HEAD)"
  end_all
}
bench_large() { large_files 16 $((64 << 20)); compare_add "16 x 64 MiB"; compare_status "16 x 64 MiB"; end_all; }
bench_huge() { large_files 1 $((4 << 30)); compare_add "4 GiB"; end_all; }
