"""Unit tests of ``nbenv.adopt.code.install_lines``, by the cells that have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.findings import Findings
from nbenv.adopt.local_modules import LocalModules
from nbenv.adopt.scan import Scan
from tests.unit.adopt.made import found, made


@pytest.fixture
def scan(tmp_path: Path) -> Scan:
    return Scan(Findings(), LocalModules(tmp_path))


def test_installs(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text("c")
    lines = "!pip install a -r r.txt -r gone.txt -e ./e\n%conda install numpy=1.26"
    scan.scan_cells(made(lines).cells)
    assert found(scan.findings) == ["a", "c", "numpy==1.26.*"]
    assert scan.findings.editable == ["./e"]
    assert scan.findings.notes == ["cell 1 installs from gone.txt, which does not exist."]


def test_installers_are_not_for_the_environment(scan: Scan) -> None:
    lines = "!pip install -U pip wheel\n!conda install -c defaults conda python=3.7 --yes"
    scan.scan_cells(made(lines).cells)
    assert found(scan.findings) == []


def test_modules_of_python_itself_are_not_installed(scan: Scan) -> None:
    scan.scan_cells(made("!pip install pandas json sqlite3 typing").cells)
    assert found(scan.findings) == ["pandas"]
    assert scan.findings.notes[0] == "cell 1 installs json, which Python has itself"


def test_an_index_but_no_mirror_of_the_main_one(scan: Scan) -> None:
    lines = (
        "!pip install a -i https://mirror.example.org/simple\n"
        "!pip install b --extra-index-url https://example.org/simple"
    )
    scan.scan_cells(made(lines).cells)
    assert list(scan.findings.indexes.values()) == ["https://example.org/simple"]
    assert "cell 1 names a mirror of the main index" in scan.findings.notes[0]


def test_a_build_from_a_page_of_links_becomes_the_default_build(scan: Scan) -> None:
    scan.scan_cells(made("!pip install torch==1.9+cu111 -f https://example.org/links").cells)
    assert found(scan.findings) == ["torch==1.9"]
    assert scan.findings.notes == [
        "cell 1 asks for the +cu111 build of torch; the default build is used."
    ]
