"""Unit tests of ``nbenv.adopt.resolve_imports``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.local_modules import LocalModules
from nbenv.adopt.resolve_imports import settle
from nbenv.adopt.scan import Scan
from tests.unit.adopt.made import found, made

FILE = Source(2, "requirements.txt")


def settled(
    folder: Path,
    *cells: str,
    beside: Findings | None = None,
    alone: bool = True,
    python: str = "3.12",
) -> Findings:
    scan = Scan(folder, Findings(), LocalModules(folder))
    scan.scan_cells(made(*cells).cells)
    settle(scan, beside or Findings(), python, alone=alone)
    return scan.findings


@pytest.mark.parametrize(
    ("source", "requirements"),
    [
        ("import cv2", {"opencv-python"}),
        ("import sklearn.svm", {"scikit-learn"}),
        ("import os", set()),
        ("import distutils", {"setuptools"}),
        ("import imp", set()),
        ("from google.cloud import storage", {"google-cloud-storage"}),
        ("import plotly", {"plotly", "nbformat"}),
        ("import win32api", {'pywin32; sys_platform == "win32"'}),
        ("%load_ext sql", {"ipython-sql", "prettytable<3.12"}),
        ("import pandas as pd\npd.read_csv('x', engine='pyarrow')", {"pandas", "pyarrow"}),
    ],
)
def test_modules_become_packages(source: str, requirements: set[str], tmp_path: Path) -> None:
    assert set(found(settled(tmp_path, source))) == requirements


def test_the_standard_library_is_that_of_the_python(tmp_path: Path) -> None:
    assert found(settled(tmp_path, "import distutils", python="3.8")) == []


def test_a_local_module_wins(tmp_path: Path) -> None:
    (tmp_path / "yaml.py").touch()
    assert found(settled(tmp_path, "import yaml")) == []


def test_unknown_modules(tmp_path: Path) -> None:
    findings = settled(tmp_path, "import nobody_knows_this.part", "from google.colab import drive")
    assert findings.unknown == {"nobody_knows_this": ["cell 1"]}
    assert findings.notes == ["google.colab exists only on Colab."]


def test_a_commented_install_explains_a_module_of_its_name(tmp_path: Path) -> None:
    findings = settled(tmp_path, "# !pip install nobody-knows\nimport nobody_knows")
    assert (found(findings), findings.unknown) == (["nobody-knows"], {})


def test_the_declared_one_of_several_packages_is_taken(tmp_path: Path) -> None:
    findings = settled(tmp_path, "!pip install opencv-python-headless", "import cv2")
    assert set(found(findings)) == {"opencv-python-headless"}


def test_an_optional_import_is_left_out(tmp_path: Path) -> None:
    findings = settled(tmp_path, "try:\n import pandas, os\nexcept ImportError:\n pass")
    assert ([each.name for each in findings.optional], found(findings)) == (["pandas"], [])


def test_a_call_offers_what_it_may_need(tmp_path: Path) -> None:
    findings = settled(tmp_path, "import pandas as pd\npd.read_excel(name)")
    assert [each.name for each in findings.offered] == ["openpyxl"]


def beside(*texts: str) -> Findings:
    findings = Findings(editable=["./here"], indexes={"own": "https://example.org/simple"})
    for text in texts:
        findings.add(text, FILE)
    findings.add_pin("pandas==1.0", FILE)
    return findings


def test_files_of_a_notebook_that_is_alone_are_about_it(tmp_path: Path) -> None:
    findings = settled(tmp_path, "import pandas", beside=beside("pandas", "rich", "black"))
    assert set(found(findings)) == {"pandas", "rich"}
    assert [each.name for each in findings.left_out] == ["black"]
    assert findings.editable == ["./here"]
    assert findings.indexes and "pandas" in findings.pins


def test_of_files_for_several_notebooks_only_imports_are_taken(tmp_path: Path) -> None:
    files = beside("pandas>=2", "rich")
    findings = settled(tmp_path, "import pandas", beside=files, alone=False)
    assert [each.requirement for each in findings.settled()] == ["pandas>=2"]
    assert [each.name for each in findings.left_out] == ["rich"]
    assert findings.editable == []
