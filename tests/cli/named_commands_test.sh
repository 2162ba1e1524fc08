#!/bin/sh
# Every 'mlo ...' that a message, a hint, a page or a document tells people to type exists.
# usage: named_commands_test.sh BUILD SOURCE
set -eu
build=$1 source=$2
commands=$("$build/mlo" completion bash | sed -n 's/.*local commands="\(.*\)"/\1/p' | tr ';' '\n')
groups=$(printf '%s\n' "$commands" | cut -d' ' -f1 | sort -u)
[ -n "$commands" ] || { echo "no commands"; exit 1; }

# 'mlo data add' in quotes, backticks or after '$ ', in string literals of the program and in prose.
{
  grep -rhoE "['\`(]mlo [a-z]+( [a-z]+)?" "$source/core" "$source/cli" --include='*.cpp'
  grep -hoE '(^|`)mlo [a-z]+( [a-z]+)?' "$source/README.md" "$source/examples/vocabulary/README.md"
} | sed "s/^[\`'(]//" | sort -u > "${TMPDIR:-/tmp}/named.$$"
wrong=0 seen=0
while read -r _ first second; do
  seen=$((seen + 1))
  if printf '%s\n' "$commands" | grep -qxF -- "$first"; then continue; fi
  if printf '%s\n' "$commands" | grep -qxF -- "$first $second"; then continue; fi
  if [ -z "$second" ] && printf '%s\n' "$groups" | grep -qxF -- "$first"; then continue; fi
  case "$first $second" in
    "workspace "*) continue ;;   # prose: 'an mlo workspace'
  esac
  echo "there is no 'mlo $first $second'"
  wrong=1
done < "${TMPDIR:-/tmp}/named.$$"
rm -f "${TMPDIR:-/tmp}/named.$$"
echo "$seen names checked"
[ "$seen" -gt 10 ] || { echo "too few: the search is broken"; exit 1; }
exit $wrong
