"""The gate: what was not shown and approved is not installed, on any way in."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from nbenv.engine.consent import agreed_by_command, check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.fallbacks import LEVELS
from nbenv.errors import ApprovalNeededError, UsageError
from nbenv.notebook.metadata import read_metadata, write_metadata
from nbenv.operations.restore import prepare
from nbenv.progress import drain
from tests.support.commands import fail, nbenv, succeed
from tests.support.index import LocalIndex


@pytest.fixture
def foreign(notebook: Path, index: LocalIndex, tmp_path: Path) -> Path:
    """Return a recorded notebook that was made on another machine."""
    index.wheel("leaf", "1.0")
    index.wheel("leaf", "2.0")
    succeed("install", notebook, "leaf==1.0", environ={"NBENV_HOME": str(tmp_path / "other")})
    return notebook


def installed(notebook: Path) -> dict[str, str]:
    environment = NotebookSnapshot.read(NotebookRef(str(notebook))).environment
    return {name: each.version for name, each in environment.installed().items()}


def digest(notebook: Path) -> str:
    return json.loads(succeed("restore", notebook, "--dry-run", "--json").out)["digest"]


def swap(notebook: Path, index: LocalIndex) -> None:
    """Let the record name another file, as after a checkout."""
    record = dict(read_metadata(str(notebook))["nbenv"])  # type: ignore[call-overload]
    lock = [line for line in record["lock"] if not line.startswith("leaf")]
    name = "leaf-2.0-py3-none-any.whl"
    record["lock"] = sorted([*lock, f"leaf==2.0 --hash=sha256:{index.sha256(name)}"])
    record["requirements"] = ["leaf==2.0"]
    write_metadata(str(notebook), {"nbenv": record})


JOBS = [
    ["restore"], ["restore", "--python", "3.11"], ["install", "leaf"], ["upgrade"],
    ["uninstall", "leaf"], ["undo"], ["redo"], ["record"], ["restore", "--fallback", "newest"],
    ["restore", "--dry-run", "--fallback", "newest"],
]  # fmt: skip


@pytest.mark.parametrize("words", JOBS, ids=" ".join)
@pytest.mark.parametrize("agreed", ["", "0" * 32])
def test_a_page_that_showed_nothing_or_another_record_installs_nothing(
    foreign: Path, index: LocalIndex, words: list[str], agreed: str
) -> None:
    index.requests.clear()
    command = [words[0], f"--agreed={agreed}", "--notebook", foreign, *words[1:]]
    done = nbenv(*command)
    assert done.status == 3, done.err
    assert "Nothing was downloaded or run." in done.err
    assert ("has changed since it was shown" in done.err) is bool(agreed)
    assert installed(foreign) == {}
    assert index.requests == []


def test_a_page_installs_what_it_showed(foreign: Path, index: LocalIndex) -> None:
    succeed("restore", f"--agreed={digest(foreign)}", "--notebook", foreign)
    assert installed(foreign) == {"ipykernel": "7.0", "leaf": "1.0"}


def test_a_record_swapped_behind_the_dialog_is_refused(foreign: Path, index: LocalIndex) -> None:
    shown = digest(foreign)
    swap(foreign, index)
    done = nbenv("restore", f"--agreed={shown}", "--notebook", foreign)
    assert (done.status, installed(foreign)) == (3, {})
    succeed("restore", f"--agreed={digest(foreign)}", "--notebook", foreign)
    assert installed(foreign)["leaf"] == "2.0"


def test_a_command_approves_what_it_found_and_nothing_later(
    foreign: Path, index: LocalIndex
) -> None:
    ref = NotebookRef(str(foreign))
    found = drain(agreed_by_command(ref, None))
    check_approved(NotebookSnapshot.read(ref), found)
    swap(foreign, index)
    with pytest.raises(ApprovalNeededError, match="has changed since it was shown"):
        check_approved(NotebookSnapshot.read(ref), found)
    with pytest.raises(ApprovalNeededError):
        drain(prepare(ref, found))
    assert installed(foreign) == {}


@pytest.mark.parametrize("level", LEVELS)
def test_a_fallback_is_not_looked_for_before_approval(
    foreign: Path, index: LocalIndex, level: str
) -> None:
    index.requests.clear()
    message = fail("restore", foreign, "--dry-run", "--fallback", level, status=3)
    assert "Nothing was downloaded or run." in message
    assert index.requests == []


@pytest.mark.parametrize(
    "typed",
    [["--notebook", "other.ipynb"], ["--notebook=other.ipynb"], ["--environment", "x-1"],
     ["--detached", "x"], ["--agreed", "0" * 32], ["--events"]],
    ids=lambda words: words[0],
)  # fmt: skip
def test_a_cell_gives_no_option_of_nbenvs_own_processes(foreign: Path, typed: list[str]) -> None:
    done = nbenv("install", "--events", "--notebook", foreign, *typed, "leaf")
    assert done.status == UsageError.exit_status
    assert "Unknown option" in done.err + done.out


def test_a_pack_brings_wheels_alone(foreign: Path, tmp_path: Path) -> None:
    record = dict(read_metadata(str(foreign))["nbenv"])  # type: ignore[call-overload]
    project = tmp_path / "evil"
    project.mkdir()
    record["lock"] = sorted([*record["lock"], f"evil @ {project.as_uri()}"])
    write_metadata(str(foreign), {"nbenv": record})
    crafted = tmp_path / "crafted.nbpack"
    with zipfile.ZipFile(crafted, "w") as archive:
        about = {"version": 1, "notebook": foreign.name, "python": "3.11", "platforms": []}
        archive.writestr("pack.json", json.dumps(about))
        archive.writestr(foreign.name, foreign.read_bytes())
    message = fail("unpack", crafted, "-o", tmp_path / "out")
    assert "needs more than wheels: evil" in message
    assert not (tmp_path / "out" / foreign.name).exists()
