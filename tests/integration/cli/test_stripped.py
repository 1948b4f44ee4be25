"""Records that other tools remove or keep: jupytext's text notebooks, output cleaners."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest

from nbenv.environments.readiness import ready_environment
from nbenv.notebook.metadata import write_metadata
from tests.conftest import write_notebook
from tests.support.commands import fail, succeed
from tests.support.index import LocalIndex

FILTER = "nbenv,kernelspec"


def metadata(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))["metadata"]


@pytest.fixture
def recorded(tmp_path: Path, index: LocalIndex) -> Path:
    index.wheel("tabulate", "1.0")
    index.wheel("rich", "2.0", requires=["colorama>=0.4 ; sys_platform == 'win32'"])
    index.wheel("colorama", "0.4.6")
    path = write_notebook(tmp_path / "work" / "x.ipynb", "import tabulate", "print('é')")
    succeed("install", path, "tabulate", "rich>=1,<3")
    return path


def test_a_lost_record_is_noticed_and_put_back(recorded: Path, home: Path) -> None:
    before = metadata(recorded)
    write_metadata(str(recorded), {"nbenv": None})
    without = recorded.read_bytes()
    told = succeed("status", recorded).out
    assert "lost its record; this machine still knows it: rich<3,>=1, tabulate" in told
    assert "nbenv restore" in told
    assert succeed("status", recorded, "--json").json["stripped"] is True
    # Meanwhile its environment stays, even for a starting kernel or a run.
    [environment] = (home / "envs").iterdir()
    assert ready_environment(str(recorded)) == str(environment)
    assert list(environment.glob("lib/python*/site-packages/tabulate-1.0.dist-info"))
    assert recorded.read_bytes() == without
    assert "Put back" in succeed("restore", recorded).out
    assert metadata(recorded) == before
    assert succeed("status", recorded, "--json").json["stripped"] is False
    succeed("undo", recorded)  # still the previous change, not the recovery
    assert metadata(recorded)["nbenv"]["requirements"] == []


def test_a_notebook_that_this_machine_does_not_know_lost_nothing(
    recorded: Path, tmp_path: Path
) -> None:
    write_metadata(str(recorded), {"nbenv": None})
    other = {"NBENV_HOME": str(tmp_path / "other-home")}
    assert succeed("status", recorded, "--json", environ=other).json["stripped"] is False
    assert "nothing to restore" in fail("restore", recorded, environ=other)


@pytest.mark.parametrize("form", ["py:percent", "py:light", "md", "md:myst", "Rmd"])
def test_text_notebooks_keep_the_record_exactly(recorded: Path, form: str) -> None:
    document = nbformat.read(recorded, as_version=4)
    document.metadata["jupytext"] = {"notebook_metadata_filter": FILTER}
    text = jupytext.writes(document, form)
    again = jupytext.reads(text, form).metadata
    assert again["nbenv"] == metadata(recorded)["nbenv"]
    assert again["kernelspec"] == metadata(recorded)["kernelspec"]
    assert jupytext.writes(jupytext.reads(text, form), form) == text


def run_jupytext(*words: object) -> None:
    command = [sys.executable, "-m", "jupytext", *map(str, words)]
    subprocess.run(command, check=True, capture_output=True)


def test_a_pair_through_its_text_alone(recorded: Path) -> None:
    before = metadata(recorded)["nbenv"]
    settings = f'formats = "ipynb,py:percent"\nnotebook_metadata_filter = "{FILTER}"\n'
    (recorded.parent / "jupytext.toml").write_text(settings, encoding="utf-8")
    run_jupytext("--sync", recorded)
    recorded.unlink()
    run_jupytext("--sync", recorded.with_suffix(".py"))
    assert metadata(recorded)["nbenv"] == before
    assert succeed("status", recorded, "--json").json["ready"] is True


def test_a_pair_without_the_filter_loses_it_and_gets_it_back(recorded: Path) -> None:
    before = metadata(recorded)["nbenv"]
    run_jupytext("--to", "py:percent", recorded)
    recorded.unlink()
    run_jupytext("--to", "ipynb", recorded.with_suffix(".py"))
    assert "lost its record" in succeed("status", recorded).out
    succeed("restore", recorded)
    assert metadata(recorded)["nbenv"] == before
