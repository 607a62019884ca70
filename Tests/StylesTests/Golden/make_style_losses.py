#!/usr/bin/env python3
"""Makes style-losses.json: losses and pixel gradients of J(G), and the loss after 60 steps of Adam, by PyTorch.

    make_style_losses.py VGG19.bin VGG16.ckpt ALEXNET.ckpt > style-losses.json

The files are those of the model store's `originals`. The pictures are made by an integer formula that the test
repeats, so that only numbers are kept. Needs torch and numpy. Gradients are by autograd in float64.
"""

import json
import pickle
import sys

import numpy as np
import torch
import torch.nn.functional as F

# Neither side is one that the networks' pools divide.
WIDTH, HEIGHT = 37, 33
CONTENT_WEIGHT, STYLE_WEIGHT, TV_WEIGHT = 1.0, 100.0, 0.5
SHARES = (0.75, 0.25)
STRIDE = 13
ADAM_STEPS, ADAM_RATE = 60, 2.0
# Added to the first channel of the first pixel. In single precision, sixty steps make half a per cent of a difference in
# the last place, so that one end says less than the mean of several.
ADAM_NUDGES = (0.0, 1e-4, -1e-4)
# What features of the torchvision networks are multiplied by, to be of the size of VGG-19's.
FEATURE_SCALE = {"vgg19": 1.0, "vgg16": 256.0, "alexnet": 256.0}


def picture(kind, width, height):
    """RGB in 0...255, `[H, W, 3]`: smooth ramps with a pseudo-random grain, by integers only."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    ramp = (x * (3 + kind) + y * (5 - kind) + c * 40 * (kind + 1)) % 256
    ramp = np.where(ramp > 127, 255 - ramp, ramp) * 2
    h = (x * 73 + y * 179 + c * 283 + kind * 419) % 1009
    grain = (h * h * 31 + h * 17) % 1009 % 64
    return np.clip(ramp - 32 + grain, 0, 255).astype(np.float64)


def vgg19(path):
    state = torch.load(path, map_location="cpu", weights_only=True)
    layers = []
    for block, depth in enumerate((2, 2, 4, 4, 4), 1):
        for conv in range(1, depth + 1):
            name = f"block{block}_conv{conv}"
            weight = state[name + "_W_table"][state[name + "_W_q"].long()]
            layers.append((f"relu{block}_{conv}", weight.double(), state[name + "_b"].double(), 1, 1))
        layers.append(("pool", 2, 2))
    return layers


def flax(path, name, plan):
    parameters = pickle.load(open(path, "rb"))[name]
    layers, number = [], 0
    for entry in plan:
        if entry[0] == "pool":
            layers.append(entry)
            continue
        kernel = np.ascontiguousarray(parameters[f"Conv_{number}"]["kernel"].transpose(3, 2, 0, 1))
        bias = np.array(parameters[f"Conv_{number}"]["bias"])
        weight, bias = torch.from_numpy(kernel).double(), torch.from_numpy(bias).double()
        layers.append((entry[0], weight, bias, entry[1], entry[2]))
        number += 1
    return layers


def vgg16(path):
    plan = []
    for block, depth in enumerate((2, 2, 3, 3, 3), 1):
        plan += [(f"relu{block}_{conv}", 1, 1) for conv in range(1, depth + 1)] + [("pool", 2, 2)]
    return flax(path, "VGG16_0", plan)


def alexnet(path):
    pool = ("pool", 3, 2)
    return flax(path, "AlexNet_0", [("relu1", 4, 2), pool, ("relu2", 1, 2), pool, ("relu3", 1, 1), ("relu4", 1, 1),
                                    ("relu5", 1, 1)])


def framed(x, layers):
    """The edges repeated: around, for the first convolution, and at the right and below until every pool divides the sides."""
    rest = 15 if layers[0][3] == 4 else 0
    (height, width), rim = x.shape[2:], layers[0][4]
    filled = [(rest - side) % 16 for side in (width, height)]
    return F.pad(x, (rim, rim + filled[0], rim, rim + filled[1]), mode="replicate")


def features(layers, x, wanted, scale):
    found = {}
    x = framed(x, layers)
    first = True
    for layer in layers:
        if layer[0] == "pool":
            x = F.max_pool2d(x, layer[1], layer[2])
        else:
            x = F.relu(F.conv2d(x, layer[1], layer[2], stride=layer[3], padding=0 if first else layer[4]))
            first = False
            if layer[0] in wanted:
                found[layer[0]] = x * scale
        if len(found) == len(wanted):
            return found
    raise SystemExit("layers missing: %s" % (set(wanted) - set(found)))


def bgr(pixels):
    mean = torch.tensor([103.939, 116.779, 123.68]).double()[None, :, None, None]
    return pixels.permute(2, 0, 1)[None].flip(1) - mean


def standardised(pixels):
    mean = torch.tensor([0.485, 0.456, 0.406]).double()[None, :, None, None]
    deviation = torch.tensor([0.229, 0.224, 0.225]).double()[None, :, None, None]
    return (pixels.permute(2, 0, 1)[None] / 255 - mean) / deviation


def counts(feature, layers, layer, height, width):
    """How much each cell counts: the share of its pixels that the picture has, where its edges were repeated to fill the pools."""
    stride = 1
    for entry in layers:
        stride *= entry[2] if entry[0] == "pool" else entry[3]
        if entry[0] == layer:
            break
    rest = 15 if layers[0][3] == 4 else 0

    def along(count, side):
        filled = side + (rest - side) % 16
        firsts = [index * stride for index in range(count)]
        return torch.tensor([max(0, min(first + stride, side) - first) / (min(first + stride, filled) - first)
                             for first in firsts], dtype=torch.float64)
    return torch.outer(along(feature.shape[2], height), along(feature.shape[3], width)).flatten()


def gram(feature, weights):
    """Over the number of channels, and of cells as they count."""
    rows = feature.reshape(feature.shape[1], -1)
    return (rows * weights) @ rows.T / (len(rows) * weights.sum())


def mean_and_covariance(feature, weights):
    """The covariance over the number of channels, as the Gram matrix is."""
    rows = feature.reshape(feature.shape[1], -1)
    mean = (rows * weights).sum(1) / weights.sum()
    return mean, gram(feature, weights) - torch.outer(mean, mean) / len(mean)


def blend(statistics):
    """Means and covariances of a mixture of styles."""
    mean = sum(share * mean for share, (mean, _) in zip(SHARES, statistics))
    second = sum(share * (covariance + torch.outer(m, m) / len(m)) for share, (m, covariance) in zip(SHARES, statistics))
    return mean, second - torch.outer(mean, mean) / len(mean)


def covariance_loss(found, wanted):
    (mean, own), (target_mean, target) = found, wanted
    products = (torch.outer(mean, mean) - torch.outer(target_mean, target_mean)) / len(mean)
    return 0.25 * ((own - target) ** 2).mean() + 0.25 * (products ** 2).mean()


def wasserstein_loss(found, wanted):
    """With the eigenvalues of the target that hold 99 % of its trace."""
    (mean, own), (target_mean, target) = found, wanted
    values, vectors = torch.linalg.eigh(target)
    values, vectors = values.flip(0).clamp(min=0), vectors.flip(1)
    rank = int((values.cumsum(0) < 0.99 * values.sum()).sum()) + 1
    half = vectors[:, :rank] * values[:rank].sqrt()
    root = torch.linalg.eigvalsh(half.T @ own @ half).clamp(min=1e-30).sqrt().sum()
    return ((mean - target_mean) ** 2).mean() + own.trace() + values.sum() - 2 * root


def other_losses(layers, prepare, scale, style_layers):
    """Style losses that are not by Gram matrices, and their gradients."""
    def statistics(pixels):
        found = features(layers, prepare(pixels), set(style_layers), scale)
        size = pixels.shape[:2]
        return {layer: mean_and_covariance(found[layer], counts(found[layer], layers, layer, *size))
                for layer in style_layers}
    styles = [statistics(torch.from_numpy(picture(kind, 56, 64))) for kind in (1, 2)]
    wanted = {layer: blend([style[layer] for style in styles]) for layer in style_layers}
    result = {}
    for name, loss in (("covariance", covariance_loss), ("wasserstein", wasserstein_loss)):
        pixels = torch.from_numpy(picture(3, WIDTH, HEIGHT)).requires_grad_()
        found = statistics(pixels)
        value = sum(loss(found[layer], wanted[layer]) for layer in style_layers) / len(style_layers)
        value.backward()
        gradient = pixels.grad.flatten()
        result[name] = {"style": value.item(), "gradientNorm": gradient.norm().item(),
                        "gradient": [float("%.8g" % value) for value in gradient[::STRIDE]]}
    return result


def evaluate(layers, prepare, scale, content_layer, style_layers):
    wanted = set(style_layers) | {content_layer}
    content = torch.from_numpy(picture(0, WIDTH, HEIGHT))
    target = features(layers, prepare(content), wanted, scale)[content_layer]
    grams = {layer: 0 for layer in style_layers}
    for kind, share in ((1, SHARES[0]), (2, SHARES[1])):
        style = features(layers, prepare(torch.from_numpy(picture(kind, 56, 64))), wanted, scale)
        for layer in style_layers:
            grams[layer] = grams[layer] + share * gram(style[layer], counts(style[layer], layers, layer, 64, 56))

    def losses(pixels):
        found = features(layers, prepare(pixels), wanted, scale)
        weights = counts(target, layers, content_layer, HEIGHT, WIDTH)
        squares = ((found[content_layer] - target) ** 2).mean(1).flatten()
        content_loss = 0.5 * (squares * weights).sum() / weights.sum()
        style_losses = [0.25 * ((gram(found[layer], counts(found[layer], layers, layer, HEIGHT, WIDTH))
                                 - grams[layer]) ** 2).mean() for layer in style_layers]
        style_loss = sum(style_losses) / len(style_layers)
        across, down = pixels[:, 1:] - pixels[:, :-1], pixels[1:] - pixels[:-1]
        variation = 0.5 * ((across ** 2).sum() + (down ** 2).sum()) / pixels.numel()
        total = CONTENT_WEIGHT * content_loss + STYLE_WEIGHT * style_loss + TV_WEIGHT * variation
        return content_loss, style_loss, variation, total

    pixels = torch.from_numpy(picture(3, WIDTH, HEIGHT)).requires_grad_()
    content_loss, style_loss, variation, total = losses(pixels)
    total.backward()
    gradient = pixels.grad.flatten().clone()
    ends = []
    for nudge in ADAM_NUDGES:
        start = picture(3, WIDTH, HEIGHT)
        start[0, 0, 0] += nudge
        moving = torch.from_numpy(start).requires_grad_()
        adam = torch.optim.Adam([moving], lr=ADAM_RATE)
        for _ in range(ADAM_STEPS):
            adam.zero_grad()
            losses(moving)[3].backward()
            adam.step()
        ends.append(losses(moving)[3].item())
    return {
        "contentLayer": content_layer, "styleLayers": style_layers,
        "featureScale": scale, "content": content_loss.item(), "style": style_loss.item(),
        "totalVariation": variation.item(), "total": total.item(),
        "gradientNorm": gradient.norm().item(), "gradientStride": STRIDE,
        "afterAdam": ends,
        "gradient": [float("%.8g" % value) for value in gradient[::STRIDE]],
        "others": other_losses(layers, prepare, scale, style_layers),
    }


def main():
    torch.manual_seed(0)
    vgg_layers = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
    result = {
        "width": WIDTH, "height": HEIGHT, "contentWeight": CONTENT_WEIGHT, "styleWeight": STYLE_WEIGHT,
        "tvWeight": TV_WEIGHT, "shares": SHARES, "adamSteps": ADAM_STEPS, "adamRate": ADAM_RATE, "adamNudges": ADAM_NUDGES,
        "torch": torch.__version__,
        "networks": {
            "vgg19": evaluate(vgg19(sys.argv[1]), bgr, FEATURE_SCALE["vgg19"], "relu4_2", vgg_layers),
            "vgg16": evaluate(vgg16(sys.argv[2]), standardised, FEATURE_SCALE["vgg16"], "relu4_2",
                              vgg_layers),
            "alexnet": evaluate(alexnet(sys.argv[3]), standardised, FEATURE_SCALE["alexnet"], "relu3",
                                [f"relu{n}" for n in range(1, 4)]),
        },
    }
    json.dump(result, sys.stdout)
    print()


if __name__ == "__main__":
    main()
