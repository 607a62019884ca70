"""What one would write around OpenCV to identify the faces of a folder's portraits, with the steps that `identify` has.

Usage: opencv_identify.py FLOATS CENTERFACE KNOWN PORTRAITS OUT      (needs opencv-python-headless, numpy)

FLOATS holds what float_models.py made, CENTERFACE is the fetched centerface.onnx, KNOWN a photograph of one person; PORTRAITS
are identified, one after the other with all threads. A portrait is searched by YuNet at its own size; of each face CenterFace
looks again at a view of 160 pixels; SFace sees the chip and its mirror image. OUT gets an annotated copy and a JSON file each.
Prints the milliseconds a portrait; the models are loaded before.
"""
import json
import pathlib
import sys
import time

import cv2
import numpy

MATCH = 0.363
SIDE = 160
CHIP = numpy.float32([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])
VIEW = CHIP - [56, 62] + SIDE / 2


class Script:
    def __init__(self, floats, centerface):
        self.detector = cv2.FaceDetectorYN.create(str(floats / "yunet.onnx"), "", (320, 320), 0.7)
        self.recognizer = cv2.FaceRecognizerSF.create(str(floats / "sface.onnx"), "")
        self.closer = cv2.dnn.readNetFromONNX(str(centerface))

    def refined(self, picture, points):
        """The five landmarks again, from a view in which the face stands as in a chip."""
        carry, _ = cv2.estimateAffinePartial2D(points, VIEW, method=cv2.LMEDS)
        if carry is None:
            return points
        view = cv2.warpAffine(picture, carry, (SIDE, SIDE))
        self.closer.setInput(cv2.dnn.blobFromImage(view, 1.0, (SIDE, SIDE), (0, 0, 0), swapRB=True))
        heat, scale, offset, marks = self.closer.forward(["537", "538", "539", "540"])
        row, column = numpy.unravel_index(heat[0, 0].argmax(), heat[0, 0].shape)
        if heat[0, 0, row, column] < 0.2:
            return points
        height, width = numpy.exp(scale[0, :, row, column]) * 4
        x = (column + offset[0, 1, row, column] + 0.5) * 4 - width / 2
        y = (row + offset[0, 0, row, column] + 0.5) * 4 - height / 2
        found = marks[0, :, row, column].reshape(5, 2)[:, ::-1] * [width, height] + [x, y]
        back = cv2.invertAffineTransform(carry)
        return numpy.float32(found @ back[:, :2].T + back[:, 2])

    def faces(self, picture):
        self.detector.setInputSize((picture.shape[1], picture.shape[0]))
        _, found = self.detector.detect(picture)
        for row in [] if found is None else found:
            row = row.copy()
            row[4:14] = self.refined(picture, row[4:14].reshape(5, 2)).ravel()
            chip = self.recognizer.alignCrop(picture, row)
            template = self.recognizer.feature(chip) + self.recognizer.feature(cv2.flip(chip, 1))
            yield row, template / numpy.linalg.norm(template)


def main():
    floats, centerface, known, portraits, out = map(pathlib.Path, sys.argv[1:6])
    script = Script(floats, centerface)
    _, person = next(script.faces(cv2.imread(str(known))))
    files = sorted(portraits.iterdir())
    begin = time.perf_counter()
    for file in files:
        picture = cv2.imread(str(file))
        answers = []
        for row, template in script.faces(picture):
            cosine = float((template * person).sum())
            x, y, width, height = map(int, row[:4])
            answers.append({"box": [x, y, width, height], "cosine": cosine, "match": cosine >= MATCH})
            cv2.rectangle(picture, (x, y), (x + width, y + height), (40, 160, 70), 2)
            cv2.putText(picture, f"{cosine:.2f}", (x, y - 3), 0, 0.4, (255, 255, 255))
        cv2.imwrite(str(out / file.name), picture, [cv2.IMWRITE_JPEG_QUALITY, 90])
        (out / f"{file.stem}.json").write_text(json.dumps(answers))
    print(f"{1000 * (time.perf_counter() - begin) / len(files):.1f}")


main()
