"""A large record costs little: below the limits, above them, and each time a page asks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nbenv.core.spec import Spec
from nbenv.engine.consent import check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import ApprovalNeededError, RecordError
from nbenv.notebook import read_record
from nbenv.operations.status import status

HASH = f" --hash=sha256:{'0123456789abcdef' * 4}"
CHAIN = " or ".join(["extra == 'a'"] * 150)
MARKER = f" ; sys_platform == 'linux' and python_full_version < '3.12' and ({CHAIN})"
SECONDS = 5.0
"""A generous bound: the slowest takes one second of this processor."""


def lines(count: int, hashes: int = 1, marker: str = "") -> list[str]:
    return [f"p{n}==1.{n}{marker}{HASH * hashes}" for n in range(count)]


BELOW: dict[str, Callable[[], dict[str, object]]] = {
    "lines": lambda: {"lock": lines(9_000, 4)},
    "long markers": lambda: {"lock": lines(190, 1, MARKER)},
    "markers": lambda: {
        "lock": [
            f"p{n}==1 ; os_name == 'x' and '{n}' in platform_release{HASH}" for n in range(8_000)
        ]
    },
    "hashes": lambda: {"lock": lines(60, 800)},
    "requirements": lambda: {"requirements": [f"p{n}>=1,<2" for n in range(10_000)]},
    "extras": lambda: {"requirements": [f"p[{','.join('e' * 1_900)}]"] * 120},
    "specifiers": lambda: {
        "requirements": [f"p{n}" + ",".join(f">={m}" for m in range(630)) for n in range(130)],
        "lock": lines(130),
    },
    "long numbers": lambda: {
        "requirements": [f"p{n}>=1.{'9' * 4_000}" for n in range(120)],
        "lock": [f"p{n}==1.{'9' * 3_900}{HASH}" for n in range(120)],
    },
    "long versions": lambda: {
        "requirements": [f"p{n}>={'1.' * 2_000}1" for n in range(120)],
        "lock": [f"p{n}=={'1.' * 1_900}1{HASH}" for n in range(120)],
    },
    "addresses": lambda: {
        "requirements": [f"p{n} @ https://h.invalid/{'a%41' * 450}x.zip" for n in range(240)],
        "lock": [f"p{n} @ https://h.invalid/{'a@' * 900}x.zip{HASH}" for n in range(240)],
    },
    "indexes": lambda: {
        "indexes": [
            {"name": f"i{n}", "url": f"https://h{n}.invalid/{'a' * 1_900}"} for n in range(50)
        ]
    },
    "unknown keys": lambda: {f"k{n}": n for n in range(90_000)},
    "unknown lists": lambda: {"x": [[n] for n in range(90_000)]},
    "unknown texts": lambda: {"x": ["y" * 60_000] * 60},
}
ABOVE: dict[str, Callable[[], dict[str, object]]] = {
    "12 MB": lambda: {"lock": lines(10_000, 15)},
    "lines": lambda: {"lock": lines(20_000)},
    "one line": lambda: {"lock": ["p==1 " + "x" * 5_000_000]},
    "spaces": lambda: {"lock": ["p==1" + " " * 65_000 + "x"]},
    "long markers": lambda: {"lock": lines(1_500, 1, MARKER)},
    "marker as deep as it goes": lambda: {"lock": ["p==1 ; " + "(" * 4_000 + HASH]},
    "extras": lambda: {"requirements": [f"p[{','.join(f'e{n}' for n in range(10_000))}]"]},
    "a number of a million digits": lambda: {"requirements": [f"p==1.{'9' * 1_000_000}"]},
    "a number of 60,000 digits": lambda: {"lock": [f"p==1.{'9' * 60_000}{HASH}"]},
    "indexes": lambda: {
        "indexes": [{"name": f"i{n}", "url": f"https://h{n}.invalid"} for n in range(10_000)]
    },
    "names": lambda: {"source": ["a" + "-" * 60_000 + "!"] * 60},
    "an address, encoded often": lambda: {"requirements": [f"p @ file:///%{'25' * 950}"] * 240},
    "a fragment, encoded often": lambda: {
        "indexes": [{"name": "i", "url": f"https://h.invalid/#%{'25' * 950}"}]
    },
    "unknown keys": lambda: {f"k{n}": n for n in range(300_000)},
    "unknown lists": lambda: {"x": [[[[0] * 30] * 100] * 100]},
    "unknown names": lambda: {"x": {"y" * 5_000_000: 1}},
    "unknown depth": lambda: {"x": json.loads("[" * 900 + "]" * 900)},
}


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what was parsed so far, files and records; files count as settled at once."""
    monkeypatch.setattr(read_record, "_SETTLED", -1)
    found: list[str] = []
    read, parse = read_record.read_metadata, Spec.from_record

    def counted_read(path: str) -> dict[str, object]:
        found.append("file")
        return read(path)

    def counted_parse(record: object) -> Spec:
        found.append("record")
        return parse(record)

    monkeypatch.setattr(read_record, "read_metadata", counted_read)
    monkeypatch.setattr(Spec, "from_record", counted_parse)
    return found


def write(path: Path, keys: dict[str, object]) -> NotebookRef:
    record = {"version": 1, "python": "3.11", **keys}
    document = {"cells": [], "metadata": {"nbenv": record}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(document), encoding="utf-8")
    return NotebookRef(str(path), in_server=True)


@pytest.mark.parametrize("name", BELOW)
def test_a_record_below_the_limits_is_parsed_once(
    name: str, parses: list[str], tmp_path: Path
) -> None:
    ref = write(tmp_path / "x.ipynb", BELOW[name]())
    begun = time.process_time()
    first = status(ref).data
    assert time.process_time() - begun < SECONDS
    begun = time.process_time()
    for _ in range(5):
        assert status(ref).data == first
    assert time.process_time() - begun < SECONDS
    assert sorted(parses) == ["file", "record"]


@pytest.mark.parametrize("name", BELOW)
def test_what_it_discloses_is_found_soon(name: str, tmp_path: Path) -> None:
    snapshot = NotebookSnapshot.read(write(tmp_path / "x.ipynb", BELOW[name]()))
    begun = time.process_time()
    with pytest.raises(ApprovalNeededError):
        check_approved(snapshot, None)
    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize("name", ABOVE)
def test_a_record_above_them_is_refused_at_once(
    name: str, parses: list[str], tmp_path: Path
) -> None:
    ref = write(tmp_path / "x.ipynb", ABOVE[name]())
    begun = time.process_time()
    for _ in range(5):
        with pytest.raises(RecordError) as caught:
            status(ref)
        assert len(str(caught.value)) < 600
    assert time.process_time() - begun < SECONDS / 2
    assert parses.count("file") == 1
    assert parses.count("record") <= 1
