"""The files in ``.github`` have the forms that GitHub reads, and their commands exist."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
GITHUB = ROOT / ".github"


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("github-workflows", ".github/workflows/*.yml"),
        ("dependabot", ".github/dependabot.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("citation-file-format", "CITATION.cff"),
    ],
)
def test_a_file_has_its_form(schema: str, pattern: str) -> None:
    files = sorted(ROOT.glob(pattern))
    assert files
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    done = subprocess.run([*command, *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_what_workflows_run_is_here() -> None:
    jobs = [
        job
        for path in (GITHUB / "workflows").iterdir()
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
    ]
    lines = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    words = {word for line in lines for word in line.split()}
    named = {word for word in words if word.startswith((".ci/", "tests/"))}
    assert named == {".ci/run", "tests/unit"}
    assert all((ROOT / name).exists() for name in named)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
