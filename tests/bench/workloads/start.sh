# What a command costs before it does anything, and `status` where nothing changed.
bench_start() {
  if ldd "$build/mlo" | grep -q torch; then echo "mlo is linked to libtorch" >&2; exit 1; fi
  version=$(spawn -n 101 mlo --version)
  row "\`--version\`" "$version" "git" "$(spawn -n 101 git --version)"
  row "\`--version\`" "$version" "git-lfs" "$(spawn -n 31 git-lfs version)"
  row "\`--version\`" "$version" "DVC" "$(spawn -n 5 "$venv/bin/dvc" --version)"
  story
  cd "$work/story"
  status=$(spawn -n 51 mlo status)
  row "\`status\` in the example" "$status" "git status" "$(spawn -n 51 git status)"
  cp -r "$work/story" "$work/dvc-story"
  cd "$work/dvc-story"; rm -rf .mlo data/*.mlo data/.gitignore .gitignore
  "$venv/bin/dvc" init -q -f; "$venv/bin/dvc" add -q data/train.csv data/holdout.csv data/stream
  row "\`status\` in the example" "$status" "dvc status" "$(spawn -n 3 "$venv/bin/dvc" status)"
}
