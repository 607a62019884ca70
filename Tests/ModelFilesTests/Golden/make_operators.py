"""Two small networks with random weights, and what onnxruntime makes of them.

Usage: make_operators.py FOLDER        (needs onnx, onnxruntime, numpy)

tiny-embedder.onnx is laid out like exports of ArcFace ResNets (batch normalisation before convolutions, PReLU,
shortcuts, flatten, dense layer, batch normalisation of the vector); tiny-operators.onnx strings together the other
operators that exports use. operators.json holds their outputs for `synthetic.picture`.
"""
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import synthetic

folder = pathlib.Path(sys.argv[1])
rng = np.random.default_rng(7)


class Builder:
    def __init__(self):
        self.nodes, self.constants, self.number = [], [], 0

    def constant(self, array, name=None):
        self.number += 1
        name = name or f"constant{self.number}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(self, kind, inputs, output=None, **attributes):
        self.number += 1
        output = output or f"{kind.lower()}{self.number}"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output + "_node", **attributes))
        return output

    def weights(self, *shape):
        return self.constant((rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32))

    def convolution(self, x, channels, width, side=3, stride=1, group=1, bias=False):
        inputs = [x, self.weights(width, channels // group, side, side)]
        if bias:
            inputs.append(self.constant(rng.standard_normal(width).astype(np.float32)))
        pad = side // 2
        return self.node("Conv", inputs, kernel_shape=[side, side], strides=[stride, stride], group=group,
                         pads=[pad, pad, pad, pad])

    def norm(self, x, width):
        def random(low, high):
            return self.constant(rng.uniform(low, high, width).astype(np.float32))
        return self.node("BatchNormalization", [x, random(0.5, 1.5), random(-0.5, 0.5), random(-0.2, 0.2), random(0.5, 2)],
                         epsilon=2e-5)

    def prelu(self, x, width):
        return self.node("PRelu", [x, self.constant(rng.uniform(0.1, 0.4, (width, 1, 1)).astype(np.float32))])

    def save(self, name, inputs, outputs, opset):
        graph = helper.make_graph(
            self.nodes, "tiny",
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs],
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in outputs], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], producer_name="make_operators")
        model.ir_version = 8
        onnx.save(model, folder / name)
        return onnxruntime.InferenceSession(str(folder / name), providers=["CPUExecutionProvider"])


def nchw(picture):
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None])


golden = {}

# The embedder: dynamic batch, shape arithmetic before the flattening reshape.
b = Builder()
x = b.prelu(b.norm(b.convolution("input.1", 3, 4, stride=2), 4), 4)
for channels, width, stride in ((4, 4, 2), (4, 6, 2), (6, 6, 2)):
    y = b.convolution(b.norm(x, channels), channels, width)
    y = b.convolution(b.prelu(b.norm(y, width), width), width, width, stride=stride)
    y = b.norm(y, width)
    shortcut = b.norm(b.convolution(x, channels, width, side=1, stride=stride), width)
    x = b.node("Add", [y, shortcut])
x = b.node("Dropout", [b.norm(x, 6)])
batch = b.node("Gather", [b.node("Shape", [x]), b.constant(np.int64(0))], axis=0)
batch = b.node("Unsqueeze", [batch, b.constant(np.int64([0]))])
shape = b.node("Concat", [batch, b.constant(np.int64([-1]))], axis=0)
x = b.node("Reshape", [x, shape])
x = b.node("Gemm", [x, b.weights(16, 6 * 7 * 7), b.constant(rng.standard_normal(16).astype(np.float32))], transB=1)
x = b.norm(x, 16)
length = b.node("ReduceL2", [x], axes=[1], keepdims=1)
length = b.node("Clip", [length, b.constant(np.float32(1e-12))])
b.node("Div", [x, b.node("Expand", [length, b.node("Shape", [x])])], output="683")
session = b.save("tiny-embedder.onnx", [("input.1", ["batch", 3, 112, 112])], ["683"], 13)
picture = (synthetic.picture(112, 112, 21) - np.float32(127.5)) / np.float32(127.5)
golden["embedder"] = synthetic.summary(session.run(None, {"input.1": nchw(picture)})[0])

# The operators.
b = Builder()
x = b.convolution("picture", 3, 8, bias=True)
x = b.node("Relu", [x])
pooled = b.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
averaged = b.node("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2], count_include_pad=1)
x = b.node("Concat", [pooled, averaged], axis=1)
x = b.node("LeakyRelu", [b.convolution(x, 16, 8, group=4)], alpha=0.2)
x = b.node("InstanceNormalization", [x, b.constant(rng.uniform(0.5, 1.5, 8).astype(np.float32)),
                                      b.constant(rng.uniform(-0.5, 0.5, 8).astype(np.float32))])
same = b.node("Conv", [x, b.weights(8, 8, 3, 3)], auto_pad="SAME_UPPER", strides=[2, 2])
up = b.node("Resize", [same, "", b.constant(np.float32([1, 1, 2, 2]))], mode="linear",
            coordinate_transformation_mode="half_pixel")
b.node("Identity", [up], output="up")
padded = b.node("Pad", [x, b.constant(np.int64([0, 0, 1, 2, 0, 0, 2, 1]))], mode="edge")
cut = b.node("Slice", [padded, b.constant(np.int64([1, -2])), b.constant(np.int64([7, -99])),
                       b.constant(np.int64([1, 3])), b.constant(np.int64([2, -1]))])
b.node("Tanh", [cut], output="cut")
row = b.constant(rng.standard_normal((1, 8, 1, 12)).astype(np.float32))
wide = b.node("Mul", [x, row])
b.node("Transpose", [wide], perm=[0, 3, 2, 1], output="turned")
moments = b.node("ReduceMean", [x], axes=[2], keepdims=0)          # [1, 8, 12]
b.node("Softmax", [moments], axis=-1, output="softmax")
gap = b.node("GlobalAveragePool", [x])
vector = b.node("Flatten", [gap])                                    # [1, 8]
vector = b.node("MatMul", [vector, b.weights(8, 4)])
vector = b.node("Add", [vector, b.constant(rng.standard_normal(4).astype(np.float32))])
b.node("Sigmoid", [vector], output="vector")
flat = b.node("Flatten", [b.node("PRelu", [x, b.constant(np.float32([[[0.25]]]))])])
b.node("MatMul", [flat, b.weights(8 * 8 * 12, 2)], output="dense")
b.node("Squeeze", [b.node("Pow", [gap, b.constant(np.float32(2))]), b.constant(np.int64([2, 3]))], output="squeezed")
q = b.node("QuantizeLinear", [x, b.constant(np.float32(0.05)), b.constant(np.int8(3))])
q = b.node("DequantizeLinear", [q, "constant_scale", "constant_zero"])
b.constant(np.float32(0.05), "constant_scale")
b.constant(np.int8(3), "constant_zero")
blocks = b.node("DequantizeLinear", [b.constant(rng.integers(-128, 127, (8, 8)).astype(np.int8)),
                                     b.constant(rng.uniform(0.001, 0.01, 8).astype(np.float32)),
                                     b.constant(rng.integers(-5, 5, 8).astype(np.int8))], axis=0)
blocks = b.node("Reshape", [blocks, b.constant(np.int64([8, 8, 1, 1]))])
b.node("Conv", [q, blocks], output="quantized")
flipped = rng.standard_normal((8, 4, 2, 2)).astype(np.float32)
spread = b.node("ConvTranspose", [x, b.constant(flipped), b.constant(rng.standard_normal(4).astype(np.float32))],
                kernel_shape=[2, 2], strides=[2, 2])
b.node("Identity", [b.norm(spread, 4)], output="spread")
b.node("DepthToSpace", [x], blocksize=2, output="blocks")
outputs = ["up", "cut", "turned", "softmax", "vector", "dense", "squeezed", "quantized", "spread", "blocks"]
session = b.save("tiny-operators.onnx", [("picture", [1, 3, 16, 24])], outputs, 17)
results = session.run(None, {"picture": nchw(synthetic.picture(16, 24, 22) / np.float32(255))})
maps = {"up", "cut", "quantized", "spread", "blocks"}  # these come out as [N, H, W, C]
golden["operators"] = {
    name: synthetic.summary(value.transpose(0, 2, 3, 1) if name in maps else value)
    for name, value in zip(outputs, results)
}
(folder / "operators.json").write_text(json.dumps(golden) + "\n")
print({name: value.shape for name, value in zip(outputs, results)})
