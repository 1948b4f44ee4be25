"""The size of what adopting would download."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.environments.interpreters import default_python
from nbenv.installer.uv import run_uv
from nbenv.operations.adoption.adopt import AdoptOptions, adopt
from nbenv.progress import Outcome, drain
from tests.conftest import write_notebook
from tests.support.environments import on_disk, ref_of
from tests.support.index import LocalIndex


def dry_run(notebook: Path, **options: str) -> Outcome:
    return drain(adopt(ref_of(notebook), AdoptOptions(dry_run=True, sizes=True, **options)))


def download(outcome: Outcome) -> dict[str, object]:
    assert isinstance(outcome.data, dict)
    found: dict[str, object] = outcome.data["download"]
    return found


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    index.wheel("tabulate", "0.9.0")
    index.sdist("pyyaml", "6.0")
    return index


def test_the_files_of_the_index_are_measured(tmp_path: Path, stocked: LocalIndex) -> None:
    notebook = write_notebook(tmp_path / "folder" / "a.ipynb", "import tabulate")
    before = on_disk(notebook.parent)
    stocked.downloads.clear()
    outcome = dry_run(notebook)
    files = [
        stocked.folder / f"{each}-py3-none-any.whl" for each in ("ipykernel-7.0", "tabulate-0.9.0")
    ]
    size = sum(each.stat().st_size for each in files)
    assert download(outcome) == {
        "count": 2, "size": size, "unknown": 0, "problem": "", "is_certain": True,
    }  # fmt: skip
    assert f"Size of the download: {size / 1000:.1f} kB, 2 packages." in outcome.text
    assert (stocked.downloads, on_disk(notebook.parent)) == ([], before)


def test_what_is_cached_is_not_counted(tmp_path: Path, stocked: LocalIndex) -> None:
    notebook = write_notebook(tmp_path / "a.ipynb", "import tabulate")
    drain(run_uv(["pip", "install", "ipykernel", "--target", str(tmp_path / "t")], tmp_path))
    size = (stocked.folder / "tabulate-0.9.0-py3-none-any.whl").stat().st_size
    assert download(dry_run(notebook))["size"] == size
    drain(run_uv(["pip", "install", "tabulate", "--target", str(tmp_path / "t")], tmp_path))
    outcome = dry_run(notebook)
    assert (download(outcome)["count"], download(outcome)["size"]) == (2, 0)
    assert "Size of the download: nothing, 2 packages from uv's cache." in outcome.text


def test_what_would_have_to_be_built_is_unknown(tmp_path: Path, stocked: LocalIndex) -> None:
    outcome = dry_run(write_notebook(tmp_path / "a.ipynb", "import yaml"))
    assert download(outcome)["size"] is None
    assert download(outcome)["problem"]
    assert "Size of the download: unknown. " in outcome.text


def test_no_index_of_the_notebooks_is_asked(tmp_path: Path, stocked: LocalIndex) -> None:
    line = "!pip install -i https://private.invalid/simple acme"
    stocked.requests.clear()
    outcome = dry_run(write_notebook(tmp_path / "a.ipynb", line))
    assert download(outcome)["problem"] == "The notebook names other indexes than this machine's."
    assert stocked.requests == []


def test_what_comes_from_elsewhere_is_not_looked_at(tmp_path: Path, stocked: LocalIndex) -> None:
    code = "!pip install https://host.invalid/acme-1.0-py3-none-any.whl\nimport tabulate"
    found = download(dry_run(write_notebook(tmp_path / "a.ipynb", code)))
    assert (found["count"], found["unknown"]) == (3, 1)


def test_without_that_python(
    tmp_path: Path, stocked: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbenv.operations.adoption import download_size as module

    monkeypatch.setattr(module.interpreters, "find", lambda *_, **__: None)
    found = download(dry_run(write_notebook(tmp_path / "a.ipynb", "import tabulate")))
    assert found["problem"] == f"Python {default_python()} is not on this machine yet."
