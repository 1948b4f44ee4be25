"""Fallbacks for an exact environment that is unavailable: offered, and used only on request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from nbenv.environments import interpreters
from tests.conftest import write_notebook
from tests.endurance.ground import Ground, ground
from tests.integration.cli.test_verbs import installed, record
from tests.support.commands import fail, nbenv, succeed
from tests.support.index import LocalIndex
from tests.support.kernels import kernel

LEAF = "leaf-1.0-py3-none-any.whl"


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    index.wheel("leaf", "0.9", upload_time="2022-01-01T00:00:00Z")
    index.wheel("leaf", "1.0", upload_time="2023-05-05T05:05:05Z")
    index.wheel("other", "1.0", upload_time="2022-03-03T00:00:00Z")
    return index


@pytest.fixture
def shared(stocked: LocalIndex, notebook: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a notebook as it arrives on another machine years later."""
    succeed("install", notebook, "leaf", "other", "-q")
    stocked.wheel("leaf", "3.0", upload_time="2025-01-01T00:00:00Z")
    home = notebook.parent.parent
    monkeypatch.setenv("NBENV_HOME", str(home / "elsewhere"))
    monkeypatch.setenv("UV_CACHE_DIR", str(home / "empty"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_MIRROR", stocked.url)
    return notebook


def levels(notebook: Path) -> dict[str, str]:
    """Return the fallbacks that a failed restore offers, with what each would change."""
    done = nbenv("restore", notebook, "--json")
    assert done.status == 1, done.out
    return {step["level"]: step["told"] for step in done.json["error"]["steps"]}


def test_a_file_gone_from_the_index(shared: Path, stocked: LocalIndex) -> None:
    before = shared.read_bytes()
    stocked.remove(LEAF)
    told = fail("restore", shared, "-q")
    assert "is not available here" in told
    assert "leaf 1.0: no index has this version any more." in told
    assert "dated   what the requirements allowed on 2024-01-01; ~ leaf 1.0 → 0.9" in told
    assert "newest  ~ leaf 1.0 → 3.0" in told
    assert "  build" not in told
    shown = succeed("restore", shared, "--dry-run", "--fallback", "dated", "-q").out
    assert "As of:     2024-01-01" in shown
    assert (shared.read_bytes(), installed(shared)) == (before, {})
    told = succeed("restore", shared, "--fallback", "dated", "-q").out
    assert "Missing:   leaf 1.0: no index has this version any more." in told
    assert "Changed:   ~ leaf 1.0 → 0.9" in told
    assert "Kept:      2 packages of 3, exactly as locked" in told
    assert installed(shared) == {"ipykernel": "7.0", "leaf": "0.9", "other": "1.0"}
    assert any(line.startswith("leaf==0.9 ") for line in record(shared)["lock"])
    assert "no longer available here" in fail("undo", shared, "-q")
    assert "leaf" in installed(shared)


def test_no_wheel_for_this_machine(shared: Path, stocked: LocalIndex) -> None:
    stocked.remove(LEAF)
    foreign = stocked.wheel("leaf", "1.0", tag="cp38-cp38-win32").name
    stocked.sdist("leaf", "1.0")
    locked = record(shared)["lock"]
    digest = next(line for line in locked if line.startswith("leaf")).rpartition(":")[2]
    text = shared.read_text(encoding="utf-8")
    shared.write_text(text.replace(digest, stocked.sha256(foreign)), encoding="utf-8")
    told = fail("restore", shared, "-q")
    assert "leaf 1.0: none of the locked files fits this machine." in told
    assert "build   the same versions; leaf built from source, which runs its code" in told
    assert (
        "Built:     leaf, from source"
        in succeed("restore", shared, "--fallback", "build", "-q").out
    )
    assert installed(shared)["leaf"] == "1.0"
    line = next(line for line in record(shared)["lock"] if line.startswith("leaf"))
    assert stocked.sha256(foreign) in line  # still used where that wheel fits
    assert stocked.sha256("leaf-1.0.tar.gz") in line


def test_a_python_that_cannot_be_had(shared: Path, stocked: LocalIndex) -> None:
    text = shared.read_text(encoding="utf-8")
    own = interpreters.default_python()
    shared.write_text(text.replace(f'"python": "{own}"', '"python": "3.77"'), encoding="utf-8")
    before = shared.read_bytes()
    told = fail("restore", shared, "-q")
    assert "Python 3.77, which this notebook's environment needs, is not on this machine" in told
    steps = levels(shared)
    assert set(steps) == {"python", "dated", "newest"}
    assert "instead of 3.77; the same versions" in steps["python"]
    assert "leaf 1.0 → 3.0" in steps["newest"]
    assert shared.read_bytes() == before
    told = succeed("restore", shared, "--fallback", "python", "-q").out
    assert "Kept:      3 packages of 3, exactly as locked" in told
    assert record(shared)["python"] in steps["python"]
    assert installed(shared)["leaf"] == "1.0"
    assert succeed("restore", shared, "--fallback", "newest", "-q").out.startswith("Restored: ")
    assert installed(shared)["leaf"] == "1.0"  # what is available exactly is not replaced


def test_a_build_that_fails(stocked: LocalIndex, notebook: Path, tmp_path: Path) -> None:
    stocked.sdist("built", "1.0")
    succeed("install", notebook, "built", "-q")
    stocked.remove("built-1.0.tar.gz")
    stocked.sdist("built", "1.0", fails="no compiler")
    stocked.wheel("built", "2.0")
    locked = next(line for line in record(notebook)["lock"] if line.startswith("built"))
    text = notebook.read_text(encoding="utf-8")
    digest = stocked.sha256("built-1.0.tar.gz")
    notebook.write_text(text.replace(locked.rpartition(":")[2], digest), encoding="utf-8")
    environ = {"NBENV_HOME": str(tmp_path / "else"), "UV_CACHE_DIR": str(tmp_path / "empty")}
    told = fail("restore", notebook, "-q", environ=environ)
    assert "built 1.0: its build failed." in told
    assert "newest  ~ built 1.0 → 2.0" in told
    succeed("restore", notebook, "--fallback", "newest", "-q", environ=environ)
    assert any(line.startswith("built==2.0 ") for line in record(notebook)["lock"])


def test_listed_but_not_there(shared: Path, stocked: LocalIndex) -> None:
    stocked.gone.add(LEAF)
    told = fail("restore", shared, "-q")
    assert "leaf 1.0: the index lists its file, but no longer has it." in told
    assert "newest  ~ leaf 1.0 → 3.0" in told
    succeed("restore", shared, "--fallback", "newest", "-q")
    assert installed(shared)["leaf"] == "3.0"


def test_without_upload_times_there_is_no_date(shared: Path, stocked: LocalIndex) -> None:
    stocked.remove(LEAF)
    stocked.html_only = True
    assert set(levels(shared)) == {"newest"}


def test_nothing_remains(shared: Path, stocked: LocalIndex) -> None:
    for version in ("0.9", "1.0", "3.0"):
        stocked.remove(f"leaf-{version}-py3-none-any.whl")
    told = fail("restore", shared, "-q")
    assert "there is no fallback" in told
    assert "there is no fallback" in fail("restore", shared, "--fallback", "newest", "-q")
    assert installed(shared) == {}


def test_no_fallback_where_none_is_needed(shared: Path, stocked: LocalIndex) -> None:
    words = ("restore", shared, "--dry-run", "--fallback", "newest", "-q")
    assert "Nothing was downloaded" in fail(*words, status=3)  # looking for one resolves
    stocked.corrupt.add(LEAF)  # tampering is not unavailability: it stays a refusal
    told = fail("restore", shared, "--fallback", "newest", "-q")
    assert "not the one that the notebook's lock names" in told
    stocked.corrupt.clear()
    assert "No fallback is needed" in fail(*words, status=2)
    stocked.close()  # neither is an index that is down
    assert "--fallback" not in fail("restore", shared, "-q")


# -- in a kernel, and run


@pytest.fixture(scope="module")
def place() -> Iterator[Ground]:
    with ground() as made:
        yield made


def test_the_report_is_in_the_cell(place: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = place.notebook("asked")
    succeed("install", notebook, "leaf<2", "-q")
    place.index.remove(LEAF)
    place.index.wheel("leaf", "1.5")
    monkeypatch.setenv("NBENV_HOME", str(place.folder / "reader"))
    monkeypatch.setenv("UV_CACHE_DIR", str(place.folder / "reader-cache"))
    with kernel(notebook) as running:
        status, text = running.run("%nbenv restore")
        assert status == "error"
        assert "newest  ~ leaf 1.0 → 1.5" in text
        report = running.ok("%nbenv restore --fallback newest")
        assert "Missing:   leaf 1.0" in report
        assert "Changed:   ~ leaf 1.0 → 1.5" in report
        assert running.ok("import leaf; print(leaf.__version__)") == "1.5\n"
    place.index.wheel("leaf", "1.0")


def test_run_takes_a_fallback_on_a_copy(place: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = write_notebook(place.folder / "run.ipynb", "import twig; print(twig.__version__)")
    succeed("install", notebook, "twig<2", "-q")
    before = notebook.read_bytes()
    place.index.remove("twig-1.0-py3-none-any.whl")
    place.index.wheel("twig", "1.1")
    monkeypatch.setenv("NBENV_HOME", str(place.folder / "runner"))
    monkeypatch.setenv("UV_CACHE_DIR", str(place.folder / "runner-cache"))
    assert "is not available here" in fail("run", notebook, "-q")
    done = succeed("run", notebook, "--fallback", "newest", "-o", place.folder / "out.ipynb", "-q")
    assert "Changed:   ~ twig 1.0 → 1.1" in done.out
    assert notebook.read_bytes() == before
    shown = nbformat.read(place.folder / "out.ipynb", as_version=4)
    assert shown.cells[0].outputs[0].text == "1.1\n"
    place.index.wheel("twig", "1.0")
