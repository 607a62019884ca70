"""Sets our optical flow beside OpenCV's DIS on the clips of make_clips.py: end-point error and time.

    compare_flow.py FLOW-MEASURE CLIPS [--every 6] [--rounds 5] [--threads 1]

Every so many frames the backward flow is computed by both, in turns, several rounds each; the shortest time of each
counts, so that whatever else runs disturbs both alike. OpenCV has its own default number of threads.
"""

import argparse
import pathlib
import subprocess
import tempfile
import time

import cv2
import numpy as np

PRESETS = {
    "ultrafast": cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST,
    "fast": cv2.DISOPTICAL_FLOW_PRESET_FAST,
    "medium": cv2.DISOPTICAL_FLOW_PRESET_MEDIUM,
}


def read_flo(path):
    with open(path, "rb") as file:
        assert np.fromfile(file, "<f4", 1)[0] == np.float32(202021.25), path
        width, height = np.fromfile(file, "<i4", 2)
        return np.fromfile(file, "<f4").reshape(height, width, 2)


def end_point_error(flow, truth):
    return float(np.linalg.norm(flow - truth, axis=2).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("clips", type=pathlib.Path)
    parser.add_argument("--every", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()

    print(f"OpenCV {cv2.__version__}, {cv2.getNumThreads()} threads; ours {options.threads}. Backward flow, means.\n")
    print("| clip | preset | motion px | OpenCV px | ours px | OpenCV ms | ours ms | time ratio |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        out = str(pathlib.Path(scratch) / "flow.flo")
        for clip in sorted(path for path in options.clips.iterdir() if path.is_dir()):
            ours = subprocess.Popen(
                [options.program, str(clip / "clip.y4m"), str(options.threads)], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, text=True)
            truths = sorted(clip.glob("backward-*.flo"))[options.every // 2::options.every]
            for preset, number in PRESETS.items():
                rows = []
                for path in truths:
                    truth = read_flo(path)
                    index = int(path.stem.split("-")[1])
                    here, there = (
                        cv2.imread(str(clip / f"frame-{frame:03}.png"), cv2.IMREAD_GRAYSCALE)
                        for frame in (index, index - 1))
                    theirs = cv2.DISOpticalFlow_create(number)
                    their_time = our_time = float("inf")
                    for _ in range(options.rounds):
                        start = time.perf_counter()
                        flow = theirs.calc(here, there, None)
                        their_time = min(their_time, 1e3 * (time.perf_counter() - start))
                        ours.stdin.write(f"{preset} {index} {index - 1} 1 {out}\n")
                        ours.stdin.flush()
                        our_time = min(our_time, float(ours.stdout.readline()))
                    rows.append((
                        float(np.linalg.norm(truth, axis=2).mean()), end_point_error(flow, truth),
                        end_point_error(read_flo(out), truth), their_time, our_time))
                motion, their_error, our_error, their_time, our_time = np.mean(rows, axis=0)
                print(
                    f"| {clip.name} | {preset} | {motion:.2f} | {their_error:.3f} | {our_error:.3f} | {their_time:.2f} "
                    f"| {our_time:.2f} | {our_time / their_time:.2f} |", flush=True)
            ours.stdin.close()
            ours.wait()


if __name__ == "__main__":
    main()
