"""A fresh process that finds and embeds the faces of one picture with OpenCV.

Usage: opencv_first_result.py FOLDER PICTURE      (needs opencv-python-headless)
FOLDER holds what float_models.py made. The picture is searched at 640 × 640, as Limner does first.
"""
import pathlib
import sys

import cv2

folder = pathlib.Path(sys.argv[1])
picture = cv2.imread(sys.argv[2])
picture = cv2.resize(picture, (640, 640), interpolation=cv2.INTER_AREA)
faces = cv2.FaceDetectorYN.create(str(folder / "yunet.onnx"), "", (640, 640)).detect(picture)[1]
if faces is None:
    sys.exit(f"{sys.argv[2]}: OpenCV finds no face")
recognizer = cv2.FaceRecognizerSF.create(str(folder / "sface.onnx"), "")
for face in faces:
    print(recognizer.feature(recognizer.alignCrop(picture, face))[0][:4])
