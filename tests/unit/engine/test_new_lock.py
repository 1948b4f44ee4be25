"""The lock of an edited record: kept, resolved, or kept because nobody could look."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nbenv.core.spec import Spec
from nbenv.engine import new_lock
from nbenv.engine.document import NotebookSnapshot
from nbenv.engine.new_lock import lock_edited, planned_sync, reading_again
from nbenv.environments.interpreters import Interpreter
from nbenv.errors import IndexAccessError, InstallerKilledError
from nbenv.installer.resolve import ResolveOptions
from nbenv.notebook.metadata import write_metadata
from nbenv.progress import Steps, drain
from tests.support.environments import read

HASH = f"--hash=sha256:{'0' * 64}"
FAR = "far @ https://h.invalid/far-1-py3-none-any.whl"
RECORD: dict[str, object] = {
    "version": 1, "python": "3.11", "requirements": [FAR, "near @ ./near"],
    "lock": [f"{FAR} {HASH}", "near @ ./near"], "indexes": [],
}  # fmt: skip
PYTHON = Interpreter("3.11", "3.11.0", "/python")


@pytest.fixture
def snapshot(notebook: Path) -> NotebookSnapshot:
    write_metadata(str(notebook), {"nbenv": RECORD})
    return read(notebook)


def locked(snapshot: NotebookSnapshot, spec: Spec, options: ResolveOptions | None) -> Spec:
    return drain(lock_edited(snapshot, spec, PYTHON, False, options))


def test_equal_content_is_the_present_spec(snapshot: NotebookSnapshot) -> None:
    same = replace(snapshot.spec, requirements=tuple(reversed(snapshot.spec.requirements)))
    assert locked(snapshot, same, None) is snapshot.spec
    assert snapshot.spec.to_record() == RECORD  # the empty list is kept as well
    assert drain(lock_edited(snapshot, same, PYTHON, True, None)) is snapshot.spec


@pytest.mark.parametrize("error", [IndexAccessError("a"), InstallerKilledError("a")])
@pytest.mark.parametrize(
    ("options", "is_kept"),
    [
        (ResolveOptions(refreshed=("far",)), True),
        (ResolveOptions(refreshed=("far", "near")), False),
        (ResolveOptions(refreshed=("far",), names=("far",)), False),
    ],
)
def test_an_address_that_cannot_be_asked(
    snapshot: NotebookSnapshot,
    monkeypatch: pytest.MonkeyPatch,
    error: IndexAccessError,
    options: ResolveOptions,
    is_kept: bool,
) -> None:
    def fail(*_: object) -> Steps[Spec]:
        yield from ()
        raise error

    monkeypatch.setattr(new_lock, "relock", fail)
    if is_kept and isinstance(error, IndexAccessError):
        assert locked(snapshot, snapshot.spec, options) is snapshot.spec
    else:
        with pytest.raises(type(error)):
            locked(snapshot, snapshot.spec, options)


def test_what_is_read_again(snapshot: NotebookSnapshot) -> None:
    assert reading_again(snapshot, [], None) is None
    assert reading_again(snapshot, ["near"], None) is None  # it is not there, as before
    assert reading_again(snapshot, ["far"], None) == ResolveOptions(refreshed=("far",))


def test_planned_changes(snapshot: NotebookSnapshot) -> None:
    planned = planned_sync(snapshot, snapshot.spec, PYTHON)
    assert planned.download is not None
    assert (planned.download.count, planned.download.unknown) == (2, 2)
    assert [str(each) for each in planned.changes] == [
        "+ far https://h.invalid/far-1-py3-none-any.whl",
        "+ near ./near",
    ]
