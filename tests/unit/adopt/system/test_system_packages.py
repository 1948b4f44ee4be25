"""Unit tests of ``nbenv.adopt.system.system_packages``."""

from __future__ import annotations

import pytest

from nbenv.adopt.install_commands import installs
from nbenv.adopt.system.system_packages import of_conda


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("apt-get install -y -qq ffmpeg xvfb > /dev/null 2>&1", ["ffmpeg", "xvfb"]),
        (
            "sudo apt update && sudo apt install graphviz=2.4 libx11-6:i386",
            ["graphviz", "libx11-6"],
        ),
        ("apt-get -y -o Dpkg::Use-Pty=0 install tesseract-ocr/stable", ["tesseract-ocr"]),
        ("/usr/bin/apt-get install -t bookworm g++", ["g++"]),
        ("yum install -y poppler gcc-c++ libxml2-devel", ["poppler-utils", "g++", "libxml2-dev"]),
        ("dnf -y install ImageMagick", ["imagemagick"]),
        ("apk add --no-cache portaudio", ["portaudio19-dev"]),
        ("brew install tesseract", ["tesseract-ocr"]),
        ("apt-get install ./local.deb $PACKAGES {name} -y", []),
        ("apt-get update", []),
        ("apt-get remove ffmpeg", []),
        ("echo apt-get install ffmpeg", []),
    ],
)
def test_lines_and_their_packages(line: str, names: list[str]) -> None:
    assert [name for found in installs(line) for name in found.system] == names


def test_programs_and_libraries_of_conda() -> None:
    assert (of_conda("ffmpeg"), of_conda("poppler"), of_conda("numpy")) == (
        "ffmpeg", "poppler-utils", ""
    )  # fmt: skip
