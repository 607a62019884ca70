"""One step of learning a style by PyTorch: a piece through the transformer, VGG-19 of both, Wasserstein's distance, Adam.

Usage: torch_style_step.py SIDE RUNS THREADS      (needs torch)
The widths of the arbitrary-style network that `limner learn style` trains, all weights; random numbers in place of trained ones. Roots of
matrices by 12 iterations of Newton and Schulz. Prints the times as `timing.report` does.
"""
import sys

import torch
import torch.nn.functional as F

import timing

side, runs, threads = map(int, sys.argv[1:])
torch.set_num_threads(threads)
torch.manual_seed(1)


class Block(torch.nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1, norm=True, up=False):
        super().__init__()
        self.convolution = torch.nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, padding_mode="reflect", bias=not norm)
        self.norm = torch.nn.InstanceNorm2d(outputs, affine=True) if norm else torch.nn.Identity()
        self.up = up

    def forward(self, x):
        x = F.interpolate(x, scale_factor=2, mode="nearest") if self.up else x
        return self.norm(self.convolution(x))


contract = torch.nn.ModuleList([Block(3, 8, 9, norm=False), Block(8, 16, 3, 2, False), Block(16, 32, 3, 2, False)])
residual = torch.nn.ModuleList([torch.nn.ModuleList([Block(32, 32, 3), Block(32, 32, 3)]) for _ in range(5)])
expand = torch.nn.ModuleList([Block(32, 16, 3, up=True), Block(16, 8, 3, up=True), Block(8, 3, 9)])
network = torch.nn.ModuleList([contract, residual, expand]).to(memory_format=torch.channels_last)


def paint(x):
    for block in contract:
        x = F.relu(block(x))
    for first, second in residual:
        x = x + second(F.relu(first(x)))
    x = F.relu(expand[1](F.relu(expand[0](x))))
    return torch.sigmoid(expand[2](x))


layers, channels, taken = [], 3, []
for block, count in enumerate([2, 2, 4, 4, 1]):
    if block:
        layers.append(torch.nn.MaxPool2d(2))
    for index in range(count):
        outputs = [64, 128, 256, 512, 512][block]
        layers += [torch.nn.Conv2d(channels, outputs, 3, padding=1), torch.nn.ReLU(inplace=True)]
        channels = outputs
        if index == 0:
            taken.append(len(layers) - 1)
vgg = torch.nn.Sequential(*layers).to(memory_format=torch.channels_last).requires_grad_(False)
content_layer = taken[3] + 2


def features(x, last):
    found = {}
    for index, layer in enumerate(vgg[: last + 1]):
        x = layer(x)
        if index in taken or index == content_layer:
            found[index] = x
    return found


def root(matrix):
    norm = matrix.norm()
    y, z, unit = matrix / norm, torch.eye(len(matrix)), torch.eye(len(matrix))
    for _ in range(12):
        step = (3 * unit - z @ y) / 2
        y, z = y @ step, step @ z
    return y * norm.sqrt()


def statistics(feature):
    flat = feature.flatten(2)[0]
    mean = flat.mean(1)
    return mean, flat @ flat.T / flat.shape[1] - mean[:, None] * mean + 1e-4 * torch.eye(len(mean))


with torch.no_grad():
    targets = {}
    for index, feature in features(torch.rand(1, 3, 384, 384), taken[-1]).items():
        if index in taken:
            mean, covariance = statistics(feature)
            targets[index] = (mean, covariance, root(covariance))
piece = torch.rand(1, 3, side, side).to(memory_format=torch.channels_last)
adam = torch.optim.Adam(network.parameters(), lr=1e-3)


def step():
    adam.zero_grad()
    with torch.no_grad():
        content = features(piece, content_layer)[content_layer]
    painted = paint(piece)
    found = features(painted, taken[-1])
    loss = F.mse_loss(found[content_layer], content)
    for index in taken:
        (mean, covariance), (wanted, target, half) = statistics(found[index]), targets[index]
        cross = root(half @ covariance @ half + 1e-8 * torch.eye(len(mean)))
        loss = loss + F.mse_loss(mean, wanted) + (covariance + target - 2 * cross).diagonal().sum() / len(mean)
    loss = loss + (painted.diff(dim=2) ** 2).mean() + (painted.diff(dim=3) ** 2).mean()
    loss.backward()
    adam.step()


timing.report(runs, step)
