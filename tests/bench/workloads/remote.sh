# push and pull of many small files, to a directory and to S3 (moto, a Python server of one process: it sets the
# pace, so the requests that it logs say more than the seconds). rclone copies the files as they are.
start_moto() {  # LOG; sets moto
  "$venv/bin/moto_server" -H 127.0.0.1 -p 8613 >"$1" 2>&1 & servers+=($!)
  for _ in $(seq 100); do curl -s -o /dev/null http://127.0.0.1:8613/ && break; sleep 0.2; done
  for bucket in mlo dvc rclone; do curl -s -o /dev/null -X PUT "http://127.0.0.1:8613/$bucket"; done
}
requests_in() { grep -c 'HTTP/1.1" ' "$1" || true; }
# counted LOG COMMAND...: "MS KIB REQUESTS"
counted() {
  local log=$1 before; shift
  before=$(requests_in "$log"); printf '%s ' "$(spawn "$@")"; sleep 0.3
  echo $(($(requests_in "$log") - before))
}
both() {  # WORKLOAD OURS PEER THEIRS: a row of times and one of requests
  local ours=($2) theirs=($4)
  row "$1" "${ours[0]} ${ours[1]}" "$3" "${theirs[0]} ${theirs[1]}"
  amounts "$1" "${ours[2]}" "$3" "${theirs[2]}" requests
}

bench_remote() {
  unset AWS_CA_BUNDLE  # rclone stops at it where it speaks plain HTTP
  export AWS_ACCESS_KEY_ID=bench AWS_SECRET_ACCESS_KEY=bench AWS_DEFAULT_REGION=us-east-1
  local log="$work/moto.log" name="$many x 3 KiB" ours
  small_files "$many" 3072
  begin_mlo >/dev/null 2>&1; begin_dvc >/dev/null 2>&1
  (cd "$work/mlo" && mlo data add data >/dev/null && git add -A && git commit -qm data)
  (cd "$work/dvc" && "$dvc" add -q data && git add -A && git commit -qm data)
  # a directory
  mkdir "$work/remote-mlo" "$work/remote-dvc"
  (cd "$work/mlo" && mlo remote add disk "$work/remote-mlo" >/dev/null)
  (cd "$work/dvc" && "$dvc" remote add -q disk "$work/remote-dvc")
  ours=$(spawn mlo -C "$work/mlo" push disk)
  row "\`push\` to a directory, $name" "$ours" "dvc push" "$(spawn "$dvc" --cd "$work/dvc" push -q -r disk)"
  row "\`push\` to a directory, $name" "$ours" "rclone copy" "$(spawn rclone copy "$work/data" "$work/remote-rclone")"
  ours=$(spawn -n 5 mlo -C "$work/mlo" push disk)
  row "no-op \`push\` to a directory, $name" "$ours" "dvc push" "$(spawn "$dvc" --cd "$work/dvc" push -q -r disk)"
  row "no-op \`push\` to a directory, $name" "$ours" "rclone copy" "$(spawn rclone copy "$work/data" "$work/remote-rclone")"
  for gone in mlo/data mlo/.mlo/store dvc/data dvc/.dvc/cache; do empty "$work/$gone"; done
  ours=$(spawn mlo -C "$work/mlo" pull disk)
  row "\`pull\` from a directory, $name" "$ours" "dvc pull" "$(spawn "$dvc" --cd "$work/dvc" pull -q -r disk)"
  row "\`pull\` from a directory, $name" "$ours" "rclone copy" "$(spawn rclone copy "$work/remote-rclone" "$work/back-rclone")"
  rm -rf "$work"/remote-* "$work"/back-*
  # S3
  start_moto "$log"
  (cd "$work/mlo" && mlo remote add cloud s3://mlo/store --endpoint http://127.0.0.1:8613 --region us-east-1 >/dev/null)
  (cd "$work/dvc" && "$dvc" remote add -q cloud s3://dvc/store && "$dvc" remote modify -q cloud endpointurl http://127.0.0.1:8613)
  printf '[s3]\ntype = s3\nprovider = Other\nenv_auth = true\nendpoint = http://127.0.0.1:8613\nregion = us-east-1\n' > "$RCLONE_CONFIG"
  ours=$(counted "$log" mlo -C "$work/mlo" push cloud)
  both "\`push\` to S3, $name" "$ours" "dvc push" "$(counted "$log" "$dvc" --cd "$work/dvc" push -q -r cloud)"
  both "\`push\` to S3, $name" "$ours" "rclone copy" "$(counted "$log" rclone copy "$work/data" s3:rclone/data)"
  ours=$(counted "$log" mlo -C "$work/mlo" push cloud)
  both "no-op \`push\` to S3, $name" "$ours" "dvc push" "$(counted "$log" "$dvc" --cd "$work/dvc" push -q -r cloud)"
  both "no-op \`push\` to S3, $name" "$ours" "rclone copy" "$(counted "$log" rclone copy "$work/data" s3:rclone/data)"
  for gone in mlo/data mlo/.mlo/store dvc/data dvc/.dvc/cache; do empty "$work/$gone"; done
  ours=$(counted "$log" mlo -C "$work/mlo" pull cloud)
  both "\`pull\` from S3, $name" "$ours" "dvc pull" "$(counted "$log" "$dvc" --cd "$work/dvc" pull -q -r cloud)"
  both "\`pull\` from S3, $name" "$ours" "rclone copy" "$(counted "$log" rclone copy s3:rclone/data "$work/back-rclone")"
  end_all; rm -rf "$work"/back-*
}
