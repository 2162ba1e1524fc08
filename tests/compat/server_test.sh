#!/bin/sh
# The story's model behind `mlo serve`, spoken to by its real peers: tritonclient, and promtool on
# /metrics. usage: server_test.sh BUILD STORY VENV
set -eu
build=$1 story=$2 venv=$3
here=$(cd "$(dirname "$0")" && pwd)
log=$(mktemp)
"$build/mlo" -C "$story" serve vocabulary --port 0 > "$log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -f "$log" "$log.metrics"' EXIT
address=
for _ in $(seq 200); do
  address=$(sed -n 's|.*http://\([0-9.]*:[0-9]*\).*|\1|p' "$log" | head -n 1)
  [ -n "$address" ] && curl -sf "http://$address/v2/health/ready" >/dev/null && break
  kill -0 $server || { cat "$log"; exit 1; }
  sleep 0.1
done
[ -n "$address" ] || { echo "the server did not say where it listens:"; cat "$log"; exit 1; }

# gc must leave alone what is served; the lease ends with the server.
grep -qx "what server of vocabulary" "$story"/.mlo/store/leases/* || { echo "the server holds no lease"; exit 1; }

"$venv/bin/python" "$here/triton_test.py" "$address" vocabulary "$story/data/stream/2014.csv"

promtool=$(command -v promtool || echo "$venv/bin/promtool")
curl -sf "http://$address/metrics" > "$log.metrics"
grep -q '^[a-z]' "$log.metrics" || { echo "/metrics is empty"; exit 1; }
"$promtool" check metrics < "$log.metrics"
echo "promtool: $(grep -c '^[a-z]' "$log.metrics") samples, clean"
# promtool must be able to refuse, or the line above says nothing.
if echo 'a{b="c" 1' | "$promtool" check metrics >/dev/null 2>&1; then echo "promtool refuses nothing"; exit 1; fi
kill $server; wait $server || true
[ -z "$(ls "$story/.mlo/store/leases")" ] || { echo "the server left its lease behind"; exit 1; }
