"""Shell lines as people write them in cells, and what they install.

Options of pip: https://pip.pypa.io/en/stable/cli/pip_install/
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from pathlib import PurePosixPath

from nbenv.adopt.system.system_packages import system_packages

__all__ = [
    "Install",
    "clones",
    "installs",
    "is_python",
    "moved_here",
    "parted_commands",
    "pip_install",
    "saved_files",
]

_SEPARATORS = re.compile(
    r"""("(?:\\.|[^"\\])*"|'[^']*'|\\.)|(&&|\|\||[;|\n]|&(?![>&]))""", re.DOTALL
)
_PREFIX = re.compile(r"(sudo|time|nohup|exec|command|yes|\w+=\S*|-[HEq])$")
_PYTHON = re.compile(
    r"(.*/)?(python[\d.]*|pypy3?)$|\$?\{?sys\.executable\}?$|\$\{?\w*[Pp][Yy]\w*\}?$"
)
_PIP = re.compile(r"(.*/)?pip[\d.]*$")
_CONDA = re.compile(r"(.*/)?(conda|mamba|micromamba)$")
_REDIRECTED = re.compile(r"\d*&?>>?(&\d)?(/.*|\.?\w*\.(txt|log))?$|\d*>&\d$|<$")
_PART_OF_OPTION = {
    "-r": "files", "--requirement": "files", "--requirements": "files",
    "-c": "constraints", "--constraint": "constraints",
    "-e": "editable", "--editable": "editable",
    "-f": "links", "--find-links": "links",
    "-i": "main_index", "--index-url": "main_index", "--default-index": "main_index",
    "--pypi-url": "main_index",
    "--extra-index-url": "indexes", "--index": "indexes",
}  # fmt: skip
_IGNORED_OPTIONS = {
    "-t", "--target", "--prefix", "--root", "--trusted-host", "--progress-bar", "--timeout",
    "--upgrade-strategy", "--platform", "--python-version", "--implementation", "--abi", "--proxy",
    "--no-binary", "--only-binary", "--cache-dir", "--log", "--src", "--retries", "--exists-action",
    "--global-option", "--install-option", "--config-settings", "--root-user-action", "--python",
    "-p", "-n", "--name", "--solver", "--group", "--dev", "--optional",
}  # fmt: skip
_PLACEHOLDER = re.compile(r"[{}$]|^%\w|^<[\w -]+>?$|^\[[\w .-]*\]?$|^\.{3}$|^…$")
"""What stands for a name: a variable of the code, or a word that a reader has to fill in."""
_NAMED_BEFORE = re.compile(r"([A-Za-z][\w.-]*(?:\[[\w,-]+\])?)\s*(?:[=~!]=|[<>]=?)")
_CHANNEL = ("-c", "--channel", "--override-channels")


@dataclass
class Install:
    """The parts of one install command; with `conda`, names and versions are conda's.

    `system` are packages of the system, and `placeholders` words that only running fills in.
    """

    requirements: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    editable: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    main_index: list[str] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)
    conda: bool = False
    no_deps: bool = False
    system: list[str] = field(default_factory=list)
    placeholders: list[str] = field(default_factory=list)


def installs(command: str) -> Iterator[Install]:
    """Yield the install commands in a shell line."""
    for words in parted_commands(command):
        found = _parse_install(words)
        if found:
            yield found


def parted_commands(line: str) -> Iterator[list[str]]:
    """Yield the words of each command in a shell line, without what may stand before it."""
    for part in _split_commands(line.replace("\\\n", " ")):
        words = _split_words(part)
        while words and _PREFIX.match(words[0]):
            words = words[1:]
        yield words


def is_python(word: str) -> bool:
    """Return whether a command starts Python: ``python3``, ``{sys.executable}``, ``$PYTHON``."""
    return bool(_PYTHON.match(word))


def _split_commands(line: str) -> Iterator[str]:
    start = 0
    for found in _SEPARATORS.finditer(line):
        if found.group(2):
            yield line[start : found.start()]
            start = found.end()
    yield line[start:]


def _split_words(text: str) -> list[str]:
    """Return the words up to a comment; a ``#`` within a word, as in a URL, belongs to it."""
    try:
        words = shlex.split(text)
    except ValueError:  # an unbalanced quotation mark
        words = text.split()
    return [word for word in takewhile(lambda word: word[:1] != "#", words) if word]


def _parse_install(words: list[str]) -> Install | None:
    if len(words) > 3 and _PYTHON.match(words[0]) and words[1] == "-m":
        words = words[2:]
    if len(words) < 2:
        return None
    if system := list(system_packages(words)):
        return Install(system=system)
    if words[0] == "uv" and words[1] in ("pip", "add"):
        words = words[1:] if words[1] == "pip" else ["pip", "install", *words[2:]]
    words = _without_global_options(words)
    command, verb, rest = words[0], words[1], words[2:]
    if (_PIP.match(command) or command in ("nbenv", "juvio")) and verb in ("install", "add"):
        return pip_install(rest)
    if command in ("poetry", "pdm", "pixi") and verb == "add":
        return pip_install([word.replace("@^", ">=") for word in rest])
    if _CONDA.match(command) and verb in ("install", "add"):
        return _parse_conda_install(rest)
    return None


def _without_global_options(words: list[str]) -> list[str]:
    """Move options that stand before the verb behind it: ``pip -q install x``."""
    verb = next((i for i, word in enumerate(words) if i and word in ("install", "add")), 0)
    between = words[1:verb]
    values = zip(between, ["", *between], strict=False)
    if all(word[:1] == "-" or before in _IGNORED_OPTIONS for word, before in values):
        return [words[0], words[verb], *between, *words[verb + 1 :]] if verb else words
    return words


def pip_install(words: list[str]) -> Install:
    """Parse the words after ``pip install``."""
    found = Install()
    queue = _until_redirected(_without_repetition(words))
    for word in queue:
        option, equals, value = word.partition("=")
        if word.startswith("-") and option in _PART_OF_OPTION:
            value = value if equals else next(queue, "")
            getattr(found, _PART_OF_OPTION[option]).append(value)
        elif word[:2] in ("-r", "-c", "-e", "-f", "-i") and len(word) > 2 and word[1] != "-":
            getattr(found, _PART_OF_OPTION[word[:2]]).append(word[2:])
        elif word.startswith("-"):
            found.no_deps = found.no_deps or word == "--no-deps"
            if option in _IGNORED_OPTIONS and not equals:
                next(queue, "")
        elif _PLACEHOLDER.search(word):
            named = _NAMED_BEFORE.match(word)
            (found.requirements if named else found.placeholders).append(
                named[1] if named else word
            )
        else:
            found.requirements.append(word.rstrip(","))
    return found


def _without_repetition(words: list[str]) -> list[str]:
    """Leave out ``!pip install`` within a line, of lines that were pasted together."""
    found = [
        index
        for index, (word, after) in enumerate(pairwise(words))
        if _PIP.match(word.lstrip("!%")) and after == "install"
    ]
    gone = {*found, *(index + 1 for index in found)}
    return [word for index, word in enumerate(words) if index not in gone]


def _parse_conda_install(words: list[str]) -> Install:
    found = Install(conda=True)
    queue = _until_redirected(words)
    for word in queue:
        if word == "--file":
            found.files.append(next(queue, ""))
        elif word in _CHANNEL or word in _IGNORED_OPTIONS:
            next(queue, "")
        elif _PLACEHOLDER.search(word):
            found.placeholders.append(word)
        elif not word.startswith("-"):
            found.requirements.append(word.rpartition("::")[2])
    return found


def _until_redirected(words: list[str]) -> Iterator[str]:
    for word in words:
        if _REDIRECTED.match(word) or word in ("&", "\\"):
            return
        yield re.sub(r"\d?>+\s*/.*$", "", word)


def saved_files(command: str) -> Iterator[str]:
    """Yield the modules that a shell line downloads, writes or builds beside the notebook."""
    if re.search(r"\b(wget|curl|gdown|aria2c|cp|mv|touch|ln)\b", command):
        yield from re.findall(r"([\w-]+)\.py\b", command)
    yield from re.findall(r">\s*([\w-]+)\.(?:py|pyx|so|pyd)\b", command)
    yield from re.findall(r"\bf2py[\d.]*\b.*\s-m\s+(\w+)", command)
    yield from clones(command)


def moved_here(command: str) -> Iterator[tuple[str, str]]:
    """Yield the folders, often of a clone, that a shell line puts beside the notebook.

    Each is where it came from, and its name here.
    """
    for words in parted_commands(command):
        if not words or words[0] not in ("mv", "cp"):
            continue
        *sources, target = [word.rstrip("/") for word in words[1:] if word[:1] != "-"] or [""]
        is_kept = target in (".", "/content")
        for source in sources:
            name = PurePosixPath(source if is_kept else target.removeprefix("./")).name
            if name.isidentifier():
                yield source, name


def clones(command: str) -> dict[str, str]:
    """Return the folders that a shell line clones repositories into, and their addresses."""
    found = {}
    for address, after in re.findall(
        r"git clone\s+(?:-\S+\s+(?:\d+\s+)?)*(\S+)(?:\s+(\S+))?", command
    ):
        place = after if re.fullmatch(r"[\w./-]+", after or "") else ""
        name = (place or address).rstrip("/").rpartition("/")[2].removesuffix(".git")
        found[name] = address
    return found
