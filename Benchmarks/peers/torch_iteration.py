"""One style iteration by PyTorch: VGG to relu5_1 forward, and the gradient to the pixels, channels last.

Usage: torch_iteration.py vgg16|vgg19 SIDE float32|bfloat16 RUNS THREADS      (needs torch)
Prints the times as `timing.report` does.
"""
import sys

import torch

import timing

network, side, precision = sys.argv[1], int(sys.argv[2]), sys.argv[3]
runs, threads = map(int, sys.argv[4:])
torch.set_num_threads(threads)
depth = {"vgg16": 3, "vgg19": 4}[network]
layers, channels = [], 3
for block, counts in enumerate([[64, 64], [128, 128], [256] * depth, [512] * depth, [512]]):
    if block:
        layers.append(torch.nn.MaxPool2d(2))
    for outputs in counts:
        layers += [torch.nn.Conv2d(channels, outputs, 3, padding=1), torch.nn.ReLU(inplace=True)]
        channels = outputs
model = torch.nn.Sequential(*layers).to(memory_format=torch.channels_last).requires_grad_(False)
pixels = torch.rand(1, 3, side, side).to(memory_format=torch.channels_last).requires_grad_()


def iteration():
    pixels.grad = None
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
        result = model(pixels)
    result.float().sum().backward()


timing.report(runs, iteration)
