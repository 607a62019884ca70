"""Runs a command and prints, as JSON, how long it took and its greatest resident memory.

Usage: measured.py COMMAND ARGUMENT…

`seconds` is by the clock; `mebibytes` is the peak of the command's largest process, itself or a descendant that it waited
for. What the command prints is shown when it fails.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

with tempfile.TemporaryFile() as output:
    begin = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        output.seek(0)
        sys.stderr.write(output.read().decode(errors="replace"))
        sys.exit(f"{sys.argv[1]} ended with {process.returncode}")
print(json.dumps({"seconds": seconds, "mebibytes": usage.ru_maxrss / 1024}))
