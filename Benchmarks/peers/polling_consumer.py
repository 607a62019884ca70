"""Watches a folder by polling and identifies each picture, with the models loaded once: the way of paperless-ngx.

Usage: polling_consumer.py INBOX KNOWN RESULTS SECONDS
"""
import json
import pathlib
import queue
import sys
import time

import face_recognition
from watchdog.events import FileSystemEventHandler
from watchdog.observers.polling import PollingObserver

inbox, known, results = map(pathlib.Path, sys.argv[1:4])
delay = float(sys.argv[4])
waiting = queue.Queue()


class Arrivals(FileSystemEventHandler):
    def on_created(self, event):
        if not event.is_directory:
            waiting.put((time.monotonic(), pathlib.Path(event.src_path)))


people = {}
for path in known.iterdir():
    people[path.stem] = face_recognition.face_encodings(face_recognition.load_image_file(path))[0]
observer = PollingObserver(timeout=delay)
observer.schedule(Arrivals(), inbox, recursive=True)
observer.start()
print("ready", flush=True)
while True:
    seen, path = waiting.get()
    # It has to have stayed the same for the delay.
    before = path.stat()
    time.sleep(max(0, seen + delay - time.monotonic()))
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        waiting.put((time.monotonic(), path))
        continue
    names = []
    for encoding in face_recognition.face_encodings(face_recognition.load_image_file(path)):
        distances = face_recognition.face_distance(list(people.values()), encoding)
        names.append(list(people)[distances.argmin()] if distances.min() <= 0.6 else "unknown_person")
    aside = results / ("." + path.name)
    aside.write_text(json.dumps({"file": path.name, "people": names}))
    aside.rename(results / (path.name + ".json"))
    path.unlink()
