"""The verb ``adopt`` for a folder: all its notebooks, with one consent and shared versions."""

from __future__ import annotations

import contextlib
import os
import queue
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.requirements import KERNEL, is_named, parse
from nbenv.core.spec import Spec
from nbenv.engine.consent import is_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.interrupts import INTERRUPTS
from nbenv.errors import ApprovalNeededError, IndexAccessError, NbenvError, StoppedError
from nbenv.operations.adoption.agreement import Consent, digest_of_findings, sentences
from nbenv.operations.adoption.examined import AdoptOptions, Examined, examine_for
from nbenv.operations.adoption.folder.adopting_processes import Answer, Processes, Task
from nbenv.operations.adoption.folder.agreement_groups import AgreeingGroup, Wants, agreeing_groups
from nbenv.operations.adoption.folder.collect import RECORDED, Collected, find_notebooks
from nbenv.operations.adoption.folder.folder_report import Row, folder_outcome, folder_preview
from nbenv.operations.adoption.names import serving_indexes
from nbenv.operations.adoption.unlisted import with_unlisted
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["FolderOptions", "adopt_folder"]

_LEFT_OUT = (
    "Left out, as only their names say that they are needed, and there is no terminal to ask on: "
    "{names}. To take them: --yes."
)


@dataclass(frozen=True)
class FolderOptions:
    """The options of adopting a folder.

    Parameters
    ----------
    jobs
        The notebooks that are adopted at the same time; None for one each processor, at most 4.
    yes
        Whether to adopt without asking.
    """

    jobs: int | None = None
    yes: bool = False

    @property
    def processes(self) -> int:
        """The number of notebooks to adopt at the same time."""
        return self.jobs or min(os.cpu_count() or 1, 4)


def adopt_folder(
    places: Sequence[str], options: AdoptOptions, more: FolderOptions, consent: Consent
) -> Steps[Outcome]:
    """Adopt the notebooks of folders, of which those that agree get the same versions.

    Each notebook is adopted whole or not at all, and one that fails stops no other. Those that
    record an environment are passed over, so a second run goes on where the first one ended.

    Parameters
    ----------
    places
        Folders, and notebooks.
    options
        The options of adopting each notebook.
    more
        The options of the command that are about all of them.
    consent
        Asks once, after everything was shown.

    Raises
    ------
    NotebookError
        There is no notebook.
    ApprovalNeededError
        Notebooks name other indexes or addresses, and nobody could be asked.
    NbenvError
        The answer was no, or an index failed.
    StoppedError
        The user interrupted it.
    """
    yield Progress("look", f"Looking for notebooks in {', '.join(places)}…")
    collected = find_notebooks(places)
    rows = yield from _examined_rows(collected, options)
    wanted = [row for row in rows if row.examined]
    if options.dry_run or not wanted:
        return folder_outcome(rows, collected.passed, dry_run=options.dry_run)
    if not (yield from _agree(rows, collected, more, consent)) and _by_name(wanted):
        yield Progress("approve", _LEFT_OUT.format(names=_by_name(wanted)), lasting=True)
        options = replace(options, listed_only=True)
        rows = yield from _examined_rows(collected, options)
        wanted = [row for row in rows if row.examined]
    try:
        present = _present(collected)
        wants = []
        for row in wanted:
            with contextlib.suppress(IndexAccessError):  # of its own: adopting it will say so
                wants.append((yield from _wants(row)))
        groups = yield from agreeing_groups(wants, Path(places[0]), _known(present))
        yield from _adopt_all(wanted, groups, options, more.processes)
    except INTERRUPTS:
        raise _stopped(wanted) from None
    return folder_outcome(rows, collected.passed, dry_run=False, present=present)


def _examined_rows(collected: Collected, options: AdoptOptions) -> Steps[list[Row]]:
    rows = []
    for number, notebook in enumerate(collected.notebooks, 1):
        yield Progress("look", f"Reading {number} of {len(collected.notebooks)}: {notebook.name}…")
        try:
            rows.append(Row(notebook, examine_for(notebook.path, options, notebook.root)))
        except NbenvError as error:
            if error.exit_status == 2:  # an option is wrong, for all notebooks alike
                raise
            rows.append(Row(notebook, error=error.parts(), message=str(error)))
    good = [row for row in rows if row.examined]
    found = [row.examined for row in good if row.examined]
    if not options.listed_only:
        found = yield from with_unlisted(found)
    for row, examined in zip(good, found, strict=True):
        ref = NotebookRef(str(row.notebook.path))
        row.examined, row.digest = examined, digest_of_findings(examined.findings, ref)
    return rows


# -- consent


def _agree(
    rows: Sequence[Row], collected: Collected, more: FolderOptions, consent: Consent
) -> Steps[bool]:
    """Show everything and ask once; without a terminal, only what is foreign needs an answer.

    Returns whether somebody agreed: otherwise the command itself is the agreement, as for a single
    notebook, but to nothing that was found by its name alone.
    """
    yield Progress("approve", folder_preview(rows, collected.passed), lasting=True)
    number = sum(row.examined is not None for row in rows)
    what = f"Adopt {number} notebook{'' if number == 1 else 's'}"
    answer = True if more.yes else consent(f"{what} and install what they need")
    if answer is None and not any(_is_foreign(row.examined) for row in rows):
        return False
    if answer is None:
        raise ApprovalNeededError(
            f"{what}?",
            "They name other indexes, addresses or projects, and there is no terminal to ask on.",
            "To approve in advance, add --yes. To use this machine's indexes only: --own-indexes.",
        )
    if not answer:
        raise NbenvError("Nothing was adopted.", "You did not approve it.")
    return True


def _by_name(rows: Sequence[Row]) -> str:
    """Return the names of what was found by its name alone."""
    found = (each.name for row in rows if row.examined for each in row.examined.findings.by_name)
    return ", ".join(sorted(set(found)))


def _is_foreign(examined: Examined | None) -> bool:
    return examined is not None and any(True for _ in sentences(examined.findings))


# -- what they have in common


def _wants(row: Row) -> Steps[Wants]:
    assert row.examined
    findings = row.examined.findings
    texts = [each.requirement for each in findings.settled() if is_named(each.requirement)]
    plain = [text for text in texts if not (parsed := parse(text)).url and parsed.name != KERNEL]
    indexes = yield from serving_indexes(findings, row.examined.python)
    return Wants(row.name, row.examined.python, tuple(plain), indexes, row.examined.as_of)


def _present(collected: Collected) -> list[Spec]:
    """Return what notebooks here record already, as far as it is approved."""
    found = []
    for passed in collected.passed:
        if passed.reason != RECORDED:
            continue
        with contextlib.suppress(NbenvError):
            snapshot = NotebookSnapshot.read(NotebookRef(str(passed.path)))
            if is_approved(snapshot):
                found.append(snapshot.spec)
    return found


def _known(present: Sequence[Spec]) -> dict[str, Lock]:
    """Return the versions that notebooks here have already, the most frequent ones, by Python."""
    seen: dict[str, Counter[Lock]] = {}
    for spec in present:
        seen.setdefault(spec.python, Counter())[spec.lock] += 1
    return {python: _joined(locks) for python, locks in seen.items()}


def _joined(locks: Counter[Lock]) -> Lock:
    by_name: dict[str, tuple[LockedDistribution, ...]] = {}
    for lock, _ in reversed(locks.most_common()):
        by_name |= lock.by_name()
    return Lock.of(by_name)


# -- adopting


def _adopt_all(
    rows: Sequence[Row], groups: Sequence[AgreeingGroup], options: AdoptOptions, jobs: int
) -> Steps[None]:
    """Adopt each notebook; set its row's answer."""
    versions = {name: group.versions for group in groups for name in group.names}
    processes, done = Processes(), 0
    news: queue.SimpleQueue[tuple[Row, str | None]] = queue.SimpleQueue()

    def run(row: Row) -> Answer:
        notebook = row.notebook
        task = Task(
            str(notebook.path), str(notebook.root), row.digest, options, versions.get(row.name)
        )
        try:
            return processes.adopt(task, lambda message: news.put((row, message)))
        finally:
            news.put((row, None))

    with ThreadPoolExecutor(min(jobs, len(rows))) as pool:
        try:
            futures: dict[str, Future[Answer]] = {r.name: pool.submit(run, r) for r in rows}
            while done < len(rows):
                row, message = _next(news)
                if message is not None:
                    text = f"{done + 1} of {len(rows)}: {row.name}: {message.splitlines()[0]}"
                    yield Progress("adopt", text)
                    continue
                done += 1
                row.settle(futures[row.name].result(), _locked(row.notebook.path))
                yield Progress("adopt", f"{done} of {len(rows)}: {row.name}: {row.result}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            processes.stop()
            raise
    processes.close()


def _next(news: queue.SimpleQueue[tuple[Row, str | None]]) -> tuple[Row, str | None]:
    """Return what is next, waiting in short turns: some systems interrupt no longer wait."""
    while True:
        try:
            return news.get(timeout=0.5)
        except queue.Empty:
            continue


def _locked(path: Path) -> dict[str, str]:
    """Return the versions that a notebook records, none if it has no record."""
    try:
        snapshot = NotebookSnapshot.read(NotebookRef(str(path)))
        return {} if snapshot.record is None else snapshot.spec.lock.versions()
    except NbenvError:
        return {}


def _stopped(rows: Sequence[Row]) -> StoppedError:
    done = sum(bool(_locked(row.notebook.path)) for row in rows)
    return StoppedError(
        f"Stopped after adopting {done} of {len(rows)} notebooks.",
        "The others are unchanged.",
        "To go on, run the same command again.",
    )
