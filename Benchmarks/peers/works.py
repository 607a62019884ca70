"""What is compared: each work's own command and its peers'."""
import dataclasses
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass(frozen=True)
class Setting:
    """Where everything stands that the commands need."""

    python: str  # with the peers installed
    programs: pathlib.Path  # limner and limner-worker
    bench: pathlib.Path  # limner-bench
    folder: pathlib.Path  # scratch: models, pictures, outputs
    models: pathlib.Path  # Limner's store
    samples: pathlib.Path  # public sample photographs
    threads: int
    runs: int

    def script(self, name, *arguments):
        return [self.python, str(HERE / name), *map(str, arguments)]


@dataclasses.dataclass(frozen=True)
class Work:
    """One row's work: commands that print their times in milliseconds."""

    name: str  # of the row, here and in limner-bench
    ours: list
    peers: dict
    goals: dict  # by peer: the ratio to reach

    def our_times(self, output):
        """The times, gigaflop and SGEMM that limner-bench printed."""
        report = json.loads(output)
        row = next(row for row in report["rows"] if row["name"] == self.name)
        return row["times"], row.get("gigaflop"), report["sgemm"]


def bench(setting, kind, only, *arguments):
    return [str(setting.bench), "--json", "--threads", str(setting.threads), "--runs", str(setting.runs),
            "--work", kind, "--only", only, *map(str, arguments)]


def processor_features():
    """What Linux says that the processor can do."""
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    return {feature for line in lines if line.startswith(("flags", "Features")) for feature in line.split()}


def kernels(setting):
    """Style iterations and networks: the time of one run, inside a process that is warm."""
    tail = (setting.runs, setting.threads)
    works = []
    precisions = {"PyTorch": "float32"}
    # Without such instructions PyTorch emulates them, several times slower than float32.
    if {"avx512_bf16", "amx_bf16", "bf16"} & processor_features():
        precisions["PyTorch, bfloat16"] = "bfloat16"
    for network, name in [("vgg16", "VGG-16"), ("vgg19", "VGG-19")]:
        for side in (512, 1024):
            row = f"{name}, {side}, iteration"
            works.append(Work(
                row, bench(setting, "iterations", row, "--sides", side),
                {peer: setting.script("torch_iteration.py", network, side, precision, *tail)
                 for peer, precision in precisions.items()},
                {"PyTorch": 0.28}))

    def network(row, peers, goal):
        works.append(Work(row, bench(setting, "networks", row), peers, {peer: goal for peer in peers}))

    def onnx(name, side, batch=1):
        return setting.script("onnx_network.py", name, setting.folder, side, batch, *tail)

    def opencv(name):
        return setting.script("opencv_faces.py", name, setting.folder, *tail)

    network("YuNet, 640", {"onnxruntime": onnx("yunet", 640), "OpenCV": opencv("yunet")}, 1.0)
    network("SFace, 1 face", {"onnxruntime": onnx("sface", 112), "OpenCV": opencv("sface")}, 0.5)
    network("SFace, 8 faces", {"onnxruntime": onnx("sface", 112, 8)}, 0.35)
    for side in (512, 1024):
        network(f"26 styles, {side}", {"onnxruntime": onnx("multistyle26", side)}, 0.6)
    return works
