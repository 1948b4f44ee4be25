"""The system packages in shell lines: of apt, dnf, apk, brew and the like, by Debian's names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbenv.core.recorded_options import is_system_package

__all__ = ["debian_name", "of_conda", "system_packages"]

_VERBS = {
    "apt": "install", "apt-get": "install", "apt-fast": "install", "aptitude": "install",
    "yum": "install", "dnf": "install", "microdnf": "install", "apk": "add", "brew": "install",
    "zypper": "install", "pacman": "-S", "snap": "install", "pkg": "install",
}  # fmt: skip
"""Program → its word for installing."""
_OF_DEBIAN = {"apt", "apt-get", "apt-fast", "aptitude"}
_WITH_VALUE = {"-o", "-t", "-c", "--option", "--target-release", "--config-file", "--virtual", "-a"}
"""Options of these programs whose value is the next word."""
_DEBIAN = {
    "poppler": "poppler-utils", "tesseract": "tesseract-ocr", "portaudio": "portaudio19-dev",
    "libsndfile": "libsndfile1", "geos": "libgeos-dev", "proj": "proj-bin", "gdal": "gdal-bin",
    "ffmpeg-free": "ffmpeg", "imagemagick": "imagemagick", "ImageMagick": "imagemagick",
    "openjdk": "default-jdk", "java": "default-jre", "gcc-c++": "g++", "g++": "g++",
    "postgresql": "libpq-dev", "libpq": "libpq-dev", "freetype": "libfreetype-dev",
    "cairo": "libcairo2-dev", "pango": "libpango1.0-dev", "hdf5": "libhdf5-dev",
    "libomp": "libomp-dev", "nodejs": "nodejs", "node": "nodejs", "openssl": "openssl",
    "ta-lib": "libta-lib-dev", "enchant": "libenchant-2-dev", "mysql": "default-libmysqlclient-dev",
    "unixodbc": "unixodbc-dev", "libmagic": "libmagic1", "zbar": "libzbar0", "r": "r-base",
    "r-base": "r-base", "libspatialindex": "libspatialindex-dev", "mesalib": "libgl1-mesa-dev",
    "build-base": "build-essential", "pandoc": "pandoc", "wget": "wget", "curl": "curl",
}  # fmt: skip
"""Names in other systems → those in Debian, where they differ."""
_OF_CONDA = frozenset(
    "cairo curl enchant ffmpeg gdal geos git graphviz hdf5 imagemagick libmagic libsndfile make "  # noqa: SIM905
    "mesalib nodejs openjdk openssl pandoc pango poppler portaudio proj r-base tesseract wget zbar "
    "xorg-libx11 texlive-core octave swig cmake".split()
)
"""Conda packages that are programs and libraries, by their names in conda."""


def system_packages(words: list[str]) -> Iterator[str]:
    """Yield the packages that a command installs, without versions and architectures.

    Parameters
    ----------
    words
        The words of one command, without what stands before the program.
    """
    program = words[0].rpartition("/")[2] if words else ""
    verb = _VERBS.get(program)
    if verb is None or verb not in words[1:]:
        return
    rest = words[words.index(verb) + 1 :]
    queue = iter(rest)
    for word in queue:
        if word in _WITH_VALUE and program != "brew":
            next(queue, "")
        elif re.match(r"\d*[<>&|]", word):
            return
        elif not word.startswith("-"):
            name = re.split(r"[=:/<>~]", word, maxsplit=1)[0]
            if is_system_package(name) and not name.endswith((".deb", ".rpm")):
                yield name if program in _OF_DEBIAN else debian_name(name)


def debian_name(name: str) -> str:
    """Return the name in Debian of another system's package, as far as that can be told."""
    found = _DEBIAN.get(name) or _DEBIAN.get(name.lower())
    if found:
        return found
    return f"{name.removesuffix('-devel')}-dev" if name.endswith("-devel") else name


def of_conda(name: str) -> str:
    """Return the system package that a conda package stands for, "" if it is none."""
    return debian_name(name) if name in _OF_CONDA else ""
