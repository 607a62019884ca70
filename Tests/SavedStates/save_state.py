#!/usr/bin/env python3
"""Saves what a release leaves on a disk, for the tests of later ones: a queue with a job of each state, a gallery, and settings.

Usage: save_state.py PROGRAMS

PROGRAMS is the folder of a build's limner, limnerd, limner-worker and scripted-worker. Run it once when a release is made, and commit
the folder that it makes beside itself, named after the programs' version; a folder that exists is never written again:

    root/          the root of a daemon that was killed with a job of each state: queue, gallery, claimed files, reports, originals
    jobs.json      every job as `limner list` and `limner show` told it
    gallery.json   the gallery as `limner gallery export` told it
    limner.yaml    every setting there was, at its built-in value

Jobs are scripts of scripted-worker, and templates are drawn from a seeded generator: no picture and nobody's face is in it.
"""

import base64
import json
import os
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = "/var/lib/limner/state/models"
TEMPLATE_SEED = 20260101
TEMPLATE_LENGTH = 128
# The embedding network of the releases so far; a template counts only with the model that made it.
EMBEDDER = {"name": "sface-2021dec", "sha256": "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee"}


class Studio:
    def __init__(self, programs, root):
        self.programs, self.root = programs, root

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": self.root, "LANG": "C.UTF-8", "TZ": "UTC"}

    def limner(self, *arguments):
        command = [os.path.join(self.programs, "limner"), *arguments]
        answer = subprocess.run(command, env=self.environment(), stdout=subprocess.PIPE, text=True, check=False)
        if answer.returncode != 0:
            sys.exit(f"{' '.join(command)} ended with status {answer.returncode} (see above)")
        return answer.stdout

    def ask(self, *arguments):
        return json.loads(self.limner(*arguments, "--json", "--root", self.root, "--set", f"models.path={MODELS}"))

    def start(self):
        command = [os.path.join(self.programs, "limnerd"), "--root", self.root, "--models", MODELS]
        command += ["--worker", os.path.join(self.programs, "scripted-worker"), "--set", "intake.stability=50ms"]
        command += ["--set", "retries.backoff=1d", "--set", "retries.max=1"]
        self.daemon = subprocess.Popen(command, env=self.environment(), stderr=subprocess.DEVNULL)
        self.until("the daemon answers", lambda: os.path.exists(os.path.join(self.root, "state/control.sock")))

    def drop(self, path, text):
        target = os.path.join(self.root, "inbox", path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target + ".part", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(target + ".part", target)

    def jobs(self):
        return self.ask("list", "--limit", "100")["jobs"]

    def until_state(self, source, state):
        def reached():
            return any(job["source"] == source and job["state"] == state for job in self.jobs())

        self.until(f"{source} is {state}", reached)

    def until(self, what, condition):
        end = time.monotonic() + 60
        while not condition():
            if time.monotonic() > end or self.daemon.poll() is not None:
                sys.exit(f"waited in vain until {what}; the daemon's status is {self.daemon.poll()}")
            time.sleep(0.1)

    def kill(self):
        workers = [worker["pid"] for worker in self.ask("status")["workers"]]
        self.daemon.kill()
        self.daemon.wait()
        for worker in workers:
            os.kill(worker, signal.SIGKILL)


def gallery():
    generator = random.Random(TEMPLATE_SEED)

    def template(index):
        features = struct.pack(f"<{TEMPLATE_LENGTH}f", *(generator.gauss(0, 1) for _ in range(TEMPLATE_LENGTH)))
        quality = {"detectorScore": 0.9, "eyeDistance": 60 + index, "sharpness": 15.5, "frontality": 0.75}
        source = f"{generator.getrandbits(256):064x}"
        return {
            "enrolled": f"2026-01-0{index + 1}T12:00:00Z",
            "features": base64.b64encode(features).decode(),
            "model": EMBEDDER,
            "quality": quality,
            "source": source,
        }

    people = [{"name": name, "templates": [template(i) for i in range(count)]} for name, count in (("Ada ✨", 3), ("bob", 1))]
    return {"limner-gallery": 1, "people": people}


def make_jobs(studio):
    """A job of each state; the running one comes last, since it takes the only worker."""
    studio.drop("identify/done.jpg", "progress 0.5\noutput answer.txt as-it-was")
    studio.until_state("identify/done.jpg", "done")
    studio.drop("enroll/Ada ✨/quarantined.jpg", "say no face to be seen\nfail no-face")
    studio.until_state("enroll/Ada ✨/quarantined.jpg", "quarantined")
    studio.drop("verify/bob/failed.jpg", "first-attempt crash\noutput second.txt done-after-all")
    studio.until_state("verify/bob/failed.jpg", "failed")
    studio.drop("identify/running.jpg", "first-attempt hang\noutput again.txt done-again")
    studio.until_state("identify/running.jpg", "running")
    studio.drop("identify/cancelled.jpg", "output never.txt never")
    studio.until_state("identify/cancelled.jpg", "queued")
    studio.limner("cancel", *(j["id"] for j in studio.jobs() if j["source"] == "identify/cancelled.jpg"), "--root", studio.root)
    studio.until_state("identify/cancelled.jpg", "cancelled")
    studio.drop("stylize/waves/queued.jpg", "output painted.txt late")
    studio.until_state("stylize/waves/queued.jpg", "queued")
    studio.drop("jobs/pair.jpg", "output pair.txt late")
    urgent = {"limner": 1, "kind": "identify", "inputs": ["pair.jpg"], "options": {"top": 1}, "priority": 7, "id": "urgent"}
    studio.drop("jobs/queued.json", json.dumps(urgent, indent=2))
    studio.until_state("jobs/queued.json", "queued")
    late = {"limner": 1, "kind": "identify", "inputs": ["late.jpg"], "options": {}, "id": "late"}
    studio.drop("jobs/waiting.json", json.dumps(late, indent=2))
    studio.until_state("jobs/waiting.json", "waiting")


def told(studio):
    """Every job, oldest first, with the states that it went through."""
    jobs = []
    for summary in reversed(studio.jobs()):
        detail = studio.ask("show", summary["id"])
        job = {key: detail["job"].get(key) for key in ("id", "kind", "state", "source", "priority", "attempt")}
        jobs.append({**job, "history": [event["to"] for event in detail["events"]]})
    return jobs


def settings(studio):
    entries = studio.ask("config", "--local", "--explain")["entries"]
    return "".join(f"{entry['key']}: {entry['builtIn']}\n" for entry in entries if entry["builtIn"])


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main(programs):
    work = tempfile.mkdtemp(prefix="limner-state-", dir="/tmp")
    studio = Studio(programs, os.path.join(work, "root"))
    version = studio.limner("--version").strip()
    saved = os.path.join(HERE, version)
    if os.path.exists(saved):
        sys.exit(f"{saved} exists: what a release left is never written again. Raise LimnerVersion for another one.")
    try:
        os.makedirs(os.path.join(work, "saved"))
        write(os.path.join(work, "gallery.json"), json.dumps(gallery()))
        studio.ask("gallery", "import", os.path.join(work, "gallery.json"))
        studio.ask("gallery", "export", os.path.join(work, "saved/gallery.json"))
        write(os.path.join(work, "saved/limner.yaml"), settings(studio))
        studio.start()
        make_jobs(studio)
        write(os.path.join(work, "saved/jobs.json"), json.dumps(told(studio), indent=2, ensure_ascii=False) + "\n")
        studio.kill()
        # One file, without a log beside it; a reader brings the log in, as the next daemon would.
        with sqlite3.connect(os.path.join(studio.root, "state/queue.sqlite")) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        for name in ("control.sock", "lock", "queue.sqlite-wal", "queue.sqlite-shm"):
            if os.path.exists(os.path.join(studio.root, "state", name)):
                os.unlink(os.path.join(studio.root, "state", name))
        shutil.copytree(studio.root, os.path.join(work, "saved/root"))
        shutil.copytree(os.path.join(work, "saved"), saved)
    finally:
        shutil.rmtree(work)
    print(f"saved the state of {version} in {saved}")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
