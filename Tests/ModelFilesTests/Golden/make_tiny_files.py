"""Writes small files in every tensor format that is read, and their contents as JSON.

Usage: make_tiny_files.py FOLDER        (needs torch and numpy)

FOLDER receives tiny-legacy.pth, tiny-zip.pth, tiny-protocolN.pkl and tiny.json, and of whole models
tiny-whole.pth and tiny-script.pth.
"""
import collections
import json
import pathlib
import pickle
import sys

import numpy as np
import torch

folder = pathlib.Path(sys.argv[1])
torch.manual_seed(20)

base = torch.randn(4, 3)
tensors = collections.OrderedDict()
tensors["block.weight"] = torch.nn.Parameter(torch.randn(2, 3, 2))
tensors["block.indices"] = torch.tensor([[0, 1, 255], [7, 8, 9]], dtype=torch.uint8)
tensors["transposed"] = base.t()
tensors["row"] = base[2]
tensors["half"] = torch.tensor([1.0, -0.5, 65504.0, 6e-8]).half()
tensors["bfloat"] = torch.tensor([1.0, -3.140625]).bfloat16()
tensors["double"] = torch.tensor([0.1, 1e300], dtype=torch.float64)
tensors["long"] = torch.tensor([-5, 1 << 20])
tensors["flag"] = torch.tensor([True, False])
tensors["scalar"] = torch.tensor(2.5)
tensors["empty"] = torch.zeros(0, 3)
nested = {"state": tensors, "epoch": 3, "history": [torch.ones(2), 0.5]}

torch.save(nested, folder / "tiny-legacy.pth", _use_new_zipfile_serialization=False)
torch.save(nested, folder / "tiny-zip.pth")


class Own(torch.nn.Module):
    """A class that only its author's program has."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Conv2d(1, 1, 1)

    def forward(self, x):
        return self.layer(x)


torch.save(Own(), folder / "tiny-whole.pth")
torch.jit.save(torch.jit.script(Own()), folder / "tiny-script.pth")


def entry(array):
    array = np.asarray(array)
    return {"shape": list(array.shape), "values": [float(np.float32(v)) for v in array.flatten()]}


expected = {f"state.{name}": entry(t.detach().float().numpy()) for name, t in tensors.items()}
expected["history.0"] = entry(np.ones(2))
for name in expected:  # 1e300 is infinite as float32, which JSON cannot say
    expected[name]["values"] = [v if np.isfinite(v) else "inf" for v in expected[name]["values"]]

rng = np.random.default_rng(20)
arrays = {
    "Net_0": {
        "kernel": rng.standard_normal((2, 3, 4)).astype(np.float32),
        "column_major": np.asfortranarray(rng.standard_normal((3, 4)).astype(np.float32)),
        "bytes": np.arange(5, dtype=np.uint8),
        "scalar": np.float32(1.25),
    },
    "step": 7,
}
for protocol in (2, 3, 4, 5):
    with open(folder / f"tiny-protocol{protocol}.pkl", "wb") as file:
        pickle.dump(arrays, file, protocol=protocol)

with open(folder / "tiny.json", "w") as file:
    json.dump(
        {"torch": expected, "numpy": {f"Net_0.{name}": entry(a) for name, a in arrays["Net_0"].items()}},
        file, indent=1)
    file.write("\n")
