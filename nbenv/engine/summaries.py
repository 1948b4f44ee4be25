"""Phrases and tables that several operations report with."""

from __future__ import annotations

import os
from collections.abc import Sequence

from nbenv.core.kernel_limits import KERNELS_OWN
from nbenv.core.lock import Change
from nbenv.core.requirements import KERNEL
from nbenv.core.spec import Spec
from nbenv.core.wheels.platform_limits import described_platforms
from nbenv.engine.document import NotebookSnapshot
from nbenv.engine.environment_sync import SyncResult
from nbenv.home import paths, variables
from nbenv.progress import Kind, Outcome, Table

__all__ = [
    "and_more",
    "as_table",
    "besides_kernel",
    "counted",
    "few",
    "install_again",
    "narrowed_note",
    "outcome_of",
    "unkept_note",
]


def counted(number: int) -> str:
    """Return a number of packages, as in ``"1 package"``."""
    return f"{number} package{'' if number == 1 else 's'}"


def and_more(number: int) -> str:
    """Return the end of an incomplete list of names, as in ``" (and 2 more packages)"``."""
    return f" (and {number} more package{'' if number == 1 else 's'})" if number else ""


def few(texts: Sequence[str]) -> str:
    """Return the first four of some texts, and how many more there are."""
    return ", ".join(texts[:4]) + (f" and {len(texts) - 4} more" if len(texts) > 4 else "")


def besides_kernel(changes: Sequence[Change]) -> list[Change]:
    """Return changes without those that a new environment has for its kernel."""
    is_new = any(each.name == KERNEL and not each.old for each in changes)
    return [each for each in changes if not (is_new and each.name in KERNELS_OWN)]


def as_table(
    rows: Sequence[Sequence[str]], heads: Sequence[str], kinds: Sequence[Kind] | None = None
) -> Table:
    """Return rows of text below their heads; `kinds` says how to draw the columns."""
    texts: list[Kind] = ["text"] * (len(heads) - 1)
    return Table(tuple(heads), tuple(map(tuple, rows)), tuple(kinds or ("whole", *texts)))


def unkept_note(snapshot: NotebookSnapshot) -> str:
    """Return the sentence that a change is not recorded in a file, and why; "" where it is."""
    if paths.is_document(snapshot.ref.notebook):
        return (
            "Recorded in the document that the client has in memory: it is kept only if the client "
            "writes that to a file."
        )
    if snapshot.ref.is_detached:
        return (
            "Nothing is recorded: the client did not say which notebook this is. To tell it, set "
            f"{variables.NOTEBOOK} to its path before the kernel starts."
        )
    if snapshot.keeps_record:
        return ""
    name = os.path.basename(snapshot.ref.notebook)
    return (
        f"Nothing is kept in {name}: it has no notebook header. Give it one: jupytext --set-kernel "
        f"nbenv {name} (in JupyterLab: Jupytext > Include Metadata)."
    )


def outcome_of(spec: Spec, synced: SyncResult, summary: str, shown: bool = False) -> Outcome:
    """Return the outcome of a change; with `shown`, its text lists the changed packages."""
    download, built = synced.download, synced.built
    lines = [summary]
    if download:
        lines.append(download.sentence())
    if built:
        lines.append(f"Built from source, which runs their code: {', '.join(built)}.")
    return Outcome(
        summary="\n".join(lines),
        text="\n".join(map(str, synced.changes)) if shown else "",
        changes=synced.changes,
        data={
            "python": spec.python,
            "requirements": list(spec.requirements),
            "changes": [vars(each) for each in synced.changes],
            **({"download": download.to_data(), "built": list(built)} if download else {}),
        },
        environment=synced.environment.identifier,
        imports=dict(synced.imports),
        path_files=synced.path_files,
        replaced=synced.replaced,
    )


def install_again(place: str) -> str:
    """Return the commands that install a local project or archive as it is now."""
    return f"nbenv install NOTEBOOK {place} (in a cell: %nbenv install {place})"


def narrowed_note(old: Spec, new: Spec) -> str:
    """Return a sentence if a change made a lock for fewer platforms, or more; "" if neither."""
    before, now = old.lock.platforms, new.lock.platforms
    if before == now:
        return ""
    if not now:
        return "This notebook is locked for every platform again."
    return (
        f"Locked for {described_platforms(now)} only: other platforms cannot be resolved with this "
        "machine's index. A later change locks for them, too, where an index allows it."
    )
