"""Feature maps and input gradients of VGG-19, VGG-16 and AlexNet by PyTorch.

Usage: make_features.py ORIGINALS OUT.json      (needs torch, numpy)

The gradient is that of sum over layers and elements of signs(i) * feature(i), features in [H, W, C] order, with
respect to the network's input.

The gradient of a rectifier or a pool jumps where its inputs change order, and float32 sums may fall either way there.
So each network gets the picture, of six hundred, whose closest decision is least close.
"""
import json
import pathlib
import pickle
import sys

import numpy as np
import torch
import torch.nn.functional as F

import synthetic

originals, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
HEIGHT, WIDTH = 48, 64
SEEDS = [index * 7_000_003 for index in range(1, 601)]


def vgg_layers(counts):
    layers = []
    for block, count in enumerate(counts, 1):
        if block > 1:
            layers.append(("pool", 2, 2))
        layers += [("conv", f"{block}_{index}", 1, 1) for index in range(1, count + 1)]
    return layers


def vgg19():
    state = torch.load(originals / "vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin", map_location="cpu")
    weights = {}
    for kind, *rest in vgg_layers([2, 2, 4, 4, 4]):
        if kind == "conv":
            block, index = rest[0].split("_")
            name = f"block{block}_conv{index}"
            weights[rest[0]] = (state[name + "_W_table"][state[name + "_W_q"].long()], state[name + "_b"])
    def prepared(seed):
        return synthetic.picture(HEIGHT, WIDTH, seed)[:, :, ::-1] - np.float32([103.939, 116.779, 123.68])

    return vgg_layers([2, 2, 4, 4, 4]), weights, prepared


def flax(name, network, layers):
    with open(originals / name, "rb") as file:
        state = pickle.load(file)[network]
    convolutions = [layer for layer in layers if layer[0] == "conv"]
    weights = {
        layer[1]: (
            torch.from_numpy(np.array(state[f"Conv_{index}"]["kernel"])).permute(3, 2, 0, 1).contiguous(),
            torch.from_numpy(np.array(state[f"Conv_{index}"]["bias"])),
        )
        for index, layer in enumerate(convolutions)
    }
    mean, deviation = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
    return layers, weights, lambda seed: (synthetic.picture(HEIGHT, WIDTH, seed) / np.float32(255) - mean) / deviation


def tensor(picture):
    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)[None]))


def closest_decision(layers, weights, x):
    """The least distance of a sum from zero, or of a pool's greatest value from its next, in units of the layer's RMS."""
    closest = float("inf")
    for kind, *rest in layers:
        if kind == "pool":
            size, stride = rest
            windows = F.unfold(x.transpose(0, 1), size, stride=stride)
            first, second = windows.topk(2, dim=1).values.unbind(1)
            gaps = (first - second)[first > 0]
            x = F.max_pool2d(x, size, stride)
        else:
            name, stride, padding = rest
            sums = F.conv2d(x, *(part.double() for part in weights[name]), stride=stride, padding=padding)
            gaps = sums.abs()
            x = F.relu(sums)
        closest = min(closest, (gaps.min() / x.square().mean().sqrt()).item())
    return closest


def features(layers, weights, x):
    maps = {}
    for kind, *rest in layers:
        if kind == "pool":
            x = F.max_pool2d(x, rest[0], rest[1])
        else:
            name, stride, padding = rest
            x = F.relu(F.conv2d(x, *weights[name], stride=stride, padding=padding))
            maps["relu" + name] = x
    return maps


alexnet_layers = [
    ("conv", "1", 4, 2), ("pool", 3, 2), ("conv", "2", 1, 2), ("pool", 3, 2),
    ("conv", "3", 1, 1), ("conv", "4", 1, 1), ("conv", "5", 1, 1),
]
networks = {
    "vgg19": (vgg19(), ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu4_2", "relu5_1"]),
    "vgg16": (flax("vgg16.ckpt", "VGG16_0", vgg_layers([2, 2, 3, 3, 3])),
              ["relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"]),
    "alexnet": (flax("alexnet.ckpt", "AlexNet_0", alexnet_layers), ["relu1", "relu2", "relu3", "relu4", "relu5"]),
}
golden = {}
for name, ((layers, weights, prepared), wanted) in networks.items():
    with torch.no_grad():
        gaps = {seed: closest_decision(layers, weights, tensor(prepared(seed)).double()) for seed in SEEDS}
    seed = max(gaps, key=gaps.get)
    print(name, "picture", seed, "closest decision", gaps[seed], "of a median", sorted(gaps.values())[len(gaps) // 2])
    x = tensor(prepared(seed)).requires_grad_()
    maps = features(layers, weights, x)
    total = 0
    for layer in wanted:
        rows = maps[layer].permute(0, 2, 3, 1)
        total = total + (rows.reshape(-1) * torch.from_numpy(synthetic.signs(rows.numel(), 11))).sum()
    total.backward()
    golden[name] = {
        "seed": seed,
        "layers": {layer: synthetic.summary(maps[layer].detach().permute(0, 2, 3, 1).numpy()) for layer in wanted},
        "gradient": synthetic.summary(x.grad.permute(0, 2, 3, 1).numpy(), 256),
    }
out.write_text(json.dumps(golden) + "\n")
