#!/bin/sh
# layering.sh can fail: each violation, planted in a small house, is named; the house without it is
# clean. One line for each case.
set -eu
check=$(cd "$(dirname "$0")" && pwd)/layering.sh
house=$(mktemp -d)
trap 'rm -rf "$house"' EXIT
failed=0

build_house() {
  rm -rf "$house"
  mkdir -p "$house/cli" "$house/core/base" "$house/core/store" "$house/core/track" \
    "$house/plugins/include/mlo" "$house/plugins/torch" "$house/tests/unit/store"
  echo 'mlo_room(store mlo_base)' > "$house/CMakeLists.txt"
  echo '#include <openssl/evp.h>' > "$house/core/base/digest.cpp"
  printf '#include <vector>\n#include <sys/stat.h>\n#include "base/env.hpp"\n' > "$house/core/store/pack.cpp"
  printf '#include <sqlite3.h>\n#include "store/pack.hpp"\n' > "$house/core/track/index.cpp"
  echo '#include <stdint.h>' > "$house/plugins/include/mlo/plugin.h"
  printf '#include <torch/script.h>\n#include "mlo/plugin.h"\n' > "$house/plugins/torch/model.cpp"
  printf '#include <CLI/App.hpp>\n#include "core/track/index.hpp"\n' > "$house/cli/main.cpp"
  echo '#include "store/pack.hpp"' > "$house/tests/unit/store/pack_test.cpp"
}

# planted NAME FILE LINE EXPECTED: the house with LINE appended to FILE is refused, and told why.
planted() {
  build_house
  printf '%s\n' "$3" >> "$house/$2"
  if output=$("$check" "$house" 2>&1); then
    echo "FAIL $1: not noticed"; failed=1
  elif ! printf '%s' "$output" | grep -qF -- "$4"; then
    echo "FAIL $1: said '$output'"; failed=1
  else
    echo "ok   $1"
  fi
}

build_house
"$check" "$house" || { echo "FAIL the clean house is refused"; failed=1; }
planted "include that points up" core/store/pack.cpp '#include "track/index.hpp"' "must not see track"
planted "upward include in a test" tests/unit/store/pack_test.cpp '#include "track/index.hpp"' "must not see track"
planted "core sees cli" core/store/pack.cpp '#include "cli/output.hpp"' "must not see cli"
planted "SQLite outside track" core/store/pack.cpp '#include <sqlite3.h>' "sqlite3.h belongs to track"
planted "CLI11 outside cli" core/store/pack.cpp '#include <CLI/CLI.hpp>' "belongs to cli"
planted "LibTorch in core" core/track/index.cpp '#include <torch/torch.h>' "LibTorch stays inside"
planted "LibTorch in a test" tests/unit/store/pack_test.cpp '#  include <ATen/ATen.h>' "LibTorch stays inside"
planted "unknown third-party header" core/base/digest.cpp '#include <rapidjson/document.h>' "no known header"
planted "plugin sees core" plugins/torch/model.cpp '#include "base/error.hpp"' "nothing of core"
planted "core sees a plugin" core/track/index.cpp '#include "plugins/torch/model.hpp"' "mlo/plugin.h only"
planted "ABI below plugin" core/store/pack.cpp '#include "mlo/plugin.h"' "stands below plugin"
planted "ABI needs more" plugins/include/mlo/plugin.h '#include <string.h>' "nothing but stddef.h"
planted "room linked upwards" CMakeLists.txt 'mlo_room(base mlo_store)' "links mlo_store"
planted "core prints" core/base/digest.cpp 'void f() { std::cout << 1; }' "neither prints"
planted "core reads the environment" core/base/digest.cpp 'auto* x = getenv("HOME");' "neither prints"
mkdir -p "$house/core/attic" && build_house && mkdir "$house/core/attic" && echo > "$house/core/attic/a.cpp"
if "$check" "$house" >/dev/null 2>&1; then echo "FAIL unknown room: not noticed"; failed=1; else echo "ok   unknown room"; fi
exit $failed
