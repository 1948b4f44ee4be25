"""Records that are handed to a kernel, and the files that are kept of them."""

from __future__ import annotations

import io
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from nbenv.core.record import fingerprint
from nbenv.environments import history
from nbenv.environments.store import State, save_state
from nbenv.errors import RecordError
from nbenv.home import paths, variables
from nbenv.home.handed_over import HandedOver, variables_in
from nbenv.kernel import become, launcher, receive_record
from nbenv.kernel.receive_record import handed_over_file, receive
from nbenv.notebook.metadata import read_metadata, write_metadata
from tests.unit.kernel.conftest import RECORD

OLD = {**RECORD, "requirements": ["old"]}
NEW = {**RECORD, "requirements": ["new"]}
OTHER = {**RECORD, "requirements": ["other"]}


def handed(record: object, number: str = "1", *known: object) -> HandedOver:
    names = tuple(fingerprint(each) for each in known)  # type: ignore[arg-type]
    return HandedOver("work-1", "/front/work.ipynb", record, names, number)  # type: ignore[arg-type]


def kept(path: str) -> object:
    return read_metadata(path).get("nbenv")


def change(path: str, before: object, after: dict[str, object]) -> None:
    """Record a change, as a command in the kernel does."""
    write_metadata(path, {"nbenv": after})
    names = (fingerprint(before),)  # type: ignore[arg-type]
    save_state(State(path, "work-1-a", after, True, names))


def test_the_file_is_private_and_no_notebook_of_a_person(home: Path) -> None:
    path = receive(handed(OLD))
    assert paths.is_handed_over(path)
    assert Path(path).is_relative_to(home)
    assert [stat.S_IMODE(os.stat(each).st_mode) for each in (path, os.path.dirname(path))] == [
        0o600,
        0o700,
    ]
    assert kept(path) == OLD
    assert kept(receive(handed(None, "2", OLD))) is None


def test_a_restart_is_handed_what_the_first_start_was() -> None:
    path = receive(handed(OLD))
    change(path, OLD, NEW)
    assert kept(receive(handed(OLD))) == NEW


def test_a_change_that_the_server_does_not_know_of_counts() -> None:
    path = receive(handed(OLD))
    change(path, OLD, NEW)
    assert kept(receive(handed(OLD, "2"))) == NEW


def test_the_server_may_go_back_to_an_older_record() -> None:
    path = receive(handed(OLD))
    change(path, OLD, NEW)
    assert kept(receive(handed(OLD, "2", NEW))) == OLD


def test_of_two_changes_the_notebooks_counts_and_the_other_can_be_undone_to() -> None:
    path = receive(handed(OLD))
    change(path, OLD, NEW)
    assert kept(receive(handed(OTHER, "2", OLD))) == OTHER
    assert history.last(path) == (True, NEW)


def test_a_damaged_file_is_written_again() -> None:
    Path(receive(handed(OLD))).write_text("{", encoding="utf-8")
    assert kept(receive(handed(NEW))) == NEW


@pytest.mark.parametrize("odd", ["text", [1], 7, {"version": 9}, {"lock": "x"}])
def test_an_odd_record_is_kept_for_the_launcher_to_refuse(odd: object) -> None:
    receive(handed(odd))
    path = receive(handed(odd, "2"))
    assert kept(path) == odd


def test_variables_are_for_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in handed(OLD).to_variables().items():
        monkeypatch.setenv(name, text)
    path = handed_over_file()
    assert path is not None
    assert kept(path) == OLD
    assert variables_in(os.environ) == []
    assert handed_over_file() == path  # in place of this process, as after a repair
    monkeypatch.setenv(variables.RECORD, f"{os.getpid() + 1} {path}")  # of a kernel above
    assert handed_over_file() is None
    assert variables.RECORD not in os.environ


def test_variables_stay_with_a_supervised_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    path = receive(handed(OLD))
    monkeypatch.setattr(become, "_supervisor", 1)
    monkeypatch.setenv(variables.RECORD, f"1 {path}")  # of a process that this one replaces
    assert handed_over_file() == path
    assert os.environ[variables.RECORD] == f"1 {path}"
    monkeypatch.setenv(variables.RECORD, f"{os.getpid()} {path}")
    assert handed_over_file() is None


@pytest.mark.parametrize("place", ["/etc/passwd.ipynb", "", "work.ipynb"])
def test_only_files_that_are_kept_here_are_taken(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variables.RECORD, f"{os.getpid()} {place}")
    assert handed_over_file() is None


def test_what_cannot_be_read_is_for_no_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERNEL_NBENV", "1")
    monkeypatch.setenv("KERNEL_NBENV_1", "damaged")
    with pytest.raises(RecordError):
        handed_over_file()
    assert variables_in(os.environ) == []


def test_a_kernel_that_runs_hears_what_it_has_to_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(handed(OLD).to_text()))
    assert receive_record.main() == 0
    path = paths.handed_over_path("work-1")
    assert json.loads(capsys.readouterr().out) == {"path": path, "environment": None}
    monkeypatch.setattr(sys, "stdin", io.StringIO("damaged"))
    assert receive_record.main() == 1
    assert "cannot be read" in json.loads(capsys.readouterr().out)["error"]


def test_the_launcher_starts_the_kernel_of_what_it_is_handed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[str] = []
    monkeypatch.setattr(launcher, "_start", lambda path, _: started.append(path))
    monkeypatch.setattr(launcher, "shield_process", lambda: None)
    monkeypatch.setenv("JPY_SESSION_NAME", "/there/other.ipynb")
    for name, text in handed(OLD).to_variables().items():
        monkeypatch.setenv(name, text)
    launcher.main()
    assert started == [paths.handed_over_path("work-1")]
    assert "JPY_SESSION_NAME" not in os.environ
