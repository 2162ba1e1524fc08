# `fsck` reads and hashes every object: the limit is SHA-256 of the same bytes on the same number of cores.
bench_fsck() {
  large_files 16 $((64 << 20))
  small_files 20000 3072
  begin_mlo >/dev/null 2>&1
  cd "$work/mlo" && mlo data add data >/dev/null
  local ours limit
  ours=$(spawn -n "$rounds" mlo fsck --all)
  limit=$(spawn -n "$rounds" "$build/tests/bench/bench_limit" "$work/data")
  row "\`fsck\` of 1 GiB in 16 files and 20,000 x 3 KiB, $(nproc) threads" "$ours" "SHA-256 alone, one thread" "$limit"
  begin_restic >/dev/null 2>&1; restic -q -r "$work/restic" backup "$work/data"
  row "the same" "$ours" "restic check --read-data" "$(spawn restic -q -r "$work/restic" check --read-data)"
  end_all
}
