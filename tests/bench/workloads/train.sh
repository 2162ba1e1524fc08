# The training loop against eager PyTorch on the same data and architecture.
bench_train() {
  story
  cd "$work/story"
  train() {  # EPOCHS
    sed -i "s/epochs: .*/epochs: $1/; s/batch_size: .*/batch_size: 256/" mlo.yaml
    spawn -n 5 mlo train vocabulary 2>/dev/null
  }
  few=$(train 20) many=$(train 220) most=$(train 2020)
  epoch=$(awk -v a="${few% *}" -v b="${most% *}" 'BEGIN { print (b - a) / 2000 }')
  best=
  for threads in 1 2; do
    loop=$("$venv/bin/python" "$here/train_eager.py" data/train.csv 200 256 $threads 2>/dev/null)
    best=$(printf '%s\n%s\n' "$loop" "${best:-$loop}" | sort -n | head -n 1)
  done
  whole=$(spawn "$venv/bin/python" "$here/train_eager.py" data/train.csv 220 256 1 2>/dev/null)
  row "one epoch of the example's MLP, batch 256" "$epoch ${many#* }" "eager PyTorch, the better of 1 and 2 threads" "$(awk -v t="$best" 'BEGIN { print t / 200 }') ${whole#* }"
  row "220 epochs, the whole command" "$many" "eager PyTorch with its import" "$whole"
}
