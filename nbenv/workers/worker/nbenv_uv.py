"""Get uv onto a worker that has only pip, once: it installs several times as fast.

pip gets that one package in about the time that it takes to read the index's pages of five. It is
kept beside the environments, and only used for them. Standard library only, Python 3.8 and later;
`nbenv_worker` loads it.
"""

import os
import platform
import shutil
import tempfile

VERSION = "0.13.9"
HASHES = (
    "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",  # manylinux x86_64
    "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25",  # musllinux x86_64
    "ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375",  # manylinux aarch64
    "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",  # musllinux aarch64
)
"""The wheels of uv that are accepted, of the index ``uv lock`` read for that version.

A worker runs what it gets, so it is checked like any other file; other machines go on with pip.
"""
_HASTE = ("--retries", "1", "--timeout", "15")
"""An index that does not have it, or does not answer, must not cost much: pip can do without."""


def line():
    """Return the line of requirements that pip gets uv by."""
    return " ".join(["uv==" + VERSION, *("--hash=sha256:" + each for each in HASHES)])


def get(cache, pip, run):
    """Get uv into a worker's cache.

    `pip` are the words that install with pip. `run` runs words, and raises where they fail; so does
    this, with OSError.
    """
    place = os.path.join(cache, "uv")
    folder = os.path.join(place, "%s-%s" % (VERSION, platform.machine() or "any"))
    os.makedirs(place, mode=0o700, exist_ok=True)
    scratch = tempfile.mkdtemp(dir=place)
    try:
        wanted = os.path.join(scratch, "wanted.txt")
        with open(wanted, "w", encoding="utf-8") as file:
            file.write(line() + "\n")
        run([*pip, *_HASTE, "--target", scratch, "-r", wanted])
        os.chmod(os.path.join(scratch, "bin", "uv"), 0o755)
        os.rename(scratch, folder)  # fails where another process was faster
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
