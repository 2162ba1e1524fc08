#!/bin/sh
# Every command has its page; page and --help name the same options; every page of a command says what it
# makes durable; groff has nothing to say; the example of mlo-plugin(3) compiles.
# usage: man_test.sh BUILD SOURCE
set -eu
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0
complain() { echo "$*"; wrong=1; }
options() { sed 's/\\-/-/g; s/\\f[A-Z]/ /g' | grep -oE -- '(^|[^A-Za-z0-9-])--?[a-z][a-z-]*' | sed 's/^[^-]*//' | sort -u; }

"$build/mlo" completion bash | sed -n 's/.*local commands="\(.*\)"/\1/p' | tr ';' '\n' > "$work/commands"
[ -s "$work/commands" ] || { echo "no commands"; exit 1; }
while read -r command; do
  page=$source/man/mlo-${command%% *}.1
  [ -f "$page" ] || { complain "no page for 'mlo $command'"; continue; }
  # The part of the page that is about this command: its own subsection, or OPTIONS of a page of its own.
  case $command in
    *" "*) heading=".SS mlo $command" ;;
    *) heading=".SH OPTIONS" ;;
  esac
  if [ "$(grep -c "^${command%% *}" "$work/commands")" = 1 ]; then heading=".SH OPTIONS"; fi
  awk -v heading="$heading" '$0 == heading { on = 1; next } /^\.S[HS] / { on = 0 } on && /^\\fB|^\.B/' "$page" > "$work/part"
  # shellcheck disable=SC2086
  "$build/mlo" $command --help </dev/null | grep -E '^  +-' | sed 's/\(  -[^ ]*\).*/\1/' | tr ',' '\n' | options > "$work/help"
  options < "$work/part" > "$work/page"
  if ! diff "$work/help" "$work/page" > "$work/diff"; then
    complain "options of 'mlo $command': --help (<) and $(basename "$page") (>) differ"
    cat "$work/diff"
  fi
done < "$work/commands"

for page in "$source"/man/*.[1-8]; do
  grep -q '^\.SH NAME' "$page" || complain "$page: no NAME"
  case $page in
    *.1) awk '/^\.SH DURABILITY/ { on = 1; next } /^\.SH/ { on = 0 } on' "$page" |
           grep -qE 'Durable|Process-safe|[Ww]rites nothing' || complain "$page: no level of durability" ;;
  esac
  name=$(basename "$page")
  said=$(groff -ww -man -Tutf8 "$page" 2>&1 >/dev/null) && [ -z "$said" ] || complain "$name: $said"
  case $name in
    mlo.1|mlo-formats.5|mlo-plugin.3) ;;
    *) sub=${name#mlo-}; grep -qE "^${sub%.1}( |\$)" "$work/commands" || complain "$name is about no command" ;;
  esac
  grep -q "${name%.*}" "$source/man/mlo.1" || complain "mlo(1) does not mention ${name%.*}"
done

awk '/^#include <mlo\/plugin.h>/ { on = 1 } /^\.EE/ { on = 0 } on' "$source/man/mlo-plugin.3" > "$work/empty.c"
cc -std=c11 -Wall -Wextra -Werror -Wno-missing-field-initializers -shared -fPIC -I "$source/plugins/include" \
  -o "$work/empty.so" "$work/empty.c" || complain "the example of mlo-plugin(3) does not compile"
nm -D "$work/empty.so" | grep -q ' T mlo_plugin_v1' || complain "the example exports no mlo_plugin_v1"
echo "$(wc -l < "$work/commands") commands, $(ls "$source"/man | wc -l) pages"
exit $wrong
