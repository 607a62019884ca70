"""Times one piece of work as limner-bench does, so that both sides are counted alike."""
import json
import time

# As in limner-bench's Measurement.swift: short work is repeated for so long, in seconds, but not more often.
LEAST_TIME = 0.3
MOST_RUNS = 100


def report(runs, work):
    """Prints a JSON list of milliseconds: at least `runs` calls of `work`, after one that does not count."""
    work()
    times = []
    begin = time.perf_counter()
    while len(times) < runs or (time.perf_counter() - begin < LEAST_TIME and len(times) < MOST_RUNS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps(times))
