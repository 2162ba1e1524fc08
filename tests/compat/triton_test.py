"""NVIDIA's tritonclient, unmodified, against a running mlo server: health, metadata, inference by name with
texts and numbers, JSON and binary tensors, errors.

usage: triton_test.py HOST:PORT MODEL ROWS_CSV
"""
import csv
import sys

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

address, model, path = sys.argv[1:4]
rows = list(csv.DictReader(open(path)))[:20]
rows = [row for row in rows if all(row.values())]
client = triton.InferenceServerClient(address)
assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(model)
metadata = client.get_model_metadata(model)
assert metadata["name"] == model
names = [tensor["name"] for tensor in metadata["inputs"]]
assert names == ["gender", "nativeBorn", "ageGroup", "educGroup", "age", "educ"], names
types = {tensor["name"]: tensor["datatype"] for tensor in metadata["inputs"]}
assert list(types.values()) == ["BYTES", "BOOL", "BYTES", "BYTES", "FP64", "FP64"], metadata
READ = {"BYTES": str, "BOOL": lambda text: text == "yes", "FP64": float}
NUMPY = {"BYTES": np.object_, "BOOL": np.bool_, "FP64": np.float64}


def infer(rows, binary):
    inputs = []
    for tensor in metadata["inputs"]:
        kind = tensor["datatype"]
        data = np.array([READ[kind](row[tensor["name"]]) for row in rows], dtype=NUMPY[kind])
        given = triton.InferInput(tensor["name"], list(data.shape), tensor["datatype"])
        given.set_data_from_numpy(data, binary_data=binary)
        inputs.append(given)
    outputs = [triton.InferRequestedOutput(tensor["name"], binary_data=binary) for tensor in metadata["outputs"]]
    return client.infer(model, inputs, outputs=outputs, request_id="42")


answers = []
for binary in (False, True):
    result = infer(rows, binary)
    assert result.get_response()["id"] == "42"
    answer = {t["name"]: result.as_numpy(t["name"]) for t in metadata["outputs"]}
    for name, values in answer.items():
        assert values is not None and len(values) == len(rows), (name, values)
    answers.append({name: [v.decode() if isinstance(v, bytes) else v for v in values.ravel().tolist()]
                    for name, values in answer.items()})
assert answers[0] == answers[1], "JSON and binary tensors give different answers"
assert set(answers[0]["prediction"]) <= {"yes", "no"}, answers[0]["prediction"]

for wrong in ({"model": "nobody"}, {"model": model, "drop": "age"}):
    inputs = []
    for tensor in metadata["inputs"]:
        if tensor["name"] == wrong.get("drop"):
            continue
        given = triton.InferInput(tensor["name"], [1], tensor["datatype"])
        value = {"BYTES": "x", "BOOL": True, "FP64": 1.0}[tensor["datatype"]]
        given.set_data_from_numpy(np.array([value], dtype=NUMPY[tensor["datatype"]]), binary_data=False)
        inputs.append(given)
    try:
        client.infer(wrong["model"], inputs)
    except InferenceServerException as error:
        assert error.message(), "an error without a message"
    else:
        raise SystemExit(f"accepted: {wrong}")
print(f"{len(rows)} rows, {len(metadata['outputs'])} outputs, JSON and binary alike")
