"""Times limnerd, a shell loop and a polling program at the same identify work; see compare-spool.

Usage: spool_peers.py PROGRAMS SAMPLES PICTURES [loop] [polling] [limnerd]
"""
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

programs, samples = map(pathlib.Path, sys.argv[1:3])
count = int(sys.argv[3])
chosen = sys.argv[4:]
here = pathlib.Path(__file__).parent
scripts = pathlib.Path(sys.executable).parent
ENROLLED, ASKED = "obama.jpg", ["obama2.jpg", "obama3.jpg", "biden.jpg"]
# Seconds for which a file has to rest; limnerd's own default.
REST = 1.0
SINGLES = 10


class Contender:
    """A studio of one's own: an inbox that pictures are renamed into, and results that can be counted."""

    def __init__(self, root):
        self.root = root
        self.inbox = root / "inbox"
        self.known = root / "known"
        self.output = root / "results"
        for folder in (self.inbox, self.known, self.output):
            folder.mkdir()
        shutil.copy(samples / ENROLLED, self.known / ENROLLED)
        self.process = None

    def results(self):
        return sum(1 for entry in os.scandir(self.output) if not entry.name.startswith(".") and self.is_result(entry))

    def is_result(self, entry):
        return entry.stat().st_size > 0

    def stop(self):
        self.process.terminate()
        self.process.wait()


class ShellLoop(Contender):
    key, name = "loop", "inotifywait | while read; face_recognition"

    def start(self):
        loop = (
            'inotifywait -m -q -e close_write -e moved_to --format "%w%f" "$1" | while read -r file; do '
            '"$4" "$2" "$file" > "$3/$(basename "$file").txt"; done'
        )
        self.process = subprocess.Popen(
            ["bash", "-c", loop, "loop", self.inbox, self.known, self.output, scripts / "face_recognition"],
            # Each start of the command says that a package it uses is deprecated.
            start_new_session=True, env=os.environ | {"PYTHONWARNINGS": "ignore"})
        time.sleep(2)

    def stop(self):
        os.killpg(self.process.pid, 15)
        self.process.wait()


class Polling(Contender):
    key, name = "polling", "polling, models loaded once (watchdog)"

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, here / "polling_consumer.py", self.inbox, self.known, self.output, str(REST)],
            stdout=subprocess.PIPE)
        self.process.stdout.readline()
        time.sleep(2 * REST)


class Limnerd(Contender):
    key, name = "limnerd", "limnerd, default settings"

    def start(self):
        studio = self.root / "studio"
        self.process = subprocess.Popen(
            [programs / "limnerd", "--root", studio, "--set", "logging.level=error"])
        self.output = studio / "outbox"
        while not (studio / "inbox" / "enroll").is_dir() or not (studio / "state" / "control.sock").exists():
            time.sleep(0.05)
        person = studio / "inbox" / "enroll" / "obama"
        person.mkdir()
        shutil.copy(self.known / ENROLLED, person / ENROLLED)
        self.inbox = studio / "inbox" / "identify"
        while self.results() < 1:
            time.sleep(0.05)

    def is_result(self, entry):
        return os.path.exists(entry.path + "/report.json")


def wait(contender, wanted):
    while contender.results() < wanted:
        time.sleep(0.005)


def pictures(folder, number):
    """Pictures that differ, if only behind their last byte."""
    folder.mkdir()
    for index in range(number):
        path = folder / f"picture-{index:05}.jpg"
        shutil.copy(samples / ASKED[index % len(ASKED)], path)
        with path.open("ab") as file:
            file.write(str(index).encode())
    return sorted(folder.iterdir())


def measure(kind):
    with tempfile.TemporaryDirectory() as root:
        contender = kind(pathlib.Path(root))
        contender.start()
        try:
            base = contender.results()
            singles = []
            for path in pictures(contender.root / "singles", SINGLES):
                started = time.monotonic()
                path.rename(contender.inbox / ("single-" + path.name))
                base += 1
                wait(contender, base)
                singles.append(time.monotonic() - started)
            batch = pictures(contender.root / "batch", count)
            started = time.monotonic()
            for path in batch:
                path.rename(contender.inbox / path.name)
            wait(contender, base + count)
            return count / (time.monotonic() - started), statistics.median(singles)
        finally:
            contender.stop()


model = next(
    (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
print(f"{model}, {os.cpu_count()} cores; {count} pictures at once, then the median of {SINGLES} single ones")
for kind in (ShellLoop, Polling, Limnerd):
    if chosen and kind.key not in chosen:
        continue
    rate, single = measure(kind)
    print(f"{kind.name:45} {rate:7.2f} pictures/s   one picture {single:6.2f} s", flush=True)
