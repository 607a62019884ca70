"""One style iteration by PyTorch: VGG-16 to relu5_1 forward, and the gradient to the pixels, channels last.

Usage: style_iteration.py SIDE RUNS THREADS      (needs torch)
Prints the times in milliseconds, one a line, after one that does not count.
"""
import sys
import time

import torch

side, runs, threads = map(int, sys.argv[1:])
torch.set_num_threads(threads)
layers, channels = [], 3
for block, counts in enumerate([[64, 64], [128, 128], [256] * 3, [512] * 3, [512]]):
    if block:
        layers.append(torch.nn.MaxPool2d(2))
    for outputs in counts:
        layers += [torch.nn.Conv2d(channels, outputs, 3, padding=1), torch.nn.ReLU(inplace=True)]
        channels = outputs
network = torch.nn.Sequential(*layers).to(memory_format=torch.channels_last).requires_grad_(False)
pixels = torch.rand(1, 3, side, side).to(memory_format=torch.channels_last).requires_grad_()
for run in range(runs + 1):
    start = time.perf_counter()
    pixels.grad = None
    network(pixels).sum().backward()
    if run:
        print((time.perf_counter() - start) * 1000)
