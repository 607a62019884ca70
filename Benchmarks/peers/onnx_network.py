"""One run of a network by onnxruntime on seeded noise.

Usage: onnx_network.py yunet|sface|multistyle26 FOLDER SIDE BATCH RUNS THREADS      (needs onnxruntime, numpy)
FOLDER holds what float_models.py made. Prints the times as `timing.report` does.
"""
import pathlib
import sys

import numpy
import onnxruntime

import timing

name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
side, batch, runs, threads = map(int, sys.argv[3:])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
options.log_severity_level = 3
session = onnxruntime.InferenceSession(str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])
noise = numpy.random.default_rng(1).uniform(-1, 1, (batch, 3, side, side)).astype(numpy.float32)
inputs = {session.get_inputs()[0].name: noise}
if name == "multistyle26":
    inputs["style_weights"] = numpy.eye(26, dtype=numpy.float32)[7]
timing.report(runs, lambda: session.run(None, inputs))
