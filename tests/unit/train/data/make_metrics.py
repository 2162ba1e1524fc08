"""Writes metrics.json, the golden values of metrics_test.cpp. Made with scikit-learn 1.9.1, numpy 2.4.6:
python3 make_metrics.py > metrics.json"""
import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn import metrics

warnings.simplefilter("ignore")
random = np.random.default_rng(20240607)
cases = []


def number(value):
    return "NaN" if np.isnan(value) else float(value)


def classification(name, truth, probabilities):
    truth, p = np.asarray(truth), np.asarray(probabilities, dtype=float)
    k = p.shape[1]
    labels = p.argmax(axis=1)
    binary = k == 2
    if binary:
        auc = metrics.roc_auc_score(truth, p[:, 1]) if len(set(truth)) == 2 else np.nan
    else:
        auc = np.nan
        if len(set(truth)) == k:
            auc = metrics.roc_auc_score(truth, p, multi_class="ovr", average="macro")
    cases.append({
        "name": name, "classes": k, "truth": truth.tolist(), "probabilities": p.ravel().tolist(),
        "accuracy": number(metrics.accuracy_score(truth, labels)),
        "f1": number(metrics.f1_score(truth, labels, average="binary" if binary else "macro")),
        "log_loss": number(metrics.log_loss(truth, p, labels=list(range(k)))),
        "roc_auc": number(auc),
    })


def regression(name, truth, predicted):
    truth, predicted = np.asarray(truth, float), np.asarray(predicted, float)
    cases.append({
        "name": name, "truth": truth.tolist(), "predicted": predicted.tolist(),
        "mae": number(metrics.mean_absolute_error(truth, predicted)),
        "r2": number(metrics.r2_score(truth, predicted)),
        "rmse": number(metrics.root_mean_squared_error(truth, predicted)),
    })


def pairs(p):
    p = np.asarray(p, float)
    return np.stack([1 - p, p], axis=1)


def dirichlet(n, k, digits=None):
    p = random.dirichlet(np.ones(k), n)
    return p if digits is None else np.round(p * digits) / digits


classification("binary", random.integers(0, 2, 200), pairs(random.random(200)))
classification("binary with ties", random.integers(0, 2, 200), pairs(random.integers(0, 5, 200) / 4))
classification("all scores equal", [0, 1, 1, 0, 1], pairs([0.5] * 5))
classification("certain and wrong", [0, 1, 1], pairs([1, 0, 1]))
classification("perfect", [0, 1, 1, 0], pairs([0, 1, 1, 0]))
classification("only the first class", [0, 0, 0], pairs([0.2, 0.7, 0.1]))
classification("only the second class", [1, 1, 1], pairs([0.2, 0.7, 0.1]))
classification("never predicted", [0, 1, 0, 1], pairs([0.1, 0.2, 0.3, 0.4]))
classification("tiny probabilities", [0, 1, 1, 0], pairs([1e-18, 1e-17, 1 - 1e-12, 1e-300]))
classification("one row", [1], pairs([0.7]))
classification("three classes", random.integers(0, 3, 150), dirichlet(150, 3))
truth = random.integers(0, 5, 300)
classification("five classes", truth, dirichlet(300, 5))
p = np.full((6, 3), 1 / 3)
classification("three classes, all equal", [0, 1, 2, 0, 1, 2], p)
classification("a class is absent", [0, 1, 0, 1], dirichlet(4, 3))
classification("one class of three", [2, 2, 2], dirichlet(3, 3))
x = random.normal(size=100)
regression("line", x, 0.8 * x + random.normal(scale=0.3, size=100))
regression("worse than the mean", x, -x)
regression("perfect", [1, 2, 3], [1, 2, 3])
regression("constant truth, exact", [2, 2, 2], [2, 2, 2])
regression("constant truth, wrong", [2, 2, 2], [2, 2, 3])
regression("one row", [1], [2])
regression("large offset", 1e9 + x, 1e9 + x + 0.1)
json.dump({"made_by": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
           "cases": cases}, sys.stdout, separators=(",", ":"))
