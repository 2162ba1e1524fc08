#!/bin/sh
# The installed tree works after being moved: program, plugins, man pages, header. And start-up stays a
# feature: the program is not linked to LibTorch. usage: install_test.sh BUILD SOURCE
set -eu
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/moved"
cd "$work"
unset MLO_PLUGIN_PATH
"$work/moved/bin/mlo" --version | grep -q '^mlo [0-9]'
for file in share/man/man1/mlo.1 share/man/man1/mlo-data.1 share/man/man5/mlo-formats.5 share/man/man3/mlo-plugin.3 \
  include/mlo/plugin.h share/bash-completion/completions/mlo share/zsh/site-functions/_mlo \
  share/fish/vendor_completions.d/mlo.fish; do
  [ -s "$work/moved/$file" ] || { echo "not installed: $file"; exit 1; }
done
grep -q 'data add' "$work/moved/share/fish/vendor_completions.d/mlo.fish"
bash -n "$work/moved/share/bash-completion/completions/mlo"
bash -c '. "$0"; COMP_WORDS=(mlo da); COMP_CWORD=1; _mlo; echo "${COMPREPLY[*]}"' \
  "$work/moved/share/bash-completion/completions/mlo" | grep -qx data
if [ -f "$build/lib/mlo/plugins/torch.so" ]; then
  "$work/moved/bin/mlo" doctor --json > doctor.json || true
  grep -qF "$work/moved/" doctor.json || { echo "the moved program does not find its plugin:"; cat doctor.json; exit 1; }
fi
if ldd "$work/moved/bin/mlo" | grep -iE 'torch|c10|openblas'; then echo "mlo is linked to LibTorch"; exit 1; fi
if ldd "$work/moved/bin/mlo" | grep 'not found'; then exit 1; fi
echo "$(ldd "$work/moved/bin/mlo" | wc -l) shared libraries, $(find "$work/moved" -type f | wc -l) files"
