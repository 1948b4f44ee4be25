"""The changes that a notebook's environment went through: their words, dates, undo and redo."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.environments import history
from nbenv.errors import NbenvError
from nbenv.operations.undoing.past_changes import show_history
from nbenv.operations.undoing.undo import redo, undo
from nbenv.operations.uninstall import uninstall
from nbenv.progress import drain
from tests.support.environments import install, read, recorded, ref_of, versions
from tests.support.index import LocalIndex


def told(notebook: Path) -> list[tuple[str, bool]]:
    data = show_history(ref_of(notebook)).data
    assert isinstance(data, dict)
    return [(each["text"], each["undone"]) for each in data["changes"]]


def test_redo_follows_undo_until_another_change(installed: Path, stocked: LocalIndex) -> None:
    stocked.wheel("twig", "1.0", requires=["bud"])
    stocked.wheel("bud", "1.0")
    install(installed, "twig")
    with_twig = recorded(installed)
    install(installed, "leaf>=2")
    newest = recorded(installed)
    made = [("Changed leaf 1.0 → 2.0", False), ("Added twig + 1", False)]
    assert told(installed)[:2] == made
    held = installed.read_bytes()
    assert drain(undo(ref_of(installed), dry_run=True)).summary.splitlines() == [
        "Would undo the last change: ~ leaf 2.0 → 1.0.",
        "Nothing to download.",
    ]
    assert (installed.read_bytes(), told(installed)[:2]) == (held, made)

    drain(undo(ref_of(installed)))
    drain(undo(ref_of(installed)))
    assert told(installed)[:2] == [("Changed leaf 1.0 → 2.0", True), ("Added twig + 1", True)]
    assert drain(redo(ref_of(installed), dry_run=True)).summary.startswith("Would redo the change")
    drain(redo(ref_of(installed)))
    assert (recorded(installed), versions(installed)["twig"]) == (with_twig, "1.0")
    drain(redo(ref_of(installed)))
    assert recorded(installed) == newest
    assert told(installed)[:2] == made
    with pytest.raises(NbenvError, match="no undone change"):
        drain(redo(ref_of(installed)))
    drain(undo(ref_of(installed)))
    drain(uninstall(ref_of(installed), ["twig"]))
    assert told(installed)[0] == ("Removed twig + 1", False)
    with pytest.raises(NbenvError, match="no undone change"):
        drain(redo(ref_of(installed)))


def test_what_changed_otherwise_meanwhile_is_not_overwritten(
    installed: Path, stocked: LocalIndex
) -> None:
    install(installed, "leaf>=2")
    drain(undo(ref_of(installed)))
    [undone] = history.undone(str(installed))
    history.keep_undone(str(installed), [history.Undone(undone.record, "another")], history.Note())
    with pytest.raises(NbenvError, match="no undone change"):
        drain(redo(ref_of(installed)))
    assert all(not is_undone for _, is_undone in told(installed))


def test_dates_and_sizes(installed: Path, stocked: LocalIndex) -> None:
    stocked.wheel("twig", "1.0", modules={"twig.py": "#" * 2_600_000})
    install(installed, "twig")
    outcome = show_history(ref_of(installed))
    assert outcome.text.splitlines()[1][4::3][:1] == "-"
    assert outcome.text.splitlines()[1].endswith("  Added twig (3 MB)")
    # What an older version wrote has neither.
    record = read(installed).record
    history.remember(str(installed), {**(record or {}), "requirements": []})
    data = show_history(ref_of(installed)).data
    assert isinstance(data, dict)
    assert data["changes"][0]["at"] is None
