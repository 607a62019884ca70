"""Turns the fetched ONNX files into plain float32 ones, which every peer runs and which are the fastest for it.

Usage: float_models.py ORIGINALS FOLDER      (needs onnx, numpy)

The face networks come with weights of 8-bit blocks; here they become float32 constants. SFace's batch is left open.
"""
import pathlib
import sys

import numpy
import onnx
from onnx import numpy_helper


def fold(model):
    """Replaces what is computed from constants alone by DequantizeLinear and Reshape with its result."""
    graph = model.graph
    known = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    kept = []
    for node in graph.node:
        values = [known.get(name) for name in node.input]
        attributes = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
        if node.op_type == "DequantizeLinear" and all(value is not None for value in values):
            known[node.output[0]] = dequantized(*values, **attributes)
        elif node.op_type == "Reshape" and all(value is not None for value in values):
            known[node.output[0]] = values[0].reshape(values[1])
        else:
            kept.append(node)
    read = {name for node in kept for name in node.input}
    inputs = [value for value in graph.input if value.name in read and value.name not in known]
    for field, values in [
        (graph.node, kept),
        (graph.input, inputs),
        (graph.initializer, [numpy_helper.from_array(known[name], name) for name in known if name in read]),
    ]:
        del field[:]
        field.extend(values)
    del graph.value_info[:]


def dequantized(values, scales, zeros=None, axis=1, block_size=0):
    if block_size:
        scales = numpy.repeat(scales, block_size, axis).take(range(values.shape[axis]), axis)
        zeros = zeros if zeros is None else numpy.repeat(zeros, block_size, axis).take(range(values.shape[axis]), axis)
    elif scales.ndim == 1 and scales.size > 1:
        shape = [-1 if index == axis else 1 for index in range(values.ndim)]
        scales, zeros = scales.reshape(shape), zeros if zeros is None else zeros.reshape(shape)
    difference = values.astype(numpy.float32) - (0 if zeros is None else zeros.astype(numpy.float32))
    return (difference * scales).astype(numpy.float32)


def main():
    originals, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    for name, source in {
        "yunet": "face_detection_yunet_2023mar_int8bq.onnx",
        "sface": "face_recognition_sface_2021dec_int8bq.onnx",
        "multistyle26": "multistyle26.onnx",
    }.items():
        model = onnx.load(originals / source)
        fold(model)
        if name == "sface":
            for value in [*model.graph.input, *model.graph.output]:
                value.type.tensor_type.shape.dim[0].dim_param = "faces"
        onnx.checker.check_model(model)
        onnx.save(model, folder / f"{name}.onnx")


if __name__ == "__main__":
    main()
