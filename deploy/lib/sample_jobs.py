"""What deploy/quickstart asks about its sample jobs: which are done, how far the others are, and what came of them.

Usage: sample_jobs.py --root ROOT state SOURCE --limner PROGRAM
       sample_jobs.py --root ROOT daemon-answers --limner PROGRAM
       sample_jobs.py --root ROOT follow --limner PROGRAM --since TIME SOURCE…
       sample_jobs.py --root ROOT job SOURCE
       sample_jobs.py --root ROOT table

A job is known by its source, the picture's path in the inbox. Finished jobs are read from their reports.
"""

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import time

# Source, the result to expect, what was asked. A result of None is shown and not judged.
SAMPLES = [
    ("enroll/obama/obama.jpg", "enrolled", "enroll as obama"),
    ("enroll/biden/biden.jpg", "enrolled", "enroll as biden"),
    ("identify/obama2.jpg", "obama", "who is this?"),
    ("identify/obama3.jpg", "obama", "who is this?"),
    ("identify/biden.jpg", "biden", "who is this, as enrolled?"),
    ("identify/astronaut.png", "unknown", "who is this?"),
    ("identify/obama_partial_face.jpg", None, "who is this, cut by the edge?"),
    ("manifests/strict.json", "review obama?", "who is this, from 0.8 on?"),
    ("verify/obama/obama2.jpg", "match", "is this obama?"),
    ("verify/biden/obama3.jpg", "no match", "is this biden?"),
    ("stylize/tesserae-fast/china.jpg", "painted", "repaint as tesserae, one pass"),
    ("stylize/night-wind/china.jpg", "painted", "repaint as night-wind, optimised"),
]
# What only some options of the quickstart drop.
MORE_SAMPLES = [
    ("stylize/tesserae-fast/film.mp4", "painted", "repaint a film as tesserae"),
    ("manifests/learned-woodcut.json", "learned", "learn woodcut"),
    ("stylize/learned-woodcut/china.jpg", "painted", "repaint as learned"),
]
ENDED = ("done", "quarantined", "cancelled")


def reports(root):
    """Every report by its source; of several from one source the newest."""
    newest = {}
    for place in ("outbox", "quarantine"):
        folder = os.path.join(root, place)
        for job in os.listdir(folder) if os.path.isdir(folder) else []:
            try:
                with open(os.path.join(folder, job, "report.json"), encoding="utf-8") as file:
                    report = json.load(file)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except ValueError:
                print(f"{folder}/{job}/report.json is no JSON: left out", file=sys.stderr)
                continue
            report["folder"] = os.path.join(folder, job)
            source = report.get("source")
            if source not in newest or report["id"] > newest[source]["id"]:
                newest[source] = report
    return newest


def ask(limner, root, *arguments):
    """The CLI's JSON answer, or None when it fails."""
    command = [limner, *arguments, "--root", root, "--json"]
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    return json.loads(answer.stdout) if answer.returncode == 0 else None


def state(limner, root, source):
    """`done` when a job from this source is, `underway` when one is on its way, else `absent`."""
    report = reports(root).get(source)
    if report and report["status"] == "done":
        return "done"
    page = ask(limner, root, "list", "--limit", "100") or {"jobs": []}
    underway = any(job["source"] == source and job["state"] not in ENDED for job in page["jobs"])
    return "underway" if underway else "absent"


def progress_line(jobs, waiting):
    """How many jobs stand in each state, and the running one."""
    states = [job["state"] for job in jobs.values()]
    ended = sum(state in ENDED for state in states)
    line = f"{ended} of {len(jobs) + waiting} done"
    for job in jobs.values():
        progress = job.get("progress")
        if job["state"] == "running":
            line += f"; {job['source']}"
            if progress:
                line += f": {100 * progress['fraction']:3.0f} % {progress['stage']} {progress.get('detail') or ''}"
    return line.rstrip()


def follow(limner, root, since, sources):
    """Shows progress until each source's job has ended: a line that changes on a terminal, else one every five seconds.

    A source's job is the newest that was made after `since`, or that was found underway.
    """
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns - 1
    shown, shown_at, silent_since = "", 0.0, time.monotonic()
    followed = set()
    while True:
        page = ask(limner, root, "list", "--limit", "100")
        if page is None:
            if time.monotonic() - silent_since > 30:
                sys.exit("the daemon has not answered for 30 s")
            time.sleep(1)
            continue
        silent_since = time.monotonic()
        jobs = {}
        for job in page["jobs"]:
            if job["created"] >= since or job["state"] not in ENDED:
                followed.add(job["id"])
            if job["source"] in sources and job["id"] in followed:
                jobs.setdefault(job["source"], job)
        line = progress_line(jobs, len(sources) - len(jobs))
        finished = len(jobs) == len(sources) and all(job["state"] in ENDED for job in jobs.values())
        if terminal:
            print("\r\033[K" + line[:width], end="\n" if finished else "", flush=True)
        elif line != shown and (finished or time.monotonic() - shown_at >= 5):
            print(line, flush=True)
            shown, shown_at = line, time.monotonic()
        if finished:
            return
        time.sleep(0.5)


def describe(report):
    """The result in one or two words, and the figures behind it."""
    if report["status"] != "done":
        error = report.get("error") or {}
        return report["status"], f"{error.get('code')}: {error.get('message')}"
    result = report["result"]
    kind = report["kind"]
    if kind == "enroll":
        enrolled = result["enrolled"][0]
        return "enrolled", f"quality {enrolled['quality']:.2f}, {result['templates']} template(s)"
    if kind == "verify":
        comparison = result["probes"][0]["comparison"]
        word = "match" if comparison["decision"] == "match" else "no match"
        return word, f"cosine {comparison['cosine']:.3f}, threshold {comparison['threshold']:.3f}"
    if kind == "identify":
        faces = [face for picture in result["pictures"] for face in picture["faces"]]
        if not faces:
            return "no face", ""
        names, figures = [], []
        for face in faces:
            best = (face["candidates"] or [{"person": "nobody", "cosine": 0.0}])[0]
            decision = face.get("decision", "unknown")
            names.append(f"review {best['person']}?" if decision == "review" else face.get("person") or decision)
            figures.append(f"nearest {best['person']}, cosine {best['cosine']:.3f}")
        return ", ".join(names), "; ".join(figures)
    if kind == "learn":
        distance = result["figures"][0]
        share = distance["learned"] / distance["arbitrary"]
        return ("learned" if result["accepted"] else "not accepted"), f"style distance {share:.2f} of what one pass had"
    painting = result["pictures"][0]
    figures = f"{painting['width']} x {painting['height']}"
    film = painting.get("film")
    if film:
        figures += f", {film['frames']} frames, {film['secondsPerFrame']:.2f} s a frame"
    losses = painting["losses"]
    if losses:
        figures += f", {painting['iterations']} iterations, loss {losses[0]['total']:.3g} -> {losses[-1]['total']:.3g}"
    return "painted", figures


def seconds(report):
    """How long the last attempt took."""
    times = report["times"]
    if "started" not in times:
        return ""
    first, last = (datetime.datetime.fromisoformat(times[k].replace("Z", "+00:00")) for k in ("started", "finished"))
    return f"{(last - first).total_seconds():.1f} s"


def table(root):
    """Prints the results and the pictures; False when one is missing or not as expected."""
    found = reports(root)
    rows, pictures, good = [("picture", "asked", "answer", "figures", "time")], [], True
    for source, expected, asked in SAMPLES + [sample for sample in MORE_SAMPLES if sample[0] in found]:
        report = found.get(source)
        answer, figures = describe(report) if report else ("no report", "")
        if expected is not None and answer != expected:
            good = False
            answer += f" (expected: {expected})"
        rows.append((os.path.basename(source), asked, answer, figures, seconds(report) if report else ""))
        if report:
            pictures += [os.path.join(report["folder"], output["name"]) for output in report["outputs"]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    print()
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    print("\nPictures:")
    for picture in pictures:
        near = os.path.relpath(picture)
        print("  " + (picture if near.startswith("..") else near))
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", required=True)
    commands = parser.add_subparsers(dest="command", required=True)
    asking = commands.add_parser("state")
    asking.add_argument("source")
    asking.add_argument("--limner", required=True)
    commands.add_parser("daemon-answers").add_argument("--limner", required=True)
    following = commands.add_parser("follow")
    following.add_argument("--limner", required=True)
    following.add_argument("--since", required=True)
    following.add_argument("sources", nargs="+")
    commands.add_parser("job").add_argument("source")
    commands.add_parser("table")
    arguments = parser.parse_args()
    if arguments.command == "state":
        print(state(arguments.limner, arguments.root, arguments.source))
    if arguments.command == "daemon-answers":
        status = ask(arguments.limner, arguments.root, "status")
        sys.exit(0 if status and status.get("pid") else 1)
    if arguments.command == "follow":
        follow(arguments.limner, arguments.root, arguments.since, arguments.sources)
    if arguments.command == "job":
        print(reports(arguments.root)[arguments.source]["id"])
    if arguments.command == "table":
        sys.exit(0 if table(arguments.root) else 1)


if __name__ == "__main__":
    main()
