"""The example's MLP in eager PyTorch, as people write it: embeddings for the categories, a loop over
shuffled batches, Adam. Prints the milliseconds of the training loop alone; import and reading the
CSV are not counted, for mlo neither.

usage: train_eager.py TRAIN_CSV EPOCHS BATCH THREADS
"""
import sys
import time

import pandas
import torch

path, epochs, batch, threads = sys.argv[1], *map(int, sys.argv[2:5])
torch.set_num_threads(threads)
torch.manual_seed(1)
frame = pandas.read_csv(path, keep_default_na=False, na_values=[""])
target = torch.tensor((frame.pop("high_vocab") == "yes").to_numpy().astype("int64"))
numeric_names = ["age", "educ"]
numbers = frame[numeric_names]
missing = numbers.isna().astype("float64")
numbers = numbers.fillna(numbers.mean())
numbers = (numbers - numbers.mean()) / numbers.std(ddof=0)
numeric = torch.tensor(pandas.concat([numbers, missing], axis=1).to_numpy(), dtype=torch.float32)
codes, sizes = [], []
for name in [n for n in frame.columns if n not in numeric_names]:
    code, values = pandas.factorize(frame[name], sort=True)
    codes.append(torch.tensor(code + 2).clamp(min=0))
    sizes.append(len(values) + 2)
category = torch.stack(codes, 1)


class Mlp(torch.nn.Module):
    def __init__(self):
        super().__init__()
        widths = [min(16, (size + 1) // 2) for size in sizes]
        self.embeddings = torch.nn.ModuleList(torch.nn.Embedding(s, w) for s, w in zip(sizes, widths))
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(numeric.shape[1] + sum(widths), 32), torch.nn.ReLU(),
            torch.nn.Linear(32, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2))

    def forward(self, numeric, category):
        parts = [numeric] + [e(category[:, i]) for i, e in enumerate(self.embeddings)]
        return self.layers(torch.cat(parts, 1))


cut = len(target) * 4 // 5
order = torch.randperm(len(target))
train, validation = order[:cut], order[cut:]
model = Mlp()
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
loss_of = torch.nn.CrossEntropyLoss()
start = time.perf_counter()
for epoch in range(epochs):
    model.train()
    for rows in train[torch.randperm(cut)].split(batch):
        optimizer.zero_grad()
        loss = loss_of(model(numeric[rows], category[rows]), target[rows])
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        predicted = model(numeric[validation], category[validation]).argmax(1)
        accuracy = (predicted == target[validation]).double().mean().item()
print(f"{1000 * (time.perf_counter() - start):.1f}")
print(f"accuracy {accuracy:.3f}", file=sys.stderr)
