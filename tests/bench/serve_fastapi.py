"""The same MLP behind FastAPI and uvicorn: one JSON row in the Open Inference Protocol's shape, encoded by
hand, answered by a scripted module. Start with `uvicorn serve_fastapi:app`."""
import torch
from fastapi import FastAPI
from pydantic import BaseModel

torch.set_num_threads(1)
CATEGORIES = {
    "gender": ["female", "male"],
    "nativeBorn": ["no", "yes"],
    "ageGroup": ["18-29", "30-39", "40-49", "50-59", "60+"],
    "educGroup": ["12 yrs", "13-15 yrs", "16 yrs", "<12 yrs", ">16 yrs"],
}
CODES = {name: {v: i + 2 for i, v in enumerate(values)} for name, values in CATEGORIES.items()}


class Mlp(torch.nn.Module):
    def __init__(self):
        super().__init__()
        sizes = [len(v) + 2 for v in CATEGORIES.values()]
        widths = [(size + 1) // 2 for size in sizes]
        self.embeddings = torch.nn.ModuleList(torch.nn.Embedding(s, w) for s, w in zip(sizes, widths))
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(2 + sum(widths), 32), torch.nn.ReLU(),
            torch.nn.Linear(32, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2))

    def forward(self, numeric, category):
        parts = [numeric]
        for i, embedding in enumerate(self.embeddings):
            parts.append(embedding(category[:, i]))
        return torch.softmax(self.layers(torch.cat(parts, 1)), 1)


model = torch.jit.freeze(torch.jit.script(Mlp().eval()))
app = FastAPI()


class Tensor(BaseModel):
    name: str
    datatype: str
    shape: list[int]
    data: list


class Request(BaseModel):
    inputs: list[Tensor]


@app.post("/v2/models/vocabulary/infer")
async def infer(request: Request):
    columns = {tensor.name: tensor.data for tensor in request.inputs}
    numeric = torch.tensor([columns["age"], columns["educ"]], dtype=torch.float32).T
    category = torch.tensor([[CODES[n].get(v, 1) for v in columns[n]] for n in CATEGORIES]).T
    with torch.inference_mode():
        probability = model(numeric, category)
    labels = ["yes" if p > 0.5 else "no" for p in probability[:, 1].tolist()]
    n = len(labels)
    return {"model_name": "vocabulary", "outputs": [
        {"name": "prediction", "datatype": "BYTES", "shape": [n], "data": labels},
        {"name": "probability", "datatype": "FP64", "shape": [n, 2], "data": probability.flatten().tolist()}]}
