#!/usr/bin/env python3
"""Makes faces.json: what OpenCV's FaceDetectorYN and FaceRecognizerSF say about the sample portraits.

    python make_faces_golden.py --models FOLDER --samples FOLDER --out faces.json

FOLDER of models holds the two ONNX files as they were published, FOLDER of samples the portraits. Needs numpy, onnx
and opencv-python-headless (made with 5.0.0, whose dnn module runs block-quantised opset-21 files by itself).

Two things are done to what OpenCV sees:
  * The SFace file lists its old weights among the graph inputs, which OpenCV 5 rejects. They are struck from the list
    of inputs in a temporary copy; no number is touched.
  * FaceRecognizerSF.alignCrop warps in fixed point (1/32 of a pixel). Every face is therefore embedded twice: from
    OpenCV's own chip ("opencvEmbedding"), and from a chip warped here in double precision ("embedding"), which is the
    chip that the aligner under test must make.
"""

import argparse
import json
import pathlib
import tempfile

import cv2
import numpy as np
import onnx

PICTURES = [
    "obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "obama_partial_face.jpg", "obama_partial_face2.jpg",
    "astronaut.png",
]
TARGETS = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])
SIDE = 112


def umeyama(source, target):
    """The similarity (2×3) by singular value decomposition, as the paper has it (equations 40-43)."""
    source, target = np.asarray(source, np.float64), np.asarray(target, np.float64)
    centre_s, centre_t = source.mean(0), target.mean(0)
    s, t = source - centre_s, target - centre_t
    u, d, vt = np.linalg.svd(t.T @ s / len(s))
    sign = np.array([1.0, np.sign(np.linalg.det(u) * np.linalg.det(vt))])
    rotation = u @ np.diag(sign) @ vt
    scale = (d * sign).sum() / (s**2).sum() * len(s)
    shift = centre_t - scale * rotation @ centre_s
    return np.hstack([scale * rotation, shift[:, None]])


def warp(picture, transform):
    """Bilinear warp to 112×112 with a border of zeros, in double precision, rounded half up."""
    whole = np.vstack([transform, [0, 0, 1]])
    back = np.linalg.inv(whole)
    ys, xs = np.mgrid[0:SIDE, 0:SIDE]
    at = back @ np.stack([xs.ravel(), ys.ravel(), np.ones(SIDE * SIDE)])
    x, y = at[0], at[1]
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = (x - x0)[:, None], (y - y0)[:, None]
    height, width = picture.shape[:2]

    def pixel(px, py):
        inside = (px >= 0) & (px < width) & (py >= 0) & (py < height)
        values = picture[np.clip(py, 0, height - 1), np.clip(px, 0, width - 1)].astype(np.float64)
        return values * inside[:, None]

    top = pixel(x0, y0) * (1 - fx) + pixel(x0 + 1, y0) * fx
    bottom = pixel(x0, y0 + 1) * (1 - fx) + pixel(x0 + 1, y0 + 1) * fx
    chip = top * (1 - fy) + bottom * fy
    return np.floor(chip + 0.5).astype(np.uint8).reshape(SIDE, SIDE, 3)


def drawn_chip(variant):
    """A chip that needs no photograph: integer arithmetic that the test repeats."""
    y, x, c = np.mgrid[0:SIDE, 0:SIDE, 0:3]
    value = x * (7 + 3 * c) + y * (11 - 2 * c) + ((x * y) >> (2 + c)) * (5 + variant) + 40 * c + 17 * variant
    return (value & 255).astype(np.uint8)  # RGB


def numbers(array, digits=6):
    return [round(float(value), digits) for value in np.asarray(array).ravel()]


def unit(vector):
    return vector.ravel() / np.linalg.norm(vector)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--models", type=pathlib.Path, required=True)
    arguments.add_argument("--samples", type=pathlib.Path, required=True)
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    arguments = arguments.parse_args()

    detector = cv2.FaceDetectorYN.create(
        str(arguments.models / "face_detection_yunet_2023mar_int8bq.onnx"), "", (320, 320), 0.6, 0.3, 5000)
    model = onnx.load(str(arguments.models / "face_recognition_sface_2021dec_int8bq.onnx"))
    inputs = [value for value in model.graph.input if value.name == "data"]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder) / "sface.onnx")
        onnx.save(model, path)
        recognizer = cv2.FaceRecognizerSF.create(path, "")

    pictures = []
    for name in PICTURES:
        picture = cv2.imread(str(arguments.samples / name), cv2.IMREAD_COLOR)
        if picture is None:
            raise SystemExit(f"cannot read {arguments.samples / name}")
        detector.setInputSize((picture.shape[1], picture.shape[0]))
        _, rows = detector.detect(picture)
        faces = []
        for row in rows:
            points = row[4:14].reshape(5, 2)
            transform = umeyama(points, TARGETS)
            chip = warp(picture, transform)
            rgb = chip[:, :, ::-1]
            faces.append({
                "box": numbers(row[:4], 3), "points": numbers(points, 3), "score": round(float(row[14]), 6),
                "transform": numbers(transform, 9),
                "chipSamples": [int(value) for value in rgb[4::13, 5::13].ravel()],
                "embedding": numbers(unit(recognizer.feature(np.ascontiguousarray(chip)))),
                "opencvEmbedding": numbers(unit(recognizer.feature(recognizer.alignCrop(picture, row)))),
            })
        pictures.append({"name": name, "width": picture.shape[1], "height": picture.shape[0], "faces": faces})

    generator = np.random.default_rng(5)
    fits = []
    for kind in ("random", "random", "mirrored", "turned", "collinear"):
        source = generator.uniform(0, 400, (5, 2))
        if kind == "mirrored":
            source = TARGETS * [-2.0, 2.0] + generator.normal(0, 1, (5, 2)) + 300
        elif kind == "turned":
            angle = 2.5
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            source = (TARGETS @ turn.T) * 3.7 + [50, -20]
        elif kind == "collinear":
            source = np.outer(np.arange(5), [20.0, 7.0]) + 10
        source = np.round(source, 4)
        fits.append({"kind": kind, "points": numbers(source, 4), "transform": numbers(umeyama(source, TARGETS), 9)})

    drawn = []
    for variant in range(3):
        bgr = np.ascontiguousarray(drawn_chip(variant)[:, :, ::-1])
        drawn.append({"variant": variant, "embedding": numbers(unit(recognizer.feature(bgr)))})

    golden = {"opencv": cv2.__version__, "minimumScore": 0.6, "pictures": pictures, "fits": fits, "drawnChips": drawn}
    arguments.out.write_text(json.dumps(golden, separators=(",", ":")).replace("},{", "},\n{") + "\n")


if __name__ == "__main__":
    main()
