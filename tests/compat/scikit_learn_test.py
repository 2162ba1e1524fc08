"""The metrics of training equal scikit-learn's to 1e-9, on random predictions: binary and multiclass, with
ties, with confident mistakes, with labels that never occur, and for regression.

usage: scikit_learn_test.py METRICS_PROGRAM
"""
import math
import subprocess
import sys
import warnings

import numpy as np
from sklearn import metrics

warnings.simplefilter("ignore")
random = np.random.default_rng(7)
wrong = compared = 0


def ask(text):
    answer = subprocess.run([sys.argv[1]], input=text, capture_output=True, text=True, check=True)
    return {line.split()[0]: float(line.split()[1]) for line in answer.stdout.splitlines()}


def compare(what, ours, theirs):
    global wrong, compared
    for name, value in theirs.items():
        compared += 1
        if not math.isclose(ours[name], value, rel_tol=1e-9, abs_tol=1e-9):
            wrong += 1
            print(f"{what} {name}: mlo {ours[name]!r}, scikit-learn {value!r}")


def classification(what, truth, probability):
    classes = probability.shape[1]
    rows = "\n".join(f"{t} " + " ".join(map(repr, map(float, p))) for t, p in zip(truth, probability))
    ours = ask(f"classification {len(truth)} {classes}\n{rows}\n")
    label = probability.argmax(1)
    theirs = {
        "accuracy": metrics.accuracy_score(truth, label),
        "f1": metrics.f1_score(truth, label, average="binary" if classes == 2 else "macro"),
        "log_loss": metrics.log_loss(truth, probability, labels=range(classes)),
        "roc_auc": metrics.roc_auc_score(truth, probability[:, 1] if classes == 2 else probability,
                                         multi_class="ovr"),
    }
    compare(what, ours, theirs)


for classes in (2, 3, 7):
    for rows in (10, 333, 5000):
        logits = random.normal(0, 2, (rows, classes))
        truth = np.concatenate([np.arange(classes), random.integers(0, classes, rows - classes)])
        probability = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        classification(f"{classes} classes, {rows} rows", truth, probability)
        tied = np.round(probability * 4) + 0.1
        classification(f"{classes} classes, {rows} rows, ties", truth, tied / tied.sum(1, keepdims=True))
        certain = np.eye(classes)[random.integers(0, classes, rows)]
        classification(f"{classes} classes, {rows} rows, certain", truth, certain)

for rows in (2, 100, 10000):
    truth = random.normal(50, 20, rows)
    predicted = truth + random.normal(1, 5, rows)
    text = "\n".join(f"{float(t)!r} {float(p)!r}" for t, p in zip(truth, predicted))
    compare(f"regression, {rows} rows", ask(f"regression {rows}\n{text}\n"), {
        "mae": metrics.mean_absolute_error(truth, predicted),
        "rmse": math.sqrt(metrics.mean_squared_error(truth, predicted)),
        "r2": metrics.r2_score(truth, predicted)})

print(f"{compared} metrics compared, {wrong} wrong")
sys.exit(0 if wrong == 0 and compared > 70 else 1)
