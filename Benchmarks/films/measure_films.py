"""Paints the clips of make_clips.py, steadily and frame for frame, and measures what came out: a table in Markdown.

    measure_films.py LIMNER CLIPS STYLE [--clips camera object cut] [--presets fast standard] [--frames 75] [--kills 10]

Flicker and drift are those of `limner film compare`, beside the source's own; seconds a frame are those of the report. With
--kills a daemon paints the first clip once undisturbed and once killed at so many random moments, with each preset, and the films are
compared byte for byte. Needs ffmpeg.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time


def run(*arguments):
    return subprocess.run([str(argument) for argument in arguments], check=True, capture_output=True, text=True).stdout


def clip(folder, frames, out):
    """The first frames of a clip as a film."""
    run("ffmpeg", "-y", "-loglevel", "error", "-framerate", "25", "-i", folder / "frame-%03d.png", "-frames:v", frames,
        "-c:v", "libx264", "-crf", "10", "-pix_fmt", "yuv420p", out)
    return out


def paint(limner, film, style, preset, steady, out):
    answer = run(limner, "stylize", film, "--style", style, "--preset", preset, "--steady" if steady else "--no-steady",
                 "--json", "-o", out)
    return json.loads(answer)["film"]


def measured(options, work):
    rows = []
    for name in options.clips:
        film = clip(options.films / name, options.frames, work / f"{name}.mp4")
        for preset in options.presets:
            outs, facts = [], []
            for steady in (True, False):
                outs.append(work / f"{name}-{preset}-{'steady' if steady else 'still'}.mp4")
                facts.append(paint(options.limner, film, options.style, preset, steady, outs[-1]))
            compared = json.loads(run(options.limner, "film", "compare", *outs, "--source", film, "--style", options.style,
                                      "--json"))["films"]
            source, steady, still = compared
            rows.append(
                f"| {name} | {preset} | {1 / facts[0]['secondsPerFrame']:.2f} | {source['flicker'] * 1e4:.2f} "
                f"| {steady['flicker'] * 1e4:.2f} | {still['flicker'] * 1e4:.2f} | {steady['flicker'] / still['flicker']:.3f} "
                f"| {drift(steady)} | {drift(still)} | {steady['style']:.3f} | {still['style']:.3f} |")
            print(rows[-1], flush=True)
    return rows


def drift(film):
    return f"{film['drift'] * 1e4:.2f}" if film.get("drift") is not None else "–"


class Studio:
    """A daemon of its own."""

    def __init__(self, limner, root, style, preset):
        self.limner, self.root = limner, root
        (root / "styles" / "painting").mkdir(parents=True)
        shutil.copy(style, root / "styles" / "painting" / style.name)
        (root / "styles" / "painting" / "style.json").write_text(json.dumps(
            {"pictures": [style.name], "options": {"preset": preset, "filmFormat": "y4m"}}))
        self.start()

    def start(self):
        daemon = self.limner.parent / "limnerd"
        environment = dict(os.environ, LIMNER_INTAKE_STABILITY="300ms")
        self.process = subprocess.Popen([daemon, "--root", self.root], env=environment, stderr=subprocess.DEVNULL)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def film(self):
        found = list((self.root / "outbox").glob("*/*.y4m")) if (self.root / "outbox").exists() else []
        return hashlib.sha256(found[0].read_bytes()).hexdigest() if found else None


def killed(options, preset, work):
    film = clip(options.films / options.clips[0], options.frames, work / "film.mp4")
    hashes = []
    for kills in (0, options.kills):
        studio = Studio(options.limner, work / f"studio-{preset}-{kills}", options.style, preset)
        inbox = studio.root / "inbox" / "stylize" / "painting"
        inbox.mkdir(parents=True, exist_ok=True)
        shutil.copy(film, inbox / ".film.mp4")
        os.rename(inbox / ".film.mp4", inbox / "film.mp4")
        done = 0
        while studio.film() is None:
            time.sleep(random.uniform(0.5, 6) if done < kills else 1)
            if done < kills and studio.film() is None:
                studio.kill()
                done += 1
                studio.start()
        hashes.append(studio.film())
        studio.process.terminate()
        studio.process.wait()
    verdict = "the same bytes" if len(set(hashes)) == 1 else "ANOTHER FILM"
    print(f"\n{preset}, killed {done} times: {verdict}.", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("limner", type=pathlib.Path)
    parser.add_argument("films", type=pathlib.Path)
    parser.add_argument("style", type=pathlib.Path)
    parser.add_argument("--clips", nargs="+", default=["camera", "object", "cut"])
    parser.add_argument("--presets", nargs="*", default=["fast", "standard"])
    parser.add_argument("--frames", type=int, default=75)
    parser.add_argument("--kills", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        print(f"{datetime.date.today()}, {options.frames} frames of 640 × 360, {os.cpu_count()} cores; errors × 10⁴\n")
        print("| clip | preset | frames/s | source | steady | still | ratio | drift, steady | drift, still | style, steady "
              "| style, still |\n|---|---|---|---|---|---|---|---|---|---|---|")
        measured(options, work)
        if options.kills:
            for preset in options.presets:
                killed(options, preset, work)


if __name__ == "__main__":
    main()
