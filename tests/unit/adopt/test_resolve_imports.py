"""Unit tests of ``nbenv.adopt.resolve_imports``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt import special_cases
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
    scan = Scan(Findings(), LocalModules(folder))
    scan.scan_cells(made(*cells).cells)
    settle(scan, beside or Findings(), python, alone=alone)
    return scan.findings


@pytest.mark.parametrize(
    ("source", "requirements"),
    [
        ("import cv2", {"opencv-python"}),
        ("import sklearn.svm", {"scikit-learn"}),
        ("import visa", {"pyvisa"}),
        ("import splunklib.client", {"splunk-sdk"}),
        ("import pyrouge", {"pyrouge"}),
        ("import gdal, ogr, osr, gdalconst", {"gdal"}),
        ("import os", set()),
        ("import distutils", {"setuptools"}),
        ("import imp", set()),
        ("from google.cloud import storage", {"google-cloud-storage"}),
        ("import plotly", {"plotly", "nbformat"}),
        ("import win32api", {'pywin32; sys_platform == "win32"'}),
        ("%load_ext sql", {"ipython-sql", "prettytable<3.12"}),
        ("import pymc3\nfrom theano import tensor", {"pymc3"}),
        ("import theano", {"theano"}),
        ("import colour", {"colour-science"}),
        ("from colour import Color", {"colour"}),
        ("%pip install colour\nimport colour", {"colour"}),
        ("from haystack import Pipeline", {"haystack-ai"}),
        ("from haystack.nodes import BM25Retriever\nimport haystack", {"farm-haystack"}),
        ("import pandas as pd\npd.read_csv('x', engine='pyarrow')", {"pandas", "pyarrow"}),
        (
            "%pip install python-igraph==0.8\nimport scanpy as sc\nsc.tl.draw_graph(x)",
            {"python-igraph==0.8", "scanpy"},
        ),
        (
            "%pip install mxnet-cu112==1.9.1\nfrom d2l import mxnet as d2l",
            {"mxnet-cu112==1.9.1", "d2l"},
        ),
    ],
)
def test_modules_become_packages(source: str, requirements: set[str], tmp_path: Path) -> None:
    assert set(found(settled(tmp_path, source))) == requirements


@pytest.mark.parametrize(
    ("url", "source", "others"),
    [
        ("git+https://example.org/hf/transformers.git@v4", "import transformers, torch", {"torch"}),
        ("https://example.org/o/CLIP/archive/main.zip", "import clip", set()),
        ("git+https://example.org/s/scikit-learn", "import sklearn.svm", set()),
        ("git+https://example.org/s/repo#subdirectory=py/plotnine", "import plotnine", set()),
        ("git+https://example.org/s/other", "import numpy", {"numpy"}),
    ],
)
def test_a_url_installs_the_package_of_its_repository(
    url: str, source: str, others: set[str], tmp_path: Path
) -> None:
    assert set(found(settled(tmp_path, f"%pip install {url}", source))) == {url, *others}


@pytest.mark.parametrize(
    ("also", "kept"),
    [("peft", []), ("Peft bitsandbytes", ["bitsandbytes"]), ("'peft<1'", ["peft<1"])],
)
def test_a_url_installs_what_another_line_installs_in_any_version(
    also: str, kept: list[str], tmp_path: Path
) -> None:
    url = "git+https://example.org/hf/peft"
    cells = (f"!pip install {also}", f"!pip install {url}", "import peft")
    assert sorted(found(settled(tmp_path, *cells))) == sorted([url, *kept])


def test_a_url_explains_a_module_of_its_repository(tmp_path: Path) -> None:
    url = "git+https://example.org/o/nobody-knows.git"
    findings = settled(tmp_path, f"%pip install {url}", "import nobody_knows.part")
    assert (found(findings), findings.unknown) == ([url], {})


@pytest.mark.parametrize("name", ["nobodyknows-2025", "py-nobodyknows", "course-nobodyknows"])
def test_a_url_explains_a_module_that_its_repository_is_named_after(
    name: str, tmp_path: Path
) -> None:
    url = f"git+https://example.org/o/{name}.git"
    findings = settled(tmp_path, f"%pip install {url}", "import nobodyknows.part, other_unknown")
    assert (found(findings), list(findings.unknown)) == ([url], ["other_unknown"])


def test_the_standard_library_is_that_of_the_python(tmp_path: Path) -> None:
    assert found(settled(tmp_path, "import distutils", python="3.8")) == []


def test_a_local_module_wins(tmp_path: Path) -> None:
    (tmp_path / "yaml.py").touch()
    assert found(settled(tmp_path, "import yaml")) == []


@pytest.mark.parametrize(
    ("name", "is_meant"),
    [
        ("own-features-tools", True),
        ("tools-own-features", True),
        ("own-feature-tools", True),
        ("own-tools", False),
        ("own-featured", False),
    ],
)
def test_a_declared_package_named_after_a_module_explains_it(
    name: str, is_meant: bool, tmp_path: Path
) -> None:
    findings = settled(tmp_path, f"%pip install {name}", "import own_features")
    assert (set(found(findings)), not findings.unknown) == ({name}, is_meant)


def test_unknown_modules(tmp_path: Path) -> None:
    findings = settled(tmp_path, "import nobody_knows_this.part", "from google.colab import drive")
    assert findings.unknown == {"nobody_knows_this": ["cell 1"]}
    assert findings.notes == ["google.colab exists only on Colab."]


def test_modules_that_only_a_service_has(tmp_path: Path) -> None:
    code = "from kaggle_secrets import UserSecretsClient\nimport notebookutils.fs"
    findings = settled(tmp_path, code)
    assert (found(findings), findings.unknown) == ([], {})
    assert sorted(findings.notes) == [
        "kaggle_secrets exists only on Kaggle.",
        "notebookutils exists only on Fabric.",
    ]


def test_a_commented_install_explains_a_module_of_its_name(tmp_path: Path) -> None:
    findings = settled(tmp_path, "# !pip install nobody-knows\nimport nobody_knows")
    assert (found(findings), findings.unknown) == (["nobody-knows"], {})


def test_the_declared_one_of_several_packages_is_taken(tmp_path: Path) -> None:
    findings = settled(tmp_path, "!pip install opencv-python-headless", "import cv2")
    assert set(found(findings)) == {"opencv-python-headless"}
    for name in ("twitter", "python-twitter"):
        assert set(found(settled(tmp_path, f"!pip install {name}", "import twitter"))) == {name}


@pytest.mark.parametrize("module", ["mlflow", "lightning", "llama_index", "airflow", "sql", "cv2"])
def test_a_module_that_several_packages_provide_is_met_by_one(module: str, tmp_path: Path) -> None:
    """One of them may depend on another: mlflow brings mlflow-skinny."""
    names = set(special_cases.ALSO[module].split())
    assert len(names.intersection(found(settled(tmp_path, f"import {module}")))) == 1


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("monai-weekly", "monai"),
        ("mxnet-cu112", "mxnet"),
        ("paddlepaddle-gpu", "paddle"),
        ("numpy-nightly", "numpy"),
        ("onnxruntime-gpu", "onnxruntime"),
        ("pyfolio-reloaded", "pyfolio"),
    ],
)
def test_another_build_of_a_package_is_taken_alone(name: str, module: str, tmp_path: Path) -> None:
    findings = settled(tmp_path, f"!pip install {name}", f"import {module}.x")
    assert set(found(findings)) == {name}


@pytest.mark.parametrize(
    ("name", "module", "other"),
    [
        ("azureml-rag", "azureml.core", "azureml-core"),
        ("zope-own", "zope.interface", "zope-interface"),
        ("google-own", "google.cloud.storage", "google-cloud-storage"),
    ],
)
def test_a_declared_package_has_one_part_of_a_namespace(
    name: str, module: str, other: str, tmp_path: Path
) -> None:
    part = name.replace("-", ".")
    findings = settled(tmp_path, f"%pip install {name}", f"import {part}, {module}")
    assert (set(found(findings)), findings.unknown) == ({name, other}, {})


def test_a_package_of_a_longer_name_is_no_other_build(tmp_path: Path) -> None:
    findings = settled(tmp_path, "!pip install pandas-profiling", "import pandas")
    assert set(found(findings)) == {"pandas-profiling", "pandas"}


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


def test_a_package_that_no_table_knows_may_have_the_modules_name(tmp_path: Path) -> None:
    found_all = settled(tmp_path, "!pip install py-qqqzz pytest-mock\nimport qqqzz, mock")
    assert set(found(found_all)) == {"py-qqqzz", "pytest-mock", "mock"}
    assert not found_all.unknown


def test_cython_builds_with_setuptools_where_python_has_no_distutils(tmp_path: Path) -> None:
    cell = "%load_ext cython"
    assert set(found(settled(tmp_path, cell, python="3.12"))) == {"cython", "setuptools"}
    assert set(found(settled(tmp_path, cell, python="3.11"))) == {"cython"}


@pytest.mark.parametrize(
    "name",
    [
        "sphinx",
        "sphinx-design",
        "myst-nb",
        "scanpydoc",
        "pydata-sphinx-theme",
        "pytest-cov",
        "mkdocs-jupyter",
        "types-requests",
        "pandas-stubs",
        "flake8-bugbear",
        "jupyterlab-git",
        "rise",
    ],
)
def test_what_builds_documents_and_checks_code_is_left_out(name: str, tmp_path: Path) -> None:
    beside = Findings()
    for each in (name, "attrs"):
        beside.add(each, FILE)
    (tmp_path / "requirements.txt").write_text(f"{name}\nattrs\n")
    findings = settled(tmp_path, "import rich", beside=beside)
    assert set(found(findings)) == {"rich", "attrs"}
    assert [each.name for each in findings.left_out] == [name]


ENVIRONMENT = (
    "certifi cffi cycler decorator idna jedi kiwisolver parso pexpect pyzmq tk traitlets wcwidth"
)


@pytest.mark.parametrize(("version", "kept"), [(">=1", 1), ("", 1), ("==1", 14)])
def test_a_list_of_an_environment(version: str, kept: int, tmp_path: Path) -> None:
    """Without exact versions, only what is used of it counts; with them, it is a lock."""
    beside = Findings()
    for name in ["rich", *ENVIRONMENT.split()]:
        beside.add(f"{name}{version}", FILE)
    findings = settled(tmp_path, "import rich", beside=beside)
    assert len(findings.settled()) == kept
    assert f"rich{version}" in [each.requirement for each in findings.settled()]


def test_packages_of_python_2_in_a_list_of_what_was_installed_are_left_out(tmp_path: Path) -> None:
    beside = Findings()
    for each in ("numpy==1.8.1", "wsgiref==0.1.2", "pkg-resources==0.0.0", "six==1.7.3"):
        beside.add(each, FILE)
    findings = settled(tmp_path, "import numpy", beside=beside)
    assert set(found(findings)) == {"numpy", "numpy==1.8.1", "six==1.7.3"}
    assert {each.name for each in findings.left_out} == {"wsgiref", "pkg-resources"}


@pytest.mark.parametrize("install", ["%pip install Tool/", "!pip install -e ./Tool"])
def test_a_project_that_is_installed_by_its_folder_has_its_modules(
    tmp_path: Path, install: str
) -> None:
    for name in ("evo_prot_grad", "qqqzz"):
        (tmp_path / "Tool" / name).mkdir(parents=True)
        (tmp_path / "Tool" / name / "__init__.py").touch()
    findings = settled(tmp_path, f"{install}\nimport evo_prot_grad, qqqzz, pandas")
    assert {each.name for each in findings.requirements if each.name} == {"pandas"}
    assert not findings.unknown


@pytest.mark.parametrize(
    ("release", "nightly"),
    [
        ("tensorflow-datasets", "tfds-nightly"),
        ("tensorflow-probability", "tfp-nightly"),
        ("tensorflow-hub", "tf-hub-nightly"),
    ],
)
def test_a_nightly_build_takes_the_place_of_the_release(
    tmp_path: Path, release: str, nightly: str
) -> None:
    module = release.replace("-", "_")
    asked = found(settled(tmp_path, f"!pip install {nightly}\nimport {module}"))
    assert nightly in asked and release not in asked
    plain = found(settled(tmp_path, f"import {module}"))
    assert release in plain and nightly not in plain
