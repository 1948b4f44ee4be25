"""``run --adopt``: run an ordinary notebook, and install what turns out to be missing."""

from __future__ import annotations

from collections.abc import Callable

from nbclient.exceptions import CellExecutionError

from nbenv.adopt.runtime_errors import asked_for
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import ApprovalNeededError, NbenvError
from nbenv.operations.adoption.adopt import AdoptOptions, adopt
from nbenv.operations.install import InstallRequest, install
from nbenv.operations.run import run
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["Consent", "run_adopting"]

Consent = Callable[[str], bool | None]
"""Asked a question; None means that nobody is there to answer."""

_MOST = 20
"""After so many missing distributions something else is wrong."""


def run_adopting(
    source: str, out: str | None, wish: AdoptOptions, consent: Consent
) -> Steps[Outcome]:
    """Adopt a notebook that has no environment, and run it.

    At each error that is about a missing distribution which is known, it is proposed, installed
    when that is agreed to, and the cell runs again.
    """
    target = NotebookRef(source)
    first = Outcome()
    if not _is_recorded(target):
        _ask(consent, f"Adopt {source}: install what it needs", "adopting it")
        first = yield from adopt(target, wish)
        yield Progress("adopt", first.summary)
    added: list[str] = []

    def recover(running: NotebookRef, error: CellExecutionError) -> Steps[bool]:
        python = NotebookSnapshot.read(target).spec.python
        name = asked_for(error.ename, error.evalue, python)
        if name is None or name in added or len(added) >= _MOST:
            return False
        reason = f"{error.ename}: {error.evalue.splitlines()[0] if error.evalue else ''}"
        _ask(consent, f"{reason}\nInstall {name}", f"installing {name}")
        added.append(name)
        try:
            yield from install(running, InstallRequest((name,)))
        except NbenvError as failure:
            yield Progress("install", f"{name} could not be installed: {failure.what}")
            return False
        yield Progress("run", f"Installed {name}; the cell runs again …")
        return True

    done = yield from run(source, out, recover=recover)
    more = f" Installed on the way: {', '.join(added)}." if added else ""
    data = {
        **(done.data if isinstance(done.data, dict) else {}),
        "added": added,
        "adopted": first.data,
    }
    return Outcome(f"{done.summary}{more}", done.text, data=data)


def _is_recorded(target: NotebookRef) -> bool:
    try:
        return NotebookSnapshot.read(target).record is not None
    except NbenvError:  # an old format, which adopting converts
        return False


def _ask(consent: Consent, question: str, doing: str) -> None:
    answer = consent(question)
    if answer is None:
        raise ApprovalNeededError(
            f"{question}? Nobody could be asked.",
            todo="To agree beforehand, add --yes.",
        )
    if not answer:
        raise NbenvError(f"Stopped before {doing}.", "It was not agreed to.")
