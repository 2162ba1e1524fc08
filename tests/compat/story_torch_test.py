"""model.pt is plain TorchScript and encoder.json says all that is needed to use it: an encoder written from
mlo-formats(5) and PyTorch's own torch.jit.load give the probabilities of `mlo predict`.

usage: story_torch_test.py MLO WORKSPACE
"""
import csv
import io
import json
import math
import os
import subprocess
import sys

import torch

from story_store import inspect, package_file

mlo, workspace = sys.argv[1:3]
encoder = json.loads(package_file(mlo, workspace, "vocabulary", "encoder.json"))
classes = inspect(mlo, workspace, "vocabulary")["classes"]
model = torch.jit.load(io.BytesIO(package_file(mlo, workspace, "vocabulary", "model.pt")))
model.eval()


def encode(rows):
    numeric, category = [], []
    for column in encoder["columns"]:
        texts = [row[column["name"]] for row in rows]
        if column["type"] == "categorical":
            code = {value: i + 2 for i, value in enumerate(column["values"])}
            category.append([code.get(text, 1) if text else 0 for text in texts])
            continue
        read = {"yes": 1.0, "no": 0.0}.get if column["type"] == "boolean" else float
        numeric.append([read(text) if text else column["mean"] for text in texts])
        if column["missing_flag"]:
            numeric.append([0.0 if text else 1.0 for text in texts])
    return torch.tensor(numeric, dtype=torch.float64).T, torch.tensor(category, dtype=torch.int64).T


compared, largest = 0, 0.0
for year in (1987, 2004, 2016):
    path = f"data/stream/{year}.csv"
    rows = list(csv.DictReader(open(os.path.join(workspace, path))))
    with torch.no_grad():
        logits = model(*encode(rows)).double()
    if logits.shape[1] == 1:
        logits = torch.cat([torch.zeros_like(logits), logits], 1)
    probability = torch.softmax(logits, 1)
    answer = subprocess.run([mlo, "-C", workspace, "predict", "vocabulary", path],
                            capture_output=True, text=True, check=True).stdout
    for ours, theirs in zip(csv.DictReader(io.StringIO(answer)), probability.tolist(), strict=True):
        for name, value in zip(classes, theirs):
            largest = max(largest, abs(float(ours[f"probability_{name}"]) - value))
        compared += 1
print(f"{compared} rows, largest difference {largest:.1e}, PyTorch {torch.__version__}")
sys.exit(0 if largest < 1e-6 and compared > 3000 else 1)
