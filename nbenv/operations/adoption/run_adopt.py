"""``run --adopt``: run an ordinary notebook, and install the packages that are missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nbclient.exceptions import CellExecutionError

from nbenv.adopt.runtime_errors import missing_package
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import ApprovalNeededError, NbenvError
from nbenv.operations.adoption.adopt import AdoptOptions, adopt
from nbenv.operations.install import InstallRequest, install
from nbenv.operations.run import run
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["Consent", "run_adopting"]

Consent = Callable[[str], bool | None]
"""Asks a question without its question mark; returns None where nobody can be asked."""

_MOST_INSTALLS = 20
"""A notebook that needs more than this fails for another reason."""


def run_adopting(
    source: str, out: str | None, options: AdoptOptions, consent: Consent
) -> Steps[Outcome]:
    """Adopt a notebook that has no environment, and run it.

    When a cell fails because a known package is missing, propose it, install it if approved
    to, and run the cell again.

    Raises
    ------
    ApprovalNeededError
        Nobody could be asked.
    NbenvError
        The answer was no, or a cell failed for another reason.
    """
    ref = NotebookRef(source)
    first, agreed = Outcome(), None
    if not _is_recorded(ref):
        shown = yield from adopt(ref, replace(options, dry_run=True))
        yield Progress("approve", shown.text, lasting=True)
        _ask(consent, f"Adopt {source} and install what it needs", "adopting it")
        first = yield from adopt(ref, options, _digest_in(shown))
        yield Progress("adopt", first.summary)
        agreed = ""  # what was adopted is approved, and nothing that came into the file since
    recovery = _Recovery(ref, consent)
    done = yield from run(source, out, recover=recovery.recover, agreed=agreed)
    added = recovery.installed
    more = f" Installed during the run: {', '.join(added)}." if added else ""
    ran = done.data if isinstance(done.data, dict) else {}
    data = {**ran, "added": added, "adopted": first.data}
    return Outcome(f"{done.summary}{more}", done.text, data=data)


def _digest_in(shown: Outcome) -> str:
    return str(shown.data["digest"]) if isinstance(shown.data, dict) else ""


class _Recovery:
    """Recovers from missing packages during a run, and remembers what it installed."""

    def __init__(self, ref: NotebookRef, consent: Consent) -> None:
        self.ref = ref
        self.consent = consent
        self.installed: list[str] = []

    def recover(self, running: NotebookRef, error: CellExecutionError) -> Steps[bool]:
        """Install the package that a cell's error is about; return whether to run it again."""
        python = NotebookSnapshot.read(self.ref).spec.python
        name = missing_package(error.ename, error.evalue, python)
        if name is None or name in self.installed or len(self.installed) >= _MOST_INSTALLS:
            return False
        reason = f"{error.ename}: {error.evalue.splitlines()[0] if error.evalue else ''}"
        _ask(self.consent, f"{reason}\nInstall {name}", f"installing {name}")
        self.installed.append(name)
        try:
            yield from install(running, InstallRequest(requirements=(name,)))
        except NbenvError as failure:
            yield Progress("install", f"{name} could not be installed: {failure.what}")
            return False
        yield Progress("run", f"Installed {name}; running the cell again…")
        return True


def _is_recorded(ref: NotebookRef) -> bool:
    try:
        return NotebookSnapshot.read(ref).record is not None
    except NbenvError:  # an old format, which adopting converts
        return False


def _ask(consent: Consent, question: str, doing: str) -> None:
    answer = consent(question)
    if answer is None:
        raise ApprovalNeededError(
            f"{question}?",
            "There is no terminal to ask on.",
            "To approve in advance, add --yes.",
        )
    if not answer:
        raise NbenvError(f"Stopped before {doing}.", "You did not approve it.")
