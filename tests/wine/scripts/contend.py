"""Write a file while another process reads it all the time, and print what failed."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from nbenv.home import paths, private_files

FOLDER = r"C:\nbhome4"
os.environ["NBENV_HOME"] = FOLDER
FILE = os.path.join(FOLDER, "x.json")
SECONDS = 6


def read() -> None:
    """Read until the time is over."""
    end, count, absent = time.time() + SECONDS, 0, 0
    while time.time() < end:
        count += 1
        absent += paths.read_json(FILE) is None
    print(f"reader: {count} reads, {absent} found nothing")


def write() -> None:
    """Write beside a reader until the time is over."""
    private_files.write_json(FILE, {"a": 1})
    reader = subprocess.Popen([sys.executable, __file__, "read"])
    end, count, failed = time.time() + SECONDS - 1, 0, 0
    while time.time() < end:
        count += 1
        try:
            private_files.write_json(FILE, {"a": count})
        except OSError as error:
            failed += 1
            print(repr(error))
    reader.wait()
    print(f"writer: {count} writes, {failed} failed")


if sys.argv[1:]:
    read()
else:
    write()
