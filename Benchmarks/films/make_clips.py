"""Makes three clips of 3 s at 25 fps, 640 × 360, from sample photographs, with the exact flow of every pair.

  camera   a camera zooms, turns and pans over a photograph
  object   a piece of another photograph moves and turns over a moving ground
  cut      two such camera moves, the second from frame 38 on

    make_clips.py SAMPLES OUT [--grain 6]

Grain is noise of so many grey values, another in each frame, under light that flickers by 8 %.

OUT/<clip>/frame-NNN.png, backward-NNN.flo (frame N → N−1) and forward-NNN.flo (N → N+1), and clip.y4m (grey).
A .flo file is float32 202021.25, int32 width and height, then u and v of each pixel in reading order, little-endian.
There is no flow across the cut.
"""

import argparse
import pathlib

import cv2
import numpy as np

WIDTH, HEIGHT, FRAMES, RATE = 640, 360, 75, 25
CUT = 38


def affine(zoom, degrees, centre, turned_about):
    """3 × 3: frame → photograph; `turned_about` of the frame lies on `centre` of the photograph."""
    angle = np.deg2rad(degrees)
    linear = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / zoom
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = np.asarray(centre) - linear @ np.asarray(turned_about)
    return matrix


def render(photograph, matrix):
    """The frame that `matrix` sees, antialiased by rendering at twice the sides."""
    double = matrix @ np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]])
    big = cv2.warpAffine(
        photograph, double[:2], (2 * WIDTH, 2 * HEIGHT), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101)
    return cv2.resize(big, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


GRID = np.stack(np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT)), axis=-1).astype(np.float64)


def flow_between(here, there):
    """Of a layer seen by the matrix `here` in one frame and by `there` in another."""
    move = np.linalg.inv(there) @ here
    return (GRID @ move[:2, :2].T + move[:2, 2] - GRID).astype(np.float32)


def write_flo(path, flow):
    with open(path, "wb") as file:
        np.array([202021.25], "<f4").tofile(file)
        np.array([WIDTH, HEIGHT], "<i4").tofile(file)
        flow.astype("<f4").tofile(file)


def enlarged(photograph, long_side):
    height, width = photograph.shape[:2]
    scale = long_side / max(height, width)
    return cv2.resize(photograph, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def camera_move(photograph, count, zoom, degrees, pan):
    """Matrices of a move that starts and ends softly."""
    height, width = photograph.shape[:2]
    matrices = []
    for index in range(count):
        part = index / (FRAMES - 1)
        way = part * part * (3 - 2 * part)
        centre = (width / 2 + pan[0] * (way - 0.5), height / 2 + pan[1] * (way - 0.5))
        matrices.append(affine(1 + (zoom - 1) * way, degrees * way, centre, (WIDTH / 2, HEIGHT / 2)))
    return matrices


class Layered:
    """A ground, and perhaps an object over it with a mask of its own."""

    def __init__(self, ground, moves, thing=None, mask=None, thing_moves=None):
        self.ground, self.moves = ground, moves
        self.thing, self.mask, self.thing_moves = thing, mask, thing_moves

    def frame(self, index):
        frame = render(self.ground, self.moves[index])
        if self.thing is None:
            return frame
        cover = self.cover(index)[..., None]
        return np.clip(frame * (1 - cover) + render(self.thing, self.thing_moves[index]) * cover + 0.5, 0, 255).astype(np.uint8)

    def cover(self, index):
        double = self.thing_moves[index]
        return cv2.warpAffine(self.mask, double[:2], (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)

    def flow(self, here, there):
        flow = flow_between(self.moves[here], self.moves[there])
        if self.thing is not None:
            own = self.cover(here) >= 0.5
            flow[own] = flow_between(self.thing_moves[here], self.thing_moves[there])[own]
        return flow


def clips(samples):
    def photograph(name, long_side):
        return enlarged(cv2.imread(str(samples / name)), long_side)

    china, flower, person = photograph("china.jpg", 960), photograph("flower.jpg", 960), photograph("astronaut.png", 512)
    yield "camera", [(0, Layered(china, camera_move(china, FRAMES, 1.3, 8, (220, 90))))]

    height, width = person.shape[:2]
    mask = np.zeros((height, width), np.float32)
    cv2.ellipse(mask, (width // 2 - 30, height // 3), (95, 120), 0, 0, 360, 1, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 1)
    moves = []
    for index in range(FRAMES):
        part = index / (FRAMES - 1)
        place = (140 + 360 * part, 180 + 70 * np.sin(2 * np.pi * part))
        moves.append(affine(1 + 0.25 * part, 20 * np.sin(2 * np.pi * part), (width / 2 - 30, height / 3), place))
    yield "object", [(0, Layered(flower, camera_move(flower, FRAMES, 1.1, -4, (-120, 40)), person, mask, moves))]

    yield "cut", [
        (0, Layered(flower, camera_move(flower, FRAMES, 0.9, 5, (100, -60)))),
        (CUT, Layered(china, camera_move(china, FRAMES, 1.2, -6, (-180, 60))))]


def grainy(frame, index, grain, random):
    light = 1 + 0.08 * np.sin(index)
    noise = random.normal(0, grain, frame.shape[:2] + (1,))
    return np.clip(frame * light + noise + 0.5, 0, 255).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("samples", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--grain", type=float, default=0)
    options = parser.parse_args()
    random = np.random.default_rng(1)
    for name, shots in clips(options.samples):
        folder = options.out / name
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / "clip.y4m", "wb") as film:
            film.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 Cmono XCOLORRANGE=FULL\n".encode())
            for index in range(FRAMES):
                first, shot = [shot for shot in shots if shot[0] <= index][-1]
                last = min([start for start, _ in shots if start > index], default=FRAMES) - 1
                frame = shot.frame(index)
                if options.grain > 0:
                    frame = grainy(frame, index, options.grain, random)
                cv2.imwrite(str(folder / f"frame-{index:03}.png"), frame)
                film.write(b"FRAME\n" + cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY).tobytes())
                if index > first:
                    write_flo(folder / f"backward-{index:03}.flo", shot.flow(index, index - 1))
                if index < last:
                    write_flo(folder / f"forward-{index:03}.flo", shot.flow(index, index + 1))
        print(f"{name}: {FRAMES} frames in {folder}")


if __name__ == "__main__":
    main()
