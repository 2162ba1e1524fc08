# How much a remote (a directory) grows by a small change: everything that a tool writes for the second version,
# recipes, indexes and manifests included. casync with its default of 64 KiB, restic and borg with theirs.
store_bytes() { du -sb --apparent-size "$1" | cut -f1; }
kilobytes() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", (b - a) / 1000 }'; }

# growth NAME FIRST SECOND: two versions of one file.
growth() {
  local name=$1 first=$2 second=$3 before after ours
  cd "$work" && rm -rf mlo remote && mkdir mlo remote && cd mlo && git init -q && mlo init >/dev/null
  mlo remote add origin "$work/remote" >/dev/null
  for version in "$first" "$second"; do
    cp "$version" data.bin && mlo data add data.bin >/dev/null && git add -A && git commit -qm version && mlo push >/dev/null 2>&1
    before=${after:-0} after=$(store_bytes "$work/remote")
  done
  ours=$(kilobytes "$before" "$after")
  cd "$work"; begin_restic >/dev/null 2>&1; begin_borg >/dev/null 2>&1; rm -rf casync && mkdir casync
  for version in "$first" "$second"; do
    mkdir -p in; cp "$version" in/data.bin
    restic -q -r restic backup in; restic_before=${restic_after:-0} restic_after=$(store_bytes restic)
    borg create "borg::$(basename "$version")" in; borg_before=${borg_after:-0} borg_after=$(store_bytes borg)
    casync make --store=casync/store "casync/$(basename "$version").caibx" in/data.bin >/dev/null
    casync_before=${casync_after:-0} casync_after=$(store_bytes casync)
  done
  amounts "growth of the remote: $name" "$ours" restic "$(kilobytes "$restic_before" "$restic_after")" kB
  amounts "growth of the remote: $name" "$ours" borg "$(kilobytes "$borg_before" "$borg_after")" kB
  amounts "growth of the remote: $name" "$ours" casync "$(kilobytes "$casync_before" "$casync_after")" kB
  unset restic_after borg_after casync_after
  cd "$work"; rm -rf mlo remote restic borg casync in
}

bench_growth() {
  local v1="$work/v1" v2="$work/v2"
  head -c $((256 << 20)) /dev/urandom > "$v1"
  { head -c 100000000 "$v1"; head -c 100 /dev/urandom; tail -c +100000001 "$v1"; } > "$v2"
  growth "256 MiB random, 100 bytes inserted" "$v1" "$v2"
  "$venv/bin/python" "$here/make_growth.py" csv "$v1" "$v2"
  growth "CSV of 1 GiB, 1 % of rows appended (raw: $(( ($(stat -c %s "$v2") - $(stat -c %s "$v1")) / 1000 )) kB)" "$v1" "$v2"
  "$venv/bin/python" "$here/make_growth.py" checkpoint "$v1" "$v2"
  growth "safetensors of 256 MiB, 2 of 32 tensors trained (raw: 16777 kB)" "$v1" "$v2"
  rm -f "$v1" "$v2"
}
