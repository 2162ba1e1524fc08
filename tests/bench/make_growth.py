"""Two versions of a data set for growth.sh: make_growth.py csv|checkpoint FIRST SECOND."""
import json
import struct
import sys

import numpy

kind, first, second = sys.argv[1:]
random = numpy.random.default_rng(7)

if kind == "csv":
    def rows(start, count):
        ids = numpy.arange(start, start + count)
        numbers = random.normal(size=(count, 4))
        return "".join(f"{i},{a:.6f},{b:.6f},{c:.4f},{d:.3f},item-{i % 9973}\n" for i, (a, b, c, d) in zip(ids, numbers))

    target, written, start = 1 << 30, 0, 0
    with open(first, "w") as out:
        written += out.write("id,a,b,c,d,item\n")
        while written < target:
            written += out.write(rows(start, 100_000))
            start += 100_000
    with open(first, "rb") as source, open(second, "wb") as out:
        while block := source.read(1 << 24):
            out.write(block)
        out.write(rows(start, start // 100).encode())
else:
    def write(path, tensors):
        header, offset = {}, 0
        for name, tensor in tensors.items():
            header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + tensor.nbytes]}
            offset += tensor.nbytes
        text = json.dumps(header).encode()
        with open(path, "wb") as out:
            out.write(struct.pack("<Q", len(text)) + text)
            for tensor in tensors.values():
                out.write(tensor.tobytes())

    layers = {f"layer.{i}.weight": random.normal(0, 0.02, (1024, 2048)).astype("float32") for i in range(32)}
    write(first, layers)
    for name in ("layer.30.weight", "layer.31.weight"):
        layers[name] = layers[name] + random.normal(0, 1e-4, layers[name].shape).astype("float32")
    write(second, {"step": numpy.zeros(3, "float32"), **layers})
