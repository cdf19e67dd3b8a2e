#!/usr/bin/env python3
"""Compares norms of normlab with those of PyTorch and JAX, in value and in every gradient.

    python scripts/cross_check.py [--normlab target/release/normlab]

For each norm and each shape it writes random inputs, parameters and cotangents, runs
`normlab apply`, and computes the same by the framework's own operations and its own autodiff, in
double precision. Whichever of the two frameworks is installed is used. It prints a table of the
largest differences, relative to the largest number, and exits with 1 if one is above 1e-9.
"""

import argparse
import importlib.util
import pathlib
import random
import subprocess
import sys
import tempfile
import tomllib

EPS = 1e-5
LARGEST = 1e-9

# Samples, positions, features.
SHAPES = [(4, 1, 8), (3, 5, 12), (16, 1, 64), (2, 7, 36)]


def torch_norm(name, groups):
    """The norm as PyTorch's own modules compute it: x is [samples, positions, features]."""
    import torch
    from torch.nn import functional

    def layer(x, p):
        return functional.layer_norm(x, x.shape[-1:], p["gamma"], p["beta"], EPS)

    def rms(x, p):
        return functional.rms_norm(x, x.shape[-1:], p["gamma"], EPS)

    def batch(x, p):
        flat = x.reshape(-1, x.shape[-1])
        mean, var = p["m"].clone(), p["v"].clone()
        y = functional.batch_norm(flat, mean, var, p["gamma"], p["beta"], p["train"], 0.1, EPS)
        p["after"] = {"m": mean, "v": var}
        return y.reshape(x.shape)

    def group(x, p):
        channels_first = x.transpose(1, 2)
        y = functional.group_norm(channels_first, groups, p["gamma"], p["beta"], EPS)
        return y.transpose(1, 2)

    norm = {"layer": layer, "rms": rms, "batch": batch, "group": group}[name]

    def run(x, dy, parameters, state, train):
        tensor = lambda values: torch.tensor(values, dtype=torch.float64)
        leaves = {key: tensor(values).requires_grad_() for key, values in parameters.items()}
        p = {**leaves, **{key: tensor(values) for key, values in state.items()}, "train": train}
        x = tensor(x).requires_grad_()
        y = norm(x, p)
        y.backward(tensor(dy))
        found = {"y": y, "dx": x.grad, **{"d" + key: leaf.grad for key, leaf in leaves.items()}}
        if train:
            found.update(p.get("after", {}))
        return {key: value.detach().reshape(-1).tolist() for key, value in found.items()}

    return run


def jax_norm(name, groups):
    """The norm as written with JAX's operations."""
    import jax
    from jax import numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def standardized(x, axes):
        return (x - x.mean(axes, keepdims=True)) / jnp.sqrt(x.var(axes, keepdims=True) + EPS)

    def layer(x, p, state, train):
        return p["gamma"] * standardized(x, -1) + p["beta"], {}

    def rms(x, p, state, train):
        return p["gamma"] * x / jnp.sqrt((x**2).mean(-1, keepdims=True) + EPS), {}

    def batch(x, p, state, train):
        if not train:
            return p["gamma"] * (x - state["m"]) / jnp.sqrt(state["v"] + EPS) + p["beta"], {}
        n = x.shape[0] * x.shape[1]
        seen = {"m": x.mean((0, 1)), "v": x.var((0, 1)) * n / (n - 1)}
        moved = {key: 0.9 * state[key] + 0.1 * seen[key] for key in seen}
        return p["gamma"] * standardized(x, (0, 1)) + p["beta"], moved

    def group(x, p, state, train):
        grouped = x.reshape(*x.shape[:2], groups, -1)
        return p["gamma"] * standardized(grouped, (1, 3)).reshape(x.shape) + p["beta"], {}

    norm = {"layer": layer, "rms": rms, "batch": batch, "group": group}[name]

    def run(x, dy, parameters, state, train):
        arrays = lambda lists: {key: jnp.array(values) for key, values in lists.items()}
        call = lambda x, p: norm(x, p, arrays(state), train)
        y, pull_back, after = jax.vjp(call, jnp.array(x), arrays(parameters), has_aux=True)
        dx, gradients = pull_back(jnp.array(dy))
        found = {"y": y, "dx": dx, **{"d" + key: g for key, g in gradients.items()}, **after}
        return {key: value.reshape(-1).tolist() for key, value in found.items()}

    return run


def normlab(program, name, groups, shape, x, dy, parameters, state, train):
    """The same by `normlab apply`."""
    samples, positions, features = shape
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        write = lambda file, text: (folder / file).write_text(text)
        rows = lambda nested: "\n".join(",".join(map(repr, row)) for s in nested for row in s) + "\n"
        lists = lambda named: "".join(f"{key} = {values}\n" for key, values in named.items())
        write("x.csv", rows(x))
        write("v.csv", rows(dy))
        write("p.toml", lists(parameters))
        command = [program, "apply", name, "--out", folder / "out", "--positions", str(positions)]
        command += ["--input", folder / "x.csv", "--cotangent", folder / "v.csv"]
        command += ["--params", folder / "p.toml", "--mode", "train" if train else "eval"]
        if groups > 1:
            command += ["--option", f"groups={groups}"]
        if state:
            write("s.toml", lists(state))
            command += ["--state", folder / "s.toml"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found = {}
        for file in (folder / "out").iterdir():
            if file.suffix == ".csv":
                lines = file.read_text().splitlines()
                found[file.stem] = [float(v) for line in lines for v in line.split(",")]
            else:
                found.update(tomllib.loads(file.read_text()))
        return found


def cases():
    """Name, groups, whether in training, and the shape."""
    for shape in SHAPES:
        yield "layer", 1, True, shape
        yield "rms", 1, True, shape
        yield "batch", 1, True, shape
        yield "batch", 1, False, shape
        yield "group", 4, True, shape


def difference(found, expected):
    """The largest difference, relative to the largest number."""
    if len(found) != len(expected):
        return float("inf")
    scale = max(1e-300, max(map(abs, expected)))
    differences = [abs(a - b) for a, b in zip(found, expected)]
    # Python's max may pass over a NaN.
    return float("inf") if any(d != d for d in differences) else max(differences) / scale


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--normlab", default="target/release/normlab", help="the program")
    program = parser.parse_args().normlab
    makers = {"torch": torch_norm, "jax": jax_norm}
    frameworks = [name for name in makers if importlib.util.find_spec(name)]
    if not frameworks:
        sys.exit("neither torch nor jax is installed: there is nothing to compare with")

    draw = random.Random(0)
    numbers = lambda count, middle: [draw.gauss(middle, 0.5) for _ in range(count)]
    all_same = True
    print(f"{'norm':8}{'mode':8}{'shape':14}{'against':10}{'largest':10}in")
    for name, groups, train, shape in cases():
        samples, positions, features = shape
        tensor = lambda: [[numbers(features, 0.3) for _ in range(positions)] for _ in range(samples)]
        x, dy = tensor(), tensor()
        parameters = {"gamma": numbers(features, 1.0), "beta": numbers(features, 0.0)}
        if name == "rms":
            del parameters["beta"]
        state = {"m": numbers(features, 0.0), "v": [1 + abs(v) for v in numbers(features, 0.0)]}
        state = state if name == "batch" else {}
        found = normlab(program, name, groups, shape, x, dy, parameters, state, train)
        for framework in frameworks:
            expected = makers[framework](name, groups)(x, dy, parameters, state, train)
            missing = set(expected) ^ set(found)
            if missing:
                sys.exit(f"{name}: {sorted(missing)} is only on one side")
            off, where = max((difference(found[key], expected[key]), key) for key in expected)
            same = off <= LARGEST
            all_same = all_same and same
            sizes = "x".join(map(str, shape))
            mode = "train" if train else "eval"
            verdict = "" if same else "  DIFFERENT"
            print(f"{name:8}{mode:8}{sizes:14}{framework:10}{off:<10.1e}{where}{verdict}")
    sys.exit(0 if all_same else 1)


if __name__ == "__main__":
    main()
