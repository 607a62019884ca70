"""Writes small one-pass style networks with random weights, and what PyTorch and onnxruntime paint with them.

Usage: make_imported_styles.py FOLDER        (needs torch, onnx, onnxruntime, numpy and Pillow)

FOLDER receives imported-zip.pth and imported-old.pth (names and structure of PyTorch's example fast_neural_style, narrow; the old one
unzipped and with running statistics), imported-open.onnx (a size that the network does not depend on), imported-rigid.onnx (one that it
does), imported-unit.onnx (0...1, channels last), imported-skip.onnx (0...1, its strokes added to the picture), imported-gan.onnx (-1...1,
transposed convolutions and pixel shuffles), imported-sized.onnx (0...1, computes with the size of its picture, which is open), and a
.png of each one's painting of formulaPicture(2).
"""
import collections
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

folder = pathlib.Path(sys.argv[1])
torch.manual_seed(16)
random = np.random.default_rng(16)
WIDTH, HEIGHT = 76, 52


def formula_picture(kind):
    """The test support's formulaPicture."""
    y, x, c = np.meshgrid(np.arange(HEIGHT), np.arange(WIDTH), np.arange(3), indexing="ij")
    ramp = (x * (3 + kind) + y * (5 - kind) + c * 40 * (kind + 1)) % 256
    ramp = np.where(ramp > 127, 255 - ramp, ramp) * 2
    h = (x * 73 + y * 179 + c * 283 + kind * 419) % 1009
    grain = (h * h * 31 + h * 17) % 1009 % 64
    return np.clip(ramp - 32 + grain, 0, 255).astype(np.float32)


def save(name, painting):
    """painting: [1, 3, H, W] in 0...255."""
    pixels = np.clip(painting[0].transpose(1, 2, 0), 0, 255)
    Image.fromarray((pixels + 0.5).astype(np.uint8)).save(folder / name)


picture = formula_picture(2)
x = torch.from_numpy(picture.transpose(2, 0, 1)[None])

# Convolutions in their order: name, inputs, outputs, kernel, stride, norm behind it.
a, b, c = 3, 4, 5
layers = [("conv1", 3, a, 9, 1, "in1"), ("conv2", a, b, 3, 2, "in2"), ("conv3", b, c, 3, 2, "in3")]
for block in range(1, 6):
    layers += [(f"res{block}.conv{half}", c, c, 3, 1, f"res{block}.in{half}") for half in (1, 2)]
layers += [("deconv1", c, b, 3, 1, "in4"), ("deconv2", b, a, 3, 1, "in5"), ("deconv3", a, 3, 9, 1, None)]
state = collections.OrderedDict()
for name, inputs, outputs, kernel, _, norm in layers:
    size = (inputs * kernel * kernel) ** -0.5
    gain, middle = (1, 0) if norm else (90, 128)
    state[f"{name}.conv2d.weight"] = torch.randn(outputs, inputs, kernel, kernel) * size * gain
    state[f"{name}.conv2d.bias"] = torch.randn(outputs) * 0.1 + middle
    if norm:
        state[f"{norm}.weight"] = torch.rand(outputs) + 0.5
        state[f"{norm}.bias"] = torch.randn(outputs) * 0.3


def apply(layer, value):
    name, _, _, kernel, stride, norm = layer
    value = F.pad(value, [kernel // 2] * 4, mode="reflect")
    value = F.conv2d(value, state[f"{name}.conv2d.weight"], state[f"{name}.conv2d.bias"], stride)
    return F.instance_norm(value, weight=state[f"{norm}.weight"], bias=state[f"{norm}.bias"]) if norm else value


value = x
for layer in layers[:3]:
    value = F.relu(apply(layer, value))
for first, second in zip(layers[3:13:2], layers[4:13:2]):
    value = value + apply(second, F.relu(apply(first, value)))
for layer in layers[13:15]:
    value = F.relu(apply(layer, F.interpolate(value, scale_factor=2, mode="nearest")))
save("imported-pth.png", apply(layers[15], value).numpy())

torch.save(state, folder / "imported-zip.pth")
old = collections.OrderedDict(state)
for name, _, outputs, _, _, norm in layers:
    if norm:
        old[f"{norm}.running_mean"] = torch.zeros(outputs)
        old[f"{norm}.running_var"] = torch.ones(outputs)
torch.save(old, folder / "imported-old.pth", _use_new_zipfile_serialization=False)


def network(name, unit=False, rigid=False):
    """Convolution, norm, halving, doubling, convolution."""
    constants, nodes = [], []

    def constant(label, array):
        constants.append(numpy_helper.from_array(array, label))
        return label

    def add(operator, inputs, **attributes):
        nodes.append(helper.make_node(operator, inputs, [f"v{len(nodes)}"], **attributes))
        return nodes[-1].output[0]

    pads = constant("pads", np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64))

    def convolve(value, index, inputs, outputs, gain=1.0, middle=0.0, stride=1):
        weights = random.standard_normal((outputs, inputs, 3, 3)) * (inputs * 9) ** -0.5 * gain
        w = constant(f"w{index}", weights.astype(np.float32))
        bias = constant(f"b{index}", (random.standard_normal(outputs) * 0.1 + middle).astype(np.float32))
        return add("Conv", [add("Pad", [value, pads], mode="reflect"), w, bias], strides=[stride, stride])

    dims = [1, HEIGHT, WIDTH, 3] if unit else [1, 3, HEIGHT, WIDTH]
    value = add("Transpose", ["x"], perm=[0, 3, 1, 2]) if unit else "x"
    value = convolve(value, 1, 3, 4)
    scale = constant("scale", (random.random(4) + 0.5).astype(np.float32))
    offset = constant("offset", (random.standard_normal(4) * 0.3).astype(np.float32))
    value = add("Relu", [add("InstanceNormalization", [value, scale, offset], epsilon=1e-5)])
    value = add("Relu", [convolve(value, 2, 4, 5, stride=2)])
    scales = constant("scales", np.array([1, 1, 2, 2], np.float32))
    value = add(
        "Resize", [value, "", scales], mode="nearest", coordinate_transformation_mode="asymmetric",
        nearest_mode="floor")
    value = convolve(value, 3, 5, 3, *((3, 0) if unit else (120, 128)))
    if unit:
        value = add("Transpose", [add("Sigmoid", [value])], perm=[0, 2, 3, 1])
    if rigid:
        value = add("Reshape", [value, constant("shape", np.array(dims, np.int64))])
    graph = helper.make_graph(
        nodes, "style", [helper.make_tensor_value_info("x", TensorProto.FLOAT, dims)],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, dims)], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, folder / f"{name}.onnx")
    given = picture[None] / 255 if unit else picture.transpose(2, 0, 1)[None]
    painted = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": given})[0]
    save(f"{name}.png", painted.transpose(0, 3, 1, 2) * 255 if unit else painted)


network("imported-open")
network("imported-rigid", rigid=True)
network("imported-unit", unit=True)


def exported(name, network, low):
    """network takes and gives low...1."""
    given = x / 255 * (1 - low) + low
    torch.onnx.export(
        network.eval(), given, folder / f"{name}.onnx", opset_version=13, dynamo=False, input_names=["x"], output_names=["y"],
        dynamic_axes={"x": {2: "h", 3: "w"}, "y": {2: "h", 3: "w"}})
    painted = onnxruntime.InferenceSession(folder / f"{name}.onnx").run(None, {"x": given.numpy()})[0]
    save(f"{name}.png", (painted - low) / (1 - low) * 255)


class Skip(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.strokes = torch.nn.Sequential(
            torch.nn.ReflectionPad2d(1), torch.nn.Conv2d(3, 4, 3), torch.nn.InstanceNorm2d(4, affine=True), torch.nn.ReLU(),
            torch.nn.ReflectionPad2d(1), torch.nn.Conv2d(4, 3, 3))

    def forward(self, value):
        return value + 0.2 * self.strokes(value)


exported("imported-skip", Skip(), 0)
gan = torch.nn.Sequential(
    torch.nn.ReflectionPad2d(1), torch.nn.Conv2d(3, 4, 3), torch.nn.InstanceNorm2d(4), torch.nn.ELU(),
    torch.nn.Conv2d(4, 5, 3, 2, 1), torch.nn.InstanceNorm2d(5), torch.nn.Hardswish(),
    torch.nn.ConvTranspose2d(5, 4, 3, 2, 1, 1), torch.nn.InstanceNorm2d(4), torch.nn.ReLU(),
    torch.nn.Conv2d(4, 4, 4, 2, 1), torch.nn.ConvTranspose2d(4, 3, 4, 2, 1), torch.nn.InstanceNorm2d(3), torch.nn.Hardsigmoid(),
    torch.nn.Conv2d(3, 4, 3, 2, 1), torch.nn.Conv2d(4, 12, 1), torch.nn.PixelShuffle(2), torch.nn.Conv2d(3, 3, 3, 1, 1),
    torch.nn.Tanh())
with torch.no_grad():
    gan[-2].weight *= 12  # from dark to light
exported("imported-gan", gan, -1)


class Sized(torch.nn.Module):
    """Computes with the size of its picture: of layers, and of what it gives."""

    def __init__(self):
        super().__init__()
        self.narrow = torch.nn.Sequential(
            torch.nn.ReflectionPad2d(1), torch.nn.Conv2d(3, 4, 3, 2), torch.nn.InstanceNorm2d(4, affine=True), torch.nn.ReLU(),
            torch.nn.Conv2d(4, 5, 3, 2, 1), torch.nn.InstanceNorm2d(5, affine=True), torch.nn.ReLU())
        self.middle, self.last = torch.nn.Conv2d(5, 4, 3, 1, 1), torch.nn.Conv2d(4, 3, 3, 1, 1)

    def forward(self, value):
        height, width = value.shape[2:]
        deep = self.narrow(value)
        deep = F.relu(self.middle(F.interpolate(deep, size=(deep.shape[2] * 2, deep.shape[3] * 2), mode="nearest")))
        deep = F.interpolate(deep, size=(height, width), mode="bilinear", align_corners=False)
        return torch.sigmoid(4 * self.last(deep))[:, :, :height, :width]


exported("imported-sized", Sized(), 0)
