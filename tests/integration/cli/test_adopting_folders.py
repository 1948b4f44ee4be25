"""``nbenv adopt FOLDER`` on the command line, with a local index."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import write_notebook
from tests.support.commands import fail, nbenv, succeed
from tests.support.index import LocalIndex


def record(notebook: Path) -> Any:
    return json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get("nbenv")


def locked(notebook: Path) -> dict[str, str]:
    pins = (line.split(" ")[0].split("==") for line in record(notebook)["lock"])
    return {name: version for name, version in pins if name != "ipykernel"}


@pytest.fixture
def course(tmp_path: Path, index: LocalIndex) -> Path:
    """Return a course whose notebooks agree but for one."""
    for version in ("1.0", "2.0"):
        index.wheel("tabulate", version)
    index.wheel("rich", "1.0", requires=["tabulate<2"])
    index.wheel("humanize", "1.0", requires=["tabulate>=2"])
    folder = tmp_path / "course"
    write_notebook(folder / "a.ipynb", "import tabulate")
    write_notebook(folder / "week 1" / "b.ipynb", "import rich")
    write_notebook(folder / "week 1" / ".ipynb_checkpoints" / "b.ipynb", "import rich")
    write_notebook(folder / "week 2" / "z.ipynb", "import humanize")
    return folder


def test_a_course_is_adopted_with_shared_versions(course: Path) -> None:
    (course / "requirements.txt").write_text("tabulate!=0.9\nunused\n", encoding="utf-8")
    dry = succeed("adopt", course, "--dry-run")
    assert "Would adopt 3 notebooks; 1 passed over; nothing was changed." in dry.out
    assert record(course / "a.ipynb") is None
    done = succeed("adopt", course, "--json", "--jobs", "2").json
    inner, last = str(Path("week 1", "b.ipynb")), str(Path("week 2", "z.ipynb"))
    assert [(each["notebook"], each["state"]) for each in done["notebooks"]] == [
        ("a.ipynb", "adopted"), (inner, "adopted"), (last, "adopted"),
    ]  # fmt: skip
    assert [each["shares"] for each in done["notebooks"]] == [1, 1, None]
    assert locked(course / "a.ipynb") == {"tabulate": "1.0"}
    assert locked(course / inner) == {"rich": "1.0", "tabulate": "1.0"}
    assert locked(course / last) == {"humanize": "1.0", "tabulate": "2.0"}
    assert record(course / "a.ipynb")["requirements"] == ["tabulate!=0.9"]
    again = succeed("adopt", course)
    assert "Adopted 0 notebooks; 4 passed over." in again.out


def test_a_notebook_that_comes_later_shares_what_the_others_have(
    course: Path, index: LocalIndex
) -> None:
    succeed("adopt", course)
    index.wheel("tabulate", "1.1")
    write_notebook(course / "week 1" / "c.ipynb", "import tabulate")
    done = succeed("adopt", course / "week 1", course / "week 2", course)
    assert "shared" in done.out
    assert locked(course / "week 1" / "c.ipynb") == locked(course / "a.ipynb")


def test_one_that_fails_is_named_and_stops_no_other(course: Path) -> None:
    (course / "0.ipynb").write_text("{", encoding="utf-8")
    write_notebook(course / "c.ipynb", "%pip install ./gone")
    os.chmod(course / "week 2" / "z.ipynb", 0o444)
    done = nbenv("adopt", course, "--yes")
    assert done.status == 1
    last = Path("week 2", "z.ipynb")
    assert f"Adopted 3 of 5 notebooks; 1 passed over. Failed: 0.ipynb, {last}." in done.out
    assert "cannot be written" in done.out
    assert locked(course / "a.ipynb") == {"tabulate": "1.0"}
    os.chmod(course / "week 2" / "z.ipynb", 0o644)
    later = nbenv("adopt", course, course / "week 2" / "z.ipynb")
    assert "Adopted 1 of 2 notebooks" in later.out
    assert record(course / "week 2" / "z.ipynb")


@pytest.mark.parametrize("option", ["--index-url", "--extra-index-url"])
def test_a_dead_index_of_some_notebooks_stops_no_other(course: Path, option: str) -> None:
    for name in ("f.ipynb", "g.ipynb"):
        write_notebook(course / name, f"%pip install rich {option} http://127.0.0.1:9/simple")
    done = nbenv("adopt", course, "--yes")
    assert done.status == 1
    assert "Adopted 3 of 5 notebooks; 1 passed over. Failed: f.ipynb, g.ipynb." in done.out
    assert "--own-indexes" in done.out
    assert locked(course / "a.ipynb") == {"tabulate": "1.0"}


def test_what_is_foreign_waits_for_an_answer(course: Path, index: LocalIndex) -> None:
    write_notebook(course / "f.ipynb", f"%pip install rich --extra-index-url {index.url}")
    message = fail("adopt", course, status=3)
    assert index.url in message
    assert "--yes" in message
    assert record(course / "a.ipynb") is None


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupt_leaves_each_whole_or_untouched(course: Path, home: Path) -> None:
    notebooks = [course / "a.ipynb", course / "week 1" / "b.ipynb", course / "week 2" / "z.ipynb"]
    before = {path: path.read_bytes() for path in notebooks}
    command = [sys.executable, "-m", "nbenv", "adopt", str(course), "--jobs", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stderr
    lines = []
    for line in process.stderr:
        lines.append(line)
        if line.startswith("2 of 3") and "Creating" in line:
            process.send_signal(signal.SIGINT)
    assert process.wait() == 1
    assert "To go on, run the same command again." in "".join(lines)
    done = [path for path in notebooks if record(path)]
    assert notebooks[0] in done
    assert all(path.read_bytes() == before[path] for path in notebooks if path not in done)
    whole = [each for each in (home / "envs").iterdir() if (each / "nbenv.json").exists()]
    assert len(list((home / "envs").iterdir())) == len(whole) == len(done)
    succeed("adopt", course)
    assert all(map(record, notebooks))


def test_words_that_are_neither_notebooks_nor_folders(tmp_path: Path) -> None:
    assert "Which notebook, or which folder?" in fail("adopt", status=2)
    assert "takes notebooks and folders" in fail("adopt", tmp_path, "pandas", status=2)
    assert "There are no notebooks in" in fail("adopt", tmp_path)
