"""One run of a face network by OpenCV's own classes on seeded noise.

Usage: opencv_faces.py yunet|sface FOLDER RUNS THREADS      (needs opencv-python-headless, numpy)
FOLDER holds what float_models.py made. Prints the times as `timing.report` does.
"""
import pathlib
import sys

import cv2
import numpy

import timing

name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
runs, threads = map(int, sys.argv[3:])
cv2.setNumThreads(threads)
random = numpy.random.default_rng(1)
if name == "yunet":
    detector = cv2.FaceDetectorYN.create(str(folder / "yunet.onnx"), "", (640, 640))
    picture = random.integers(0, 256, (640, 640, 3), dtype=numpy.uint8)
    timing.report(runs, lambda: detector.detect(picture))
else:
    recognizer = cv2.FaceRecognizerSF.create(str(folder / "sface.onnx"), "")
    chip = random.integers(0, 256, (112, 112, 3), dtype=numpy.uint8)
    timing.report(runs, lambda: recognizer.feature(chip))
