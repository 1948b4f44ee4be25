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
    return Scan(Findings(), LocalModules(tmp_path))


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


LAZY = """\
import a

def used():
    import b
    return helper()

def helper():
    from c import d
    import near

def unused():
    import e
    return unused()

class Used:
    def __init__(self):
        import f

    def method(self):
        import g

    def run(self):
        import h

class Unused:
    def __init__(self):
        import i
        super(Unused, self).__init__()
"""


def test_imports_in_functions_of_files_count_where_they_are_used(
    scan: Scan, tmp_path: Path
) -> None:
    (tmp_path / "lazy.py").write_text(LAZY)
    (tmp_path / "near.py").write_text("import j")
    scan.scan_cells(made("import lazy\nlazy.used()\nlazy.Used().run()").cells)
    assert scan.imports.keys() == {"a", "lazy"}
    scan.add_used_imports()
    assert scan.imports.keys() == {"a", "lazy", "b", "c", "c.d", "near", "j", "f", "h"}
    assert scan.optional.keys() == {"e", "g", "i"}


def test_what_only_unused_functions_use_is_not_used(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "chain.py").write_text(
        "def first():\n    second()\n\ndef second():\n    import a\n\ndef third():\n    import b\n"
        "if __name__ == '__main__':\n    import c\n    first()\n"
    )
    scan.scan_cells(made("import chain\nchain.third()").cells)
    scan.add_used_imports()
    assert scan.imports.keys() == {"chain", "b"}
    assert scan.optional.keys() == {"a"}


def test_a_file_that_is_run_is_the_main_program(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("if __name__ == '__main__':\n    import a\n")
    scan.scan_cells(made("%run main.py").cells)
    assert scan.imports.keys() == {"a"}


@pytest.mark.parametrize(
    ("source", "needed"),
    [
        ("try:\n import cupy as np\nexcept ImportError:\n import numpy as np", {"numpy"}),
        ("try:\n import Image\nexcept ImportError:\n from PIL import Image", {"PIL", "PIL.Image"}),
        ("try:\n import json\nexcept ImportError:\n import simplejson as json", set()),
        ("try:\n import zoneinfo\nexcept ImportError:\n from backports import zoneinfo", set()),
        ("try:\n import a\nexcept ImportError:\n import b", set()),
    ],
)
def test_what_takes_the_place_of_a_missing_module(
    source: str, needed: set[str], scan: Scan
) -> None:
    scan.scan_cells(made(source).cells)
    assert scan.imports.keys() == needed


def test_imports_in_functions_of_cells_count(scan: Scan) -> None:
    scan.scan_cells(made("def f():\n    import a").cells)
    scan.add_used_imports()
    assert scan.imports.keys() == {"a"}


def test_what_is_installed_comes_before_the_end_of_the_path(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "up").mkdir()
    (tmp_path / "up" / "sktime.py").write_text("import a")
    cells = made("!pip install sktime", "import sys\nsys.path.append('up')\nimport sktime").cells
    scan.scan_cells(cells[1:])
    assert scan.imports.keys() == {"sys", "sktime", "a"}
    again = Scan(Findings(), LocalModules(tmp_path))
    again.scan_cells(cells)
    assert again.imports.keys() == {"sys", "sktime"}


@pytest.mark.parametrize(
    "cell",
    [
        "%cd ..",
        "%cd -q '..'",
        "import os\nos.chdir('..')",
        "import os\nos.chdir(os.path.join('..', 'deep', '..'))",
    ],
)
def test_modules_where_the_notebook_changes_to(scan: Scan, tmp_path: Path, cell: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "used.py").write_text("import a\nimport os\nos.chdir('elsewhere')")
    (tmp_path / "more.py").write_text("import b")
    (tmp_path / "requirements.txt").write_text("c")
    deep = Scan(scan.findings, LocalModules(tmp_path / "deep"))
    (tmp_path / "deep").mkdir()
    deep.scan_cells(
        made(cell, "import src.used\n%run more\n%pip install -r requirements.txt").cells
    )
    assert deep.imports.keys() - {"os"} == {"src.used", "a", "b"}
    assert deep.findings.names() == {"c"}
    assert deep.local.current == tmp_path


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


@pytest.mark.parametrize(
    "cell",
    [
        "!python -m spacy download de_core_news_sm",
        "try:\n    load()\nexcept OSError:\n    !python -m spacy download de_core_news_sm",
        "if not there:\n    subprocess.run(['python', '-m', 'spacy', 'download', name])",
    ],
)
def test_a_model_is_downloaded_with_pip(scan: Scan, cell: str) -> None:
    scan.scan_cells(made(f"import subprocess\n{cell}").cells)
    assert [name for name, _ in scan.needed] == ["pip"]


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


CHOOSING = """\
def wrap(model):
    if hasattr(model, "a"):
        from near import A
    elif hasattr(model, "b"):
        import b
    else:
        import c
    if model:
        import d
    try:
        import e
    finally:
        pass
"""


def test_a_function_that_chooses_among_imports_needs_none_of_them(
    scan: Scan, tmp_path: Path
) -> None:
    (tmp_path / "models.py").write_text(CHOOSING)
    (tmp_path / "near.py").write_text("import f")
    scan.scan_cells(
        made("import models\nmodels.wrap(1)", "if x:\n import g\nelse:\n import h").cells
    )
    scan.add_used_imports()
    assert scan.imports.keys() == {"models", "d", "e", "g", "h"}
    assert scan.optional.keys() == {"near", "near.A", "b", "c"}


def test_installers_that_a_notebook_upgrades_are_left_out(scan: Scan) -> None:
    scan.scan_cells(made("!pip install -U pip wheel a", "import pip").cells)
    assert scan.findings.names() == {"a"}
    assert "pip" in scan.imports
