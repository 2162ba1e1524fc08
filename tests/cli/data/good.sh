# Sourced by cases: a small separable data set and its mlo.yaml, for the toy runtime.
awk 'BEGIN {
  print "x,group,ok"
  for (i = 0; i < 200; i++) {
    x = (i * 37) % 100
    printf "%d,%s,%s\n", x, (i % 3 ? "a" : "b"), (x + (i % 7) > 50 ? "yes" : "no")
  }
}' > good.csv
cat > mlo.yaml <<'Y'
trainings:
  t:
    data: good.csv
    target: ok
    model: {builtin: linear}
    epochs: 3
    seed: 1
    runtime: toy
deployments:
  t: {model: model:t@production, port: 0}
Y
