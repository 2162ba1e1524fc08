# The model server against FastAPI: wrk on the same cores.
requests() { wrk -t1 -c"$2" -d8s -s "$here/infer.lua" "$1/v2/models/vocabulary/infer" | tee "$work/wrk" | sed -n 's/^Requests\/sec: *//p'; }
peak() { for pid in "$@"; do sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$pid/status"; done | awk '{ sum += $1 } END { print int(sum / 1024) }'; }
bench_serve() {
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
}
