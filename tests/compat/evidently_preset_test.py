"""mlo drift check decides like Evidently's own front door: the column types that Evidently infers from a
frame, and the report of its DataDriftPreset (test, score, verdict per column, drifted share), on frames
of mixed columns read from the same CSV files.

usage: evidently_preset_test.py MLO
"""
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd
from evidently import Dataset, Report
from evidently.core.datasets import infer_column_type
from evidently.presets import DataDriftPreset

mlo = sys.argv[1]
random = np.random.default_rng(7)
NAMES = {"Numerical": "numeric", "Categorical": "categorical", "Text": "text"}


def frame(n, shift):
    """Columns on both sides of every rule for types and for the choice of test."""
    words = np.array(["red", "green", "blue", "grey"])
    columns = {
        "real": random.normal(shift, 1, n),
        "few_reals": random.choice([0.5, 1.5, 2.5], n, p=[0.5 - shift / 2, 0.3, 0.2 + shift / 2]),
        "two_reals": random.choice([0.25, 0.75], n),
        "ten_integers": random.integers(0, 10, n),
        "eleven_integers": random.integers(0, 11, n) + int(3 * shift),
        "zero_one": (random.random(n) < 0.4 + shift / 4).astype(int),
        "integers_with_holes": pd.Series(random.integers(0, 5, n)).astype(float).mask(random.random(n) < 0.1),
        "large_integers": random.integers(0, 10**9, n),
        "word": random.choice(words, n, p=[0.4 - shift / 4, 0.3, 0.2, 0.1 + shift / 4]),
        "word_with_holes": pd.Series(random.choice(words, n)).mask(random.random(n) < 0.2),
        "flag": random.random(n) < 0.5 + shift / 8,
        "few_words": pd.Series([f"w{i % 40}" for i in range(n)]),
        "text": [f"row {i} of {n} says something longer than a category" for i in range(n)],
    }
    return pd.DataFrame(columns)


def check(directory):
    answer = subprocess.run([mlo, "-C", directory, "drift", "check", "d", "current.csv", "--json"],
                            capture_output=True, text=True)
    if answer.returncode not in (0, 1):
        raise SystemExit(f"mlo ended with {answer.returncode}: {answer.stderr}")
    return json.loads(answer.stdout)


def peer_values(reference, current):
    snapshot = Report([DataDriftPreset()]).run(Dataset.from_pandas(current), Dataset.from_pandas(reference))
    values = {}
    for metric in snapshot.dict()["metrics"]:
        config = metric["config"]
        if "column" in config:
            values[config["column"]] = float(metric["value"])
    return values


compared = 0
with tempfile.TemporaryDirectory() as directory:
    subprocess.run([mlo, "-C", directory, "init"], check=True, capture_output=True)
    pathlib.Path(directory, "mlo.yaml").write_text("drift:\n  d:\n    reference: reference.csv\n")
    for n, m, shift in [(400, 300, 0.0), (1000, 2000, 0.3), (1500, 900, 0.0), (3000, 2500, 0.4)]:
        for name, rows, move in [("reference", n, 0.0), ("current", m, shift)]:
            frame(rows, move).to_csv(pathlib.Path(directory, name + ".csv"), index=False)
        reference, current = (pd.read_csv(pathlib.Path(directory, name + ".csv"))
                              for name in ("reference", "current"))
        report = check(directory)
        types = {c["name"]: c["type"] for c in report["columns"]}
        wanted = {c: NAMES[infer_column_type(reference[c]).name] for c in reference.columns}
        assert types == wanted, {c: (types[c], wanted[c]) for c in types if types[c] != wanted[c]}
        without_text = [c for c in reference.columns if wanted[c] != "text"]
        scores = peer_values(reference[without_text], current[without_text])
        for column in report["columns"]:
            if column["type"] == "text":
                assert column["score"] is None and column["reason"] == "text", column
                continue
            score = float(column["score"])
            assert math.isclose(score, scores[column["name"]], rel_tol=1e-9, abs_tol=1e-12), \
                (n, m, column, scores[column["name"]])
            compared += 1
print(f"{compared} scores equal those of Evidently's DataDriftPreset, and all types")
sys.exit(0 if compared >= 40 else 1)
