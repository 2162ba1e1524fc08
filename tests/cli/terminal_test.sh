#!/bin/sh
# What only a terminal sees: on 80 columns a training shows its bar, and the metric whole behind it.
# usage: terminal_test.sh BUILD SOURCE
set -eu
build=$1 source=$2
export MLO_PLUGIN_PATH="$build/tests/plugins" TERM=xterm NO_COLOR=1
work=$(mktemp -d)
trap 'cd /; rm -rf "$work"' EXIT
cd "$work"
"$build/mlo" init >/dev/null
. "$source/tests/cli/data/good.sh"
# A name so long that a bar of full length would push the metric off the line.
sed -i 's/^  t:$/  long_training:/' mlo.yaml
script -qec "stty cols 80; '$build/mlo' train long_training" /dev/null </dev/null | tr '\r' '\n' > seen
grep -qE '^.\[Ktraining long_training \[=+\] 100%  epoch 3/3  [a-z_.]+ [0-9]+\.[0-9]+$' seen ||
  { echo "no bar with a metric on 80 columns:"; cat -v seen; exit 1; }
