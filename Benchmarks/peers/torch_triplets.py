"""One step of learning by PyTorch: a batch of chips through SFace, triplets within it, the gradient of every weight, Adam.

Usage: torch_triplets.py FOLDER CHIPS RUNS THREADS      (needs torch, onnx)
FOLDER holds what float_models.py made. Statistics of the batch norms are frozen, as in `limner learn faces --depth all`. Four
chips are of one person. Prints the times as `timing.report` does.
"""
import pathlib
import sys

import numpy
import onnx
import onnx.numpy_helper
import torch
import torch.nn.functional as F

import timing

folder = pathlib.Path(sys.argv[1])
chips, runs, threads = map(int, sys.argv[2:])
torch.set_num_threads(threads)
graph = onnx.load(folder / "sface.onnx").graph
values = {t.name: torch.from_numpy(onnx.numpy_helper.to_array(t).copy()) for t in graph.initializer}
frozen = {name for node in graph.node if node.op_type == "BatchNormalization" for name in node.input[3:5]}
weights = [value.requires_grad_() for name, value in values.items() if value.dtype == torch.float32 and name not in frozen]


def attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def embed(pixels):
    found = dict(values, **{graph.input[0].name: pixels})
    for node in graph.node:
        x = [found[name] if name else None for name in node.input]
        a = attributes(node)
        match node.op_type:
            case "Conv":
                pads = a.get("pads", [0] * 4)
                y = F.conv2d(F.pad(x[0], (pads[1], pads[3], pads[0], pads[2])) if pads[:2] != pads[2:] else x[0], x[1],
                             x[2] if len(x) > 2 else None, tuple(a.get("strides", [1, 1])),
                             tuple(pads[:2]) if pads[:2] == pads[2:] else 0, 1, a.get("group", 1))
            case "BatchNormalization":
                y = F.batch_norm(x[0], x[3], x[4], x[1], x[2], False, eps=a.get("epsilon", 1e-5))
            case "PRelu":
                y = F.prelu(x[0], x[1].flatten())
            case "Gemm":
                y = F.linear(x[0], x[1] if a.get("transB") else x[1].T, x[2])
            case "Flatten":
                y = x[0].flatten(1)
            case "Reshape":
                y = x[0].reshape(len(x[0]), -1)
            case "Add":
                y = x[0] + x[1]
            case "Sub":
                y = x[0] - x[1]
            case "Mul":
                y = x[0] * x[1]
            case "Relu":
                y = F.relu(x[0])
            case "Identity" | "Dropout":
                y = x[0]
            case "Constant":
                y = torch.from_numpy(onnx.numpy_helper.to_array(a["value"]).copy())
            case other:
                sys.exit(f"torch_triplets: {other} is not known")
        found[node.output[0]] = y
    return found[graph.output[0].name]


generator = numpy.random.default_rng(1)
pixels = torch.from_numpy(generator.uniform(0, 255, (chips, 3, 112, 112)).astype(numpy.float32))
pixels = pixels.to(memory_format=torch.channels_last)
people = torch.arange(chips) // 4
adam = torch.optim.Adam(weights, lr=1e-6)


def step():
    adam.zero_grad()
    f = F.normalize(embed(pixels).flatten(1))
    squares = 2 - 2 * f @ f.T
    same = people[:, None] == people[None]
    positive = squares[:, :, None] - squares[:, None, :] + 0.2
    chosen = (same & ~torch.eye(chips, dtype=torch.bool))[:, :, None] & ~same[:, None, :] & (positive > 0)
    loss = positive[chosen].mean() if chosen.any() else squares.sum() * 0
    loss.backward()
    adam.step()


timing.report(runs, step)
