"""Unit tests of ``nbenv.adopt.scan``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.findings import Findings
from nbenv.adopt.local_modules import LocalModules
from nbenv.adopt.scan import Scan
from tests.unit.adopt.made import found, made


@pytest.fixture
def scan(tmp_path: Path) -> Scan:
    return Scan(tmp_path, Findings(), LocalModules(tmp_path))


def test_imports_and_where_they_are(scan: Scan) -> None:
    scan.scan_cells(
        made("import a", "from a import b\ntry:\n import c\nexcept ImportError: 1").cells
    )
    assert scan.imports == {"a": ["cell 1", "cell 2"], "a.b": ["cell 2"]}
    assert scan.optional == {"c": ["cell 2"]}


def test_a_cell_that_is_not_python_is_skipped(scan: Scan) -> None:
    scan.scan_cells(made("print 'x'", "import a").cells)
    assert scan.imports == {"a": ["cell 2"]}
    assert scan.findings.skipped[0].startswith("cell 1 is not valid Python, line 1: ")


def test_imports_of_a_cell_with_blanks_or_of_python_2_count(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("import a\nprint a.b")
    blanks = "import b\nfrom c import (\n  d,\n)\nx = ____ your code\nfor i in\n  pass"
    scan.scan_cells(made("import old", blanks, "%%writefile w.py\nimport e\nexec e").cells)
    assert {"a", "b", "c.d", "e"} <= scan.imports.keys()
    assert len(scan.findings.skipped) == 1


def test_a_module_beside_a_module_of_a_package_as_in_python_2(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("import near\nimport numpy\nimport far")
    (tmp_path / "pack" / "near.py").write_text("import scipy")
    (tmp_path / "pack" / "numpy.py").touch()
    scan.scan_cells(made("import pack").cells)
    assert scan.imports.keys() == {"pack", "numpy", "far", "scipy"}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (
            ["!git clone https://example.org/b.git", "!pip install ./b"],
            "git+https://example.org/b.git",
        ),
        (
            ["!git clone https://example.org/b\n%cd b\n!pip install -e ."],
            "git+https://example.org/b",
        ),
        (
            ["!git clone https://example.org/b && cd b && pip install ."],
            "git+https://example.org/b",
        ),
        (["!git clone https://example.org/{name} b", "!pip install ./b"], "./b"),
        (["!git clone https://example.org/b", "!pip install b"], "b"),
    ],
)
def test_a_cloned_project_is_installed_from_its_repository(
    scan: Scan, cells: list[str], expected: str
) -> None:
    scan.scan_cells(made(*cells).cells)
    assert [each.requirement for each in scan.findings.requirements] == [expected]
    assert scan.findings.editable == []


def test_a_project_beside_the_notebook_is_installed_from_there(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "pyproject.toml").touch()
    scan.scan_cells(made("!git clone https://example.org/b", "!pip install ./b").cells)
    assert [each.requirement for each in scan.findings.requirements] == ["./b"]


def test_files_that_cells_import_and_run_are_scanned_once(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("import a\nimport helper")
    (tmp_path / "script.py").write_text("import b")
    scan.scan_cells(made("import helper\n%run script\n%run gone.py").cells)
    assert scan.imports["a"] == ["helper.py"]
    assert scan.imports["b"] == ["script.py"]
    assert scan.findings.notes == ["cell 1 runs gone.py, which does not exist."]


def test_a_broken_file_is_noted(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("a = = b")
    scan.scan_cells(made("import helper", "%%writefile w.py\nb = = c").cells)
    assert scan.findings.notes == [
        "helper.py beside the notebook is not valid Python.",
        "w.py, which a cell writes, is not valid Python.",
    ]


def test_a_file_that_a_cell_writes_is_scanned(scan: Scan) -> None:
    scan.scan_cells(made("%%writefile w.py\nimport a").cells)
    assert scan.imports == {"a": ["w.py"]}
    assert scan.local.has("w")


def test_installs(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text("c")
    lines = "!pip install a -r r.txt -r gone.txt -e ./e\n%conda install numpy=1.26"
    scan.scan_cells(made(lines).cells)
    assert found(scan.findings) == ["a", "c", "numpy==1.26.*"]
    assert scan.findings.editable == ["./e"]
    assert scan.findings.notes == ["cell 1 installs from gone.txt, which does not exist."]


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


def test_a_commented_install_is_a_hint(scan: Scan) -> None:
    scan.scan_cells(made("# !pip install a\nif IN_COLAB:\n    !pip install b").cells)
    assert scan.findings.hints == ["cell 1 has a commented-out install of a"]
    assert sorted(each.requirements for each in scan.commented) == [["a"], ["b"]]
    assert found(scan.findings) == []


@pytest.mark.parametrize(
    ("source", "needed"),
    [
        ("%matplotlib widget", ["matplotlib", "ipympl"]),
        ("%load_ext rpy2.ipython", ["rpy2"]),
        ("%load_ext autoreload", []),
        ("%%sql\nselect 1", ["ipython-sql"]),
        ("!python -m spacy download en_core_web_sm", ["pip"]),
    ],
)
def test_what_magics_need(source: str, needed: list[str], scan: Scan) -> None:
    scan.scan_cells(made(source).cells)
    assert [name for name, _ in scan.needed] == needed


def test_imports_of_cython_and_of_unknown_extensions(scan: Scan) -> None:
    scan.scan_cells(
        made("%%cython\ncimport numpy\nfrom libc.math cimport sin", "%load_ext x").cells
    )
    assert scan.imports == {
        "numpy": ["%%cython, cell 1"],
        "x": ["%load_ext x, cell 2"],
    }


def test_models_of_spacy_are_noted(scan: Scan) -> None:
    scan.scan_cells(made("spacy.load('en_core_web_sm')\nspacy.load('mine')").cells)
    scan.note_models()
    [note] = scan.findings.notes
    assert note.startswith("cell 1 loads the spaCy model en_core_web_sm, which no index has.")
