"""One version, wherever it stands."""

from __future__ import annotations

import json
from pathlib import Path

import nbenv

ROOT = Path(__file__).resolve().parent.parent


def test_versions_agree() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extension = json.loads((ROOT / "labextension" / "package.json").read_text(encoding="utf-8"))
    assert f'\nversion = "{nbenv.__version__}"\n' in project
    assert extension["version"] == nbenv.__version__
