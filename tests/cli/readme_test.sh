#!/bin/sh
# Every command of README.md's console blocks, in order, as a newcomer would type them. A line that ends
# in "# exit N" must end with N, every other one with 0. usage: readme_test.sh BUILD SOURCE
set -eu
build=$1 source=$2
[ -f "$build/lib/mlo/plugins/torch.so" ] || { echo "README needs the LibTorch plugin"; exit 1; }
HOME=$(mktemp -d)
export HOME PATH="$build:$PATH"
trap 'cd /; "$build/mlo" -C "$HOME/vocabulary" deploy stop vocabulary >/dev/null 2>&1 || true; rm -rf "$HOME"' EXIT
git config --global user.name Reader
git config --global user.email reader@example.invalid
# Below 32768, where Linux begins to hand out ports to clients.
port=$((10000 + $$ % 20000))
awk '/^```console/ { on = 1; next } /^```/ { on = 0 } on && sub(/^\$ /, "")' "$source/README.md" |
  sed "s/8601/$port/" > "$HOME/commands"
[ "$(wc -l < "$HOME/commands")" -gt 15 ] || { echo "too few commands: the extraction is broken"; exit 1; }
cd "$source"
while IFS= read -r line; do
  expected=$(printf '%s\n' "$line" | sed -n 's/.*# exit \([0-9]*\).*/\1/p')
  echo "\$ $line"
  code=0
  eval "$line" </dev/null || code=$?
  [ "$code" = "${expected:-0}" ] || { echo "ended with $code, not with ${expected:-0}"; exit 1; }
  # The tour's port may be taken on the machine that tests.
  [ -f mlo.yaml ] && [ "$PWD" = "$HOME/vocabulary" ] && sed -i "s/8601/$port/" mlo.yaml
done < "$HOME/commands"
