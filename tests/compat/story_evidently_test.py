"""The story's drift reports equal Evidently's on the same rows: the training profile of the package against
the hold-out and every later year.

usage: story_evidently_test.py MLO WORKSPACE
"""
import glob
import json
import math
import os
import subprocess
import sys

import pandas as pd
from evidently.legacy.calculations.stattests import get_stattest
from evidently.legacy.core import ColumnType

from story_store import package_file

mlo, workspace = sys.argv[1:3]


def run(*arguments):
    answer = subprocess.run([mlo, "-C", workspace, *arguments], capture_output=True, text=True)
    if answer.returncode not in (0, 1):
        raise SystemExit(answer.stderr)
    return answer.stdout

profile = json.loads(package_file(mlo, workspace, "vocabulary", "profile.json"))
reference = {}
for column in profile["columns"]:
    values = [v for v, n in zip(column["values"], column["counts"]) for _ in range(n)]
    reference[column["name"]] = pd.Series(values)
compared = 0
for path in ["data/holdout.csv"] + sorted(glob.glob("data/stream/*.csv", root_dir=workspace)):
    report = json.loads(run("drift", "check", "vocabulary", path, "--json"))
    current = pd.read_csv(os.path.join(workspace, path), keep_default_na=False, na_values=[""])
    for column in report["columns"]:
        name = column["name"]
        kind = ColumnType.Numerical if name in ("age", "educ") else ColumnType.Categorical
        ref, cur = reference[name], current[name].dropna()
        if set(ref) <= {"false", "true"}:  # a boolean column, whose words mlo has read
            cur = cur.map({"no": "false", "yes": "true"})
        peer = get_stattest(ref, cur, kind, None)
        result = peer(ref, cur, kind, None)
        assert column["test"] == peer.name, (path, name, column, peer.name)
        assert math.isclose(column["score"], float(result.drift_score), rel_tol=1e-12), (path, column, result)
        assert column["drifted"] == bool(result.drifted), (path, column, result)
        compared += 1
    drifted = [c["name"] for c in report["columns"] if c["drifted"]]
    assert len(report["columns"]) == 6 and math.isclose(report["share"], len(drifted) / 6)
    if path.endswith("holdout.csv"):
        assert not drifted, drifted
    if path.endswith(("2014.csv", "2016.csv")):
        assert sorted(drifted) == ["age", "ageGroup", "educ", "educGroup"], drifted
print(f"{compared} scores equal Evidently's")
