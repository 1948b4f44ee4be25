"""One version, wherever it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import nbenv
from nbenv._version import __version__

ROOT = Path(__file__).resolve().parents[2]


def test_versions_agree() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extension = json.loads((ROOT / "labextension" / "package.json").read_text(encoding="utf-8"))
    assert '\n[tool.hatch.version]\npath = "nbenv/_version.py"\n' in project
    assert nbenv.__version__ == __version__ == extension["version"]
    assert f"\nversion: {__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_addresses_agree() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extension = json.loads((ROOT / "labextension" / "package.json").read_text(encoding="utf-8"))
    home = extension["homepage"]
    assert extension["repository"]["url"] == f"{home}.git"
    assert extension["bugs"]["url"] == f"{home}/issues"
    assert f'\nSource = "{home}"\n' in project
    assert f"]({home}/blob/main/\\2)'" in project  # of links on the package's page


def test_the_package_has_no_other_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'verison'"):
        _ = nbenv.verison  # type: ignore[attr-defined]
