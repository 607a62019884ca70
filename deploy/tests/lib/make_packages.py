"""Makes a wheel, an sdist and the table that pins them, for deploy/tests/fetch.

Usage: make_packages.py FOLDER

The sdist brings a build back end of its own, so that pip can read its metadata without any index.
"""

import hashlib
import io
import os
import sys
import tarfile
import zipfile

METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
BACKEND = """
import os

def prepare_metadata_for_build_wheel(folder, config_settings=None):
    info = os.path.join(folder, "portrait_sdist-1.0.dist-info")
    os.mkdir(info)
    with open(os.path.join(info, "METADATA"), "w") as file:
        file.write("Metadata-Version: 2.1\\nName: portrait-sdist\\nVersion: 1.0\\n")
    with open(os.path.join(info, "WHEEL"), "w") as file:
        file.write("Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    return os.path.basename(info)
"""
PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


def write_wheel(path: str, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as wheel:
        for name, data in files.items():
            wheel.writestr(name, data)
        wheel.writestr("portrait_wheel-1.0.dist-info/METADATA", METADATA.format(name="portrait-wheel"))
        wheel.writestr("portrait_wheel-1.0.dist-info/WHEEL", WHEEL)
        wheel.writestr("portrait_wheel-1.0.dist-info/RECORD", "")


def write_sdist(path: str, files: dict[str, bytes]) -> None:
    root = "portrait_sdist-1.0/"
    extra = {
        root + "PKG-INFO": METADATA.format(name="portrait-sdist").encode(),
        root + "backend.py": BACKEND.encode(),
        root + "pyproject.toml": PYPROJECT.encode(),
    }
    with tarfile.open(path, "w:gz") as sdist:
        for name, data in {**files, **extra}.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            sdist.addfile(member, io.BytesIO(data))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    folder = sys.argv[1]
    rows = ["package version archive_sha256 file file_sha256 bytes set form".split()]
    packages = [
        ("portrait-wheel", "portrait_wheel-1.0-py3-none-any.whl", "wheel", write_wheel, ["weights/one.bin", "weights/two.bin"]),
        ("portrait-sdist", "portrait_sdist-1.0.tar.gz", "sdist", write_sdist, ["portrait_sdist-1.0/three.bin"]),
    ]
    for package, archive, form, write, names in packages:
        files = {name: (name * 1000).encode() for name in names}
        write(os.path.join(folder, archive), files)
        with open(os.path.join(folder, archive), "rb") as file:
            archive_sha256 = sha256(file.read())
        rows += [[package, "1.0", archive_sha256, n, sha256(d), str(len(d)), "models", form] for n, d in files.items()]
    with open(os.path.join(folder, "assets.tsv"), "w") as table:
        table.writelines("\t".join(row) + "\n" for row in rows)
