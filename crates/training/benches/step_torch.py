"""The step of `step.rs` in PyTorch, on one thread: forward, backward, AdamW of a pre-norm residual MLP.

    python crates/training/benches/step_torch.py
"""

import time

import torch
from torch import nn

DEPTH, BATCH, INPUTS, CLASSES = 16, 128, 64, 10


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.linear1, self.linear2 = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x):
        return x + self.linear2(torch.relu(self.linear1(self.norm(x))))


def median_step(width):
    blocks = [Block(width) for _ in range(DEPTH)]
    stem, head = nn.Linear(INPUTS, width), nn.Linear(width, CLASSES)
    network = nn.Sequential(stem, *blocks, nn.LayerNorm(width), head)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, foreach=True)
    x, labels = torch.randn(BATCH, INPUTS), torch.arange(BATCH) % CLASSES
    times = []
    for _ in range(100):
        start = time.perf_counter()
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(x), labels).backward()
        optimizer.step()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


torch.set_num_threads(1)
print("PyTorch", torch.__version__)
for width in (64, 256):
    print(f"depth {DEPTH}, width {width}, batch {BATCH}: {1e3 * median_step(width):.2f} ms")
