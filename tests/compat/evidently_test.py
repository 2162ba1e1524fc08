"""mlo drift check gives Evidently's choice of test, score and verdict, on random columns of many shapes
and with every test that mlo names.

usage: evidently_test.py MLO
"""
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd
from evidently.legacy.calculations.stattests import get_stattest
from evidently.legacy.core import ColumnType

mlo = sys.argv[1]
random = np.random.default_rng(20261123)
NUMERIC, CATEGORICAL = ColumnType.Numerical, ColumnType.Categorical
# name -> (relative, absolute) tolerance; p-values also agree to an absolute 1e-9.
NUMERIC_TESTS = ["ks", "wasserstein", "jensenshannon", "psi", "kl_div", "hellinger", "anderson",
                 "cramer_von_mises", "ed", "es", "t_test", "mannw"]
CATEGORICAL_TESTS = ["chisquare", "z", "jensenshannon", "psi", "kl_div", "hellinger"]


def shapes(n, m):
    """Name, type, reference of n values, current of m values."""
    normal = random.normal(0, 1, n), random.normal(0.15, 1.1, m)
    skewed = random.gamma(2, 3, n), random.gamma(2.2, 3, m)
    whole = random.integers(0, 60, n).astype(float), random.integers(3, 66, m).astype(float)
    holes = normal[0].copy(), normal[1].copy()
    holes[0][::7] = np.nan
    holes[1][::5] = np.nan
    yield "normal", NUMERIC, *normal
    yield "skewed", NUMERIC, *skewed
    yield "whole", NUMERIC, *[values + 0.5 for values in whole]
    yield "holes", NUMERIC, *holes
    yield "same", NUMERIC, normal[0], random.normal(0, 1, m)
    letters = np.array(list("abcde"))
    weights = np.array([5, 4, 3, 2, 1]) / 15
    yield "five", CATEGORICAL, random.choice(letters, n, p=weights), random.choice(letters, m)
    yield "two", CATEGORICAL, random.choice(letters[:2], n), random.choice(letters[:2], m, p=[0.6, 0.4])
    unseen = random.choice(letters[:3], m).astype(object)
    unseen[:3] = "z"
    yield "unseen", CATEGORICAL, random.choice(letters[:3], n), unseen


def check(directory, reference, current, config):
    pathlib.Path(directory, "mlo.yaml").write_text(
        "drift:\n  d:\n    reference: reference.csv\n" + config)
    reference.to_csv(pathlib.Path(directory, "reference.csv"), index=False)
    current.to_csv(pathlib.Path(directory, "current.csv"), index=False)
    answer = subprocess.run([mlo, "-C", directory, "drift", "check", "d", "current.csv", "--json"],
                            capture_output=True, text=True)
    if answer.returncode not in (0, 1):
        raise SystemExit(f"mlo ended with {answer.returncode}: {answer.stderr}")
    report = json.loads(answer.stdout)
    assert report["drifted"] == (answer.returncode == 1)
    return {column["name"]: column for column in report["columns"]}


def number(value):
    return float(value) if isinstance(value, str) else value


compared, wrong = 0, 0


def compare(what, column, peer, score, drifted):
    global compared, wrong
    compared += 1
    close = math.isclose(number(column["score"]), score, rel_tol=1e-9, abs_tol=1e-9)
    if column["test"] != peer.name or not close or column["drifted"] != drifted:
        wrong += 1
        print(f"{what}: mlo {column['test']} {column['score']} {column['drifted']}, "
              f"evidently {peer.name} {score} {drifted}")


def run(reference, current, peer, kind):
    clean = [pd.Series(side).replace([np.inf, -np.inf], np.nan).dropna() for side in (reference, current)]
    result = peer(clean[0], clean[1], kind, None)
    return float(result.drift_score), bool(result.drifted)


with tempfile.TemporaryDirectory() as directory:
    subprocess.run([mlo, "-C", directory, "init"], check=True, capture_output=True)
    for n, m in [(200, 150), (1000, 700), (1001, 400), (5000, 6000)]:
        columns = list(shapes(n, m))
        reference = pd.DataFrame({name: side for name, _, side, _ in columns})
        current = pd.DataFrame({name: side for name, _, _, side in columns})
        rounds = [None] + sorted(set(NUMERIC_TESTS + CATEGORICAL_TESTS))
        for test in rounds:
            config = ""
            for name, kind, _, _ in columns:
                allowed = NUMERIC_TESTS if kind == NUMERIC else CATEGORICAL_TESTS
                if test is not None:
                    usable = test in allowed and not (test == "z" and name != "two")
                    config += f"      {name}: {{test: {test if usable else 'none'}}}\n"
            if config and config.count("none") == len(columns):
                continue
            answer = check(directory, reference, current, "    columns:\n" + config if config else "")
            for name, kind, ref, cur in columns:
                if answer[name]["test"] is None:
                    continue
                peer = get_stattest(pd.Series(ref).dropna(), pd.Series(cur).dropna(), kind.value if hasattr(kind, "value") else kind, test)
                score, drifted = run(ref, cur, peer, kind)
                compare(f"{name} {n}/{m}", answer[name], peer, score, drifted)

print(f"{compared} scores compared, {wrong} wrong")
sys.exit(0 if wrong == 0 and compared > 200 else 1)
