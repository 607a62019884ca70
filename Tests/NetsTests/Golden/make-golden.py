#!/usr/bin/env python3
"""Writes networks.json and optimizers.json beside this script, with PyTorch on the CPU.

    python3 make-golden.py [FOLDER]

Weights and inputs come from the integer hash `value`, which the Swift tests compute too, so none are stored.
Arrays are written channels last, as the tests hold them.
"""
import json
import pathlib
import sys

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
MASK = 0xFFFFFFFF


def value(index, seed):
    h = (index * 2654435761 + seed * 40503 + 12345) & MASK
    h ^= h >> 16
    h = (h * 2246822519) & MASK
    h ^= h >> 13
    return h / 4294967296.0 - 0.5


def tensor(shape, seed, scale=1.0):
    count = 1
    for extent in shape:
        count *= extent
    return torch.tensor([value(i, seed) * scale for i in range(count)], dtype=torch.float32).reshape(shape)


def nchw(t):
    return t.permute(0, 3, 1, 2).contiguous()


def oihw(t):
    return t.permute(3, 2, 0, 1).contiguous()


def flat(t):
    return [float(f"{v:.8g}") for v in t.detach().reshape(-1).tolist()]


def last(t):
    return flat(t.permute(0, 2, 3, 1))


def gram(f):
    channels = f.shape[1]
    m = f.reshape(channels, -1)
    return m @ m.t() / m.numel()


def vgg_like():
    """Features, style and content losses and their gradient by the pixels, as a stylisation computes them."""
    x = nchw(tensor([1, 20, 26, 3], 1, 4.0)).requires_grad_(True)
    sizes = [(3, 8), (8, 16), (16, 20), (20, 24)]
    features = []
    h = x
    for number, (inputs, outputs) in enumerate(sizes):
        w = oihw(tensor([3, 3, inputs, outputs], 10 + number, 3.4 / (inputs**0.5)))
        b = tensor([outputs], 20 + number, 0.2)
        h = F.relu(F.conv2d(h, w, b, padding=1))
        features.append(h)
        if number in (1, 2):
            h = F.max_pool2d(h, 2)
    loss = torch.zeros(())
    for number in (0, 2):
        target = tensor([sizes[number][1], sizes[number][1]], 30 + number)
        loss = loss + F.mse_loss(gram(features[number]), target) * 100
    content = nchw(tensor([1, features[3].shape[2], features[3].shape[3], 24], 40))
    loss = loss + F.mse_loss(features[3], content)
    loss.backward()
    return {
        "loss": loss.item(), "features": [last(f)[:256] for f in features], "gram": flat(gram(features[2])),
        "inputGradient": last(x.grad),
    }


def mixed():
    """The operators that VGG lacks, in one small network, with gradients by the input and by every weight."""
    x = nchw(tensor([2, 13, 11, 6], 2, 4.0)).requires_grad_(True)
    stem = oihw(tensor([3, 3, 6, 12], 50)).requires_grad_(True)
    depthwise = oihw(tensor([3, 3, 1, 12], 51, 2.0)).requires_grad_(True)
    grouped = oihw(tensor([3, 3, 4, 9], 52)).requires_grad_(True)
    slope = tensor([12], 53, 0.8).requires_grad_(True)
    scale = tensor([9], 54, 2.0).requires_grad_(True)
    offset = tensor([9], 55, 2.0).requires_grad_(True)
    dense = tensor([7, 9], 56, 2.0).requires_grad_(True)
    h = F.conv2d(x, stem, stride=2, padding=1)
    h = F.prelu(h, slope)
    h = F.conv2d(h, depthwise, padding=2, dilation=2, groups=12)
    h = F.hardtanh(h, -1.0, 1.0)
    h = F.conv2d(h, grouped, padding=1, groups=3)
    h = F.instance_norm(h, weight=scale, bias=offset, eps=1e-3)
    h = F.interpolate(h, scale_factor=2, mode="bilinear", align_corners=False)
    h = F.avg_pool2d(h, 3, stride=2, padding=1, count_include_pad=False)
    h = torch.sigmoid(h) * torch.tanh(h)
    h = F.linear(h.mean(dim=(2, 3)), dense)
    y = F.softmax(h, dim=1)
    (y * tensor([2, 7], 57)).sum().backward()

    def hwio(g):
        return flat(g.permute(2, 3, 1, 0))

    return {
        "output": flat(y), "inputGradient": last(x.grad), "stem": hwio(stem.grad), "depthwise": hwio(depthwise.grad),
        "grouped": hwio(grouped.grad), "slope": flat(slope.grad), "scale": flat(scale.grad),
        "offset": flat(offset.grad), "dense": flat(dense.grad),
    }


def bowl(x):
    """Convex, badly scaled, not quadratic."""
    n = x.numel()
    weights = torch.arange(1, n + 1, dtype=x.dtype)
    return (weights * (x - 1) ** 2).sum() + 0.1 * ((x[1:] - x[:-1]) ** 4).sum()


def valley(x):
    """Rosenbrock's function, chained."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def trajectory(make, objective, count, steps):
    x = tensor([count], 3, 4.0).requires_grad_(True)
    optimizer = make(x)
    losses = []
    for _ in range(steps):

        def closure():
            optimizer.zero_grad()
            loss = objective(x)
            loss.backward()
            return loss

        losses.append(optimizer.step(closure).item())
    return {"losses": losses, "x": flat(x)}


def optimizers():
    return {
        "adam": trajectory(lambda x: torch.optim.Adam([x], lr=0.05), bowl, 10, 60),
        "adamBetas": trajectory(lambda x: torch.optim.Adam([x], lr=0.02, betas=(0.9, 0.99), eps=1e-6), valley, 6, 60),
    }


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    origin = f"make-golden.py, torch {torch.__version__}"
    networks = {"origin": origin, "vggLike": vgg_like(), "mixed": mixed()}
    (folder / "networks.json").write_text(json.dumps(networks) + "\n")
    (folder / "optimizers.json").write_text(json.dumps({"origin": origin, **optimizers()}) + "\n")


main()
