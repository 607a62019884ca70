"""Runs Crowson's style-transfer-pytorch with the VGG-19 of the model store.

    style_transfer_pytorch.py CODE CONTENT STYLE... -o OUT -s SIZE [its other options]

CODE is a checkout of github.com/crowsonkb/style-transfer-pytorch, which is not on PyPI. It asks torchvision for a network that would have to be
downloaded and for three small functions; this stands in for them. The store's weights are those of the original network, for BGR of
0 to 255 less a mean: the first layer is rewritten, exactly, for what torchvision's normalisation makes of a picture, and features are divided by
255, which makes them about as large as torchvision's, for which the program's weights are made. Needs torch, numpy, Pillow, tqdm, tifffile
and aiohttp.
"""
import pathlib
import runpy
import sys
import types

import numpy as np
import torch
from PIL import Image
from torch import nn

SCORE = runpy.run_path(str(pathlib.Path(__file__).resolve().parents[1] / "quality/score"))
BLOCKS = [(1, 2, 3, 64), (2, 2, 64, 128), (3, 4, 128, 256), (4, 4, 256, 512), (5, 4, 512, 512)]
MEAN, DEVIATION = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
SCALE = 1 / 255
CAFFE_MEAN = torch.tensor([123.68, 116.779, 103.939])


def vgg19(weights=None):
    tensors, layers = SCORE["weights"]("vgg19"), []
    for block, depth, inputs, outputs in BLOCKS:
        for number in range(1, depth + 1):
            convolution = nn.Conv2d(inputs if number == 1 else outputs, outputs, 3, padding=1)
            kernel = tensors[f"conv{block}_{number}.weights"].permute(3, 2, 0, 1).contiguous()
            bias = tensors[f"conv{block}_{number}.bias"].flatten()
            if not layers:
                kernel = kernel.flip(1)
                bias = bias + (kernel * (255 * MEAN - CAFFE_MEAN)[None, :, None, None]).sum((1, 2, 3))
                kernel = kernel * (255 * DEVIATION)[None, :, None, None] * SCALE
            convolution.weight.data, convolution.bias.data = kernel, bias * SCALE
            layers += [convolution, nn.ReLU(inplace=True)]
        layers.append(nn.MaxPool2d(2))
    return types.SimpleNamespace(features=nn.Sequential(*layers))


class Normalize(nn.Module):
    def __init__(self, mean, std):
        super().__init__()
        self.mean, self.std = (torch.tensor(values)[:, None, None] for values in (mean, std))

    def forward(self, pixels):
        return (pixels - self.mean) / self.std


def to_tensor(picture):
    return torch.from_numpy(np.asarray(picture.convert("RGB"), np.float32).copy()).permute(2, 0, 1) / 255


def to_pil_image(pixels):
    return Image.fromarray((pixels.permute(1, 2, 0).numpy() * 255).astype(np.uint8))


def module(name, **members):
    made = types.ModuleType(name)
    vars(made).update(members)
    sys.modules[name] = made
    return made


functional = module("torchvision.transforms.functional", to_tensor=to_tensor, to_pil_image=to_pil_image)
transforms = module("torchvision.transforms", Normalize=Normalize, functional=functional)
models = module("torchvision.models", vgg19=vgg19, VGG19_Weights=types.SimpleNamespace(IMAGENET1K_V1=None))
module("torchvision", models=models, transforms=transforms)

if __name__ == "__main__":
    sys.path.insert(0, sys.argv.pop(1))
    runpy.run_module("style_transfer.cli", run_name="__main__")
