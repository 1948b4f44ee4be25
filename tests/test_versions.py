"""One version, wherever it stands."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import nbenv

ROOT = Path(__file__).resolve().parent.parent


def test_versions_agree() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extension = json.loads((ROOT / "labextension" / "package.json").read_text(encoding="utf-8"))
    assert f'\nversion = "{nbenv.__version__}"\n' in project
    assert extension["version"] == nbenv.__version__


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "examples/wine.ipynb"])
def test_no_host_of_an_index_is_named(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"pypi\.org|pythonhosted|file://", text)
