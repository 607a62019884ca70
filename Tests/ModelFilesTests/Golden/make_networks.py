"""Outputs of onnxruntime for the networks that are imported from ONNX.

Usage: make_networks.py ORIGINALS OUT.json      (needs onnx, onnxruntime, numpy)

ORIGINALS is the folder of the fetched model files. Every picture is `synthetic.picture`; outputs are as the file
gives them, except that [N, C, H, W] pictures are written as [N, H, W, C].
"""
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

import synthetic

originals, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


def session(name, optimized=True, free=None):
    """Opens a model; `free` names an input and gives new extents for it (None: any)."""
    model = onnx.load(originals / name)
    read = {name for node in model.graph.node for name in node.input}
    for value in [value for value in model.graph.input if value.name not in read]:
        model.graph.input.remove(value)  # old files list weights among the inputs
    scales = {tensor.name: list(tensor.dims) for tensor in model.graph.initializer}
    for node in model.graph.node:  # one block is the whole tensor, which onnxruntime wants written without blocks
        if node.op_type == "DequantizeLinear" and scales.get(node.input[1]) == [1]:
            for attribute in [attribute for attribute in node.attribute if attribute.name == "block_size"]:
                node.attribute.remove(attribute)
    for value in model.graph.input if free else []:
        if value.name == free[0]:
            for dim, extent in zip(value.type.tensor_type.shape.dim, free[1]):
                if extent is None:
                    dim.dim_param = "any"
    if free:
        for value in model.graph.output:
            value.type.tensor_type.ClearField("shape")
        del model.graph.value_info[:]
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if not optimized:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def nchw(picture):
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None])


golden = {}

sface = session("face_recognition_sface_2021dec_int8bq.onnx")
golden["sface"] = synthetic.summary(sface.run(None, {"data": nchw(synthetic.picture(112, 112, 1))})[0], 128)

yunet = session("face_detection_yunet_2023mar_int8bq.onnx", free=("input", (1, 3, None, None)))
names = [value.name for value in yunet.get_outputs()]
golden["yunet"] = {
    name: synthetic.summary(value)
    for name, value in zip(names, yunet.run(None, {"input": nchw(synthetic.picture(96, 160, 2))}))
}

centerface = session("centerface.onnx", free=("input.1", (None, 3, None, None)))
names = [value.name for value in centerface.get_outputs()]
golden["centerface"] = {
    name: synthetic.summary(value.transpose(0, 2, 3, 1))
    for name, value in zip(names, centerface.run(None, {"input.1": nchw(synthetic.picture(96, 160, 7))}))
}

multistyle = session("multistyle26.onnx")
for name, mixture in {"one": {7: 1.0}, "mixture": {3: 0.5, 12: 0.5}}.items():
    weights = np.zeros(26, dtype=np.float32)
    for style, weight in mixture.items():
        weights[style] = weight
    picture = nchw(synthetic.picture(48, 64, 3) / np.float32(255))
    result = multistyle.run(None, {"image": picture, "style_weights": weights})[0]
    golden[f"multistyle-{name}"] = synthetic.summary(result.transpose(0, 2, 3, 1), 1024)

# Optimised, onnxruntime computes these two in 8-bit integers; unoptimised, in floats that lie on the 8-bit grids.
for kind, optimized in {"float": False, "integer": True}.items():
    predict = session("arbitrary_predict.onnx", optimized)
    style = (synthetic.picture(256, 256, 4) / np.float32(255))[None]
    vector = predict.run(None, {"style_image": style})[0]
    golden[f"predict-{kind}"] = synthetic.summary(vector, 100)

    fixed = np.float32(golden["predict-float"]["samples"]).reshape(1, 1, 1, 100)
    transform = session("arbitrary_transform.onnx", optimized)
    content = (synthetic.picture(384, 384, 5) / np.float32(255))[None]
    result = transform.run(None, {"content_image": content, "mobilenet_conv/Conv/BiasAdd": fixed})[0]
    golden[f"transform-{kind}"] = synthetic.summary(result, 1024)

free = session("arbitrary_transform.onnx", False, ("content_image", (1, None, None, 3)))
content = (synthetic.picture(64, 96, 6) / np.float32(255))[None]
result = free.run(None, {"content_image": content, "mobilenet_conv/Conv/BiasAdd": fixed})[0]
golden["transform-small"] = synthetic.summary(result, 1024)

out.write_text(json.dumps(golden) + "\n")
for name in ("predict", "transform"):
    a, b = (np.array(golden[f"{name}-{kind}"]["samples"]) for kind in ("float", "integer"))
    print(name, "float against integer: mean", np.abs(a - b).mean(), "largest", np.abs(a - b).max(), "of", np.abs(a).mean())
