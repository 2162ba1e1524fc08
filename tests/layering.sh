#!/bin/sh
# The house stays in order: fails on an include that points up the staircase of core, on a
# third-party header outside its room, on LibTorch outside plugins/torch and its test, on a plugin that sees core,
# on a room that CMake links upwards, and on core printing, exiting or reading the environment.
# Prints one line 'file:line: what is wrong' for each.
#
# usage: layering.sh [ROOT]       the repository to look at (default: the one this script is in)
set -eu
cd "${1:-$(dirname "$0")/..}"

for folder in cli core plugins tests; do
  [ -d "$folder" ] || { echo "layering.sh: '$PWD' has no folder '$folder'" >&2; exit 2; }
done

LC_ALL=C awk '
  BEGIN {
    # Core from the ground up. A room sees itself and what stands before it.
    n = split("base format http plot store remote repo plugin table drift data track infer train " \
              "pipeline package score serve deploy project", names, " ")
    for (i = 1; i <= n; i++) level[names[i]] = i

    # Third-party headers and the only rooms that may include them ("cli", "torch" are rooms here).
    own("openssl/", "base http")
    own("yaml-cpp/ nlohmann/ simdjson.h zlib.h zstd.h", "format")
    own("boost/asio boost/beast", "http")
    own("boost/math", "drift")
    own("png.h", "plot")
    own("git2.h git2/", "repo")
    own("dlfcn.h", "plugin remote")
    own("curl/ libssh/", "remote")
    own("fast_float/ jpeglib.h", "table")
    own("sqlite3.h", "track")
    own("CLI/", "cli")
    own("torch/ ATen/ c10/ caffe2/", "torch")
    everywhere = "^(fmt/|sys/|linux/|netinet/|arpa/|asm/)"
    system_headers = " emmintrin.h xmmintrin.h assert.h ctype.h dirent.h errno.h fcntl.h fenv.h float.h inttypes.h libgen.h " \
      "limits.h locale.h math.h netdb.h poll.h pthread.h pwd.h sched.h signal.h spawn.h stdarg.h " \
      "stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h strings.h termios.h time.h unistd.h " \
      "immintrin.h grp.h fnmatch.h glob.h cpuid.h malloc.h features.h sysexits.h semaphore.h "
  }
  function own(headers, rooms,   list, count, i) {
    count = split(headers, list, " ")
    for (i = 1; i <= count; i++) owners[list[i]] = " " rooms " "
  }
  function complain(text) { print FILENAME ":" FNR ": " text; bad++ }
  function owner_of(header,   prefix) {
    for (prefix in owners) if (index(header, prefix) == 1) return owners[prefix]
    return ""
  }

  FNR == 1 {
    split(FILENAME, part, "/")
    kind = part[1]
    room = kind == "core" ? part[2] : kind == "tests" && part[2] == "unit" ? part[3] : ""
    place = kind == "core" ? room : kind == "plugins" ? part[2] : kind
    if (kind == "core" && !(room in level)) complain("core/" room " is not a room of the staircase")
  }

  # --- what CMake links ---
  FILENAME == "CMakeLists.txt" {
    if (match($0, /^ *mlo_room\(/)) {
      line = $0; gsub(/[()]/, " ", line); count = split(line, word, " ")
      for (i = 3; i <= count; i++) {
        target = word[i]
        if (sub(/^mlo_/, "", target) && level[target] >= level[word[2]])
          complain("room " word[2] " links mlo_" target ", which stands above it")
      }
    }
    next
  }

  # --- core stays silent: output, exits and the environment belong to cli ---
  # base/env.cpp is the seam: the process behind Env.
  kind == "core" && FILENAME != "core/base/env.cpp" && /std::(cout|cerr|clog|getenv|exit|abort)|[^a-z_](printf|puts|getenv|exit|abort) ?\(|secure_getenv/ {
    code = $0; sub(/\/\/.*/, "", code); gsub(/"[^"]*"/, "", code)
    if (code ~ /std::(cout|cerr|clog|getenv|exit|abort)|(^|[^a-z_.>:])(printf|puts|getenv|exit|abort) ?\(|secure_getenv/)
      complain("core neither prints, exits nor reads the environment")
  }

  !/^[ \t]*#[ \t]*include[ \t]*[<"]/ { next }
  {
    header = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*[<"]/, "", header); sub(/[>"].*/, "", header)
    split(header, piece, "/")
    target = index(header, "/") ? piece[1] : ""

    # --- who sees whom inside the house ---
    if (target in level) {
      if (kind == "plugins")
        { if (part[2] != target) complain("a plugin includes nothing of core: " header) }
      else if (room != "" && level[target] > level[room])
        complain(room " must not see " target ", which stands above it: " header)
      next
    }
    if (target == "cli") { if (kind != "cli" && kind != "tests") complain(kind " must not see cli: " header); next }
    if (target == "plugins" && kind != "tests") { complain("plugins are reached through mlo/plugin.h only: " header); next }
    if (target == "mlo") {
      if (kind == "core" && level[room] < level["plugin"]) complain(room " stands below plugin: " header)
      next
    }

    # --- third-party headers ---
    if (kind == "plugins" && part[2] == "include" && header !~ /^(stddef|stdint)\.h$/) {
      complain("the ABI header needs nothing but stddef.h and stdint.h: " header); next
    }
    allowed = owner_of(header)
    if (allowed == " torch ") {
      if (FILENAME !~ /^(plugins\/torch\/|tests\/plugins\/torch_)/) complain("LibTorch stays inside plugins/torch: " header)
      next
    }
    if (kind == "tests" || header ~ everywhere) next
    if (allowed != "") {
      if (!index(allowed, " " place " ")) complain(header " belongs to" allowed "only, not to " place)
      next
    }
    if ($0 ~ /include[ \t]*"/) next                     # a sibling file of the same folder
    if (header ~ /^[a-z_0-9]+$/) next                   # the C++ standard library
    if (!index(system_headers, " " header " "))
      complain(header " is no known header; give it a room in tests/layering.sh")
  }
  END { if (bad) { print bad " violations of the layering"; exit 1 } }
' CMakeLists.txt $(find cli core plugins tests \( -name '*.cpp' -o -name '*.hpp' -o -name '*.h' -o -name '*.c' \) | LC_ALL=C sort)
