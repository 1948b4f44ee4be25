"""``run --adopt``: run an ordinary notebook, and install the packages that are missing."""

from __future__ import annotations

from dataclasses import replace

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import NbenvError
from nbenv.operations.adoption.adopt import AdoptOptions, adopt
from nbenv.operations.adoption.agreement import Consent
from nbenv.operations.adoption.recovery import Recovery, ask
from nbenv.operations.run import run
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["run_adopting"]


def run_adopting(
    source: str, out: str | None, options: AdoptOptions, consent: Consent
) -> Steps[Outcome]:
    """Adopt a notebook that has no environment, and run it.

    When a cell fails because a known package is missing, propose it, install it if approved
    to, and run the cell again. What a later version removed is proposed in an earlier one, and the
    notebook then runs from its start.

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
        if options.as_of is None and _offered_day(shown):  # today's versions are known to fail
            options = replace(options, as_of="auto")
            shown = yield from adopt(ref, replace(options, dry_run=True))
        yield Progress("approve", shown.text, lasting=True)
        ask(consent, f"Adopt {source} and install what it needs", "adopting it")
        first = yield from adopt(ref, options, _digest_in(shown))
        yield Progress("adopt", first.summary)
        agreed = ""  # what was adopted is approved, and nothing that came into the file since
    recovery = Recovery(
        ref,
        consent,
        as_of=_day_in(first) or _given_day(options),
        is_estimate=options.as_of == "auto",
    )
    done = yield from run(source, out, recover=recovery.recover, agreed=agreed)
    added = recovery.installed
    more = f" Installed during the run: {', '.join(added)}." if added else ""
    more += "".join(f" {note}" for note in recovery.notes)
    ran = done.data if isinstance(done.data, dict) else {}
    data = {**ran, "added": added, "adopted": first.data}
    return Outcome(f"{done.summary}{more}", done.text, data=data)


def _offered_day(shown: Outcome) -> str:
    return str(shown.data.get("offered_as_of") or "") if isinstance(shown.data, dict) else ""


def _day_in(adopted: Outcome) -> str:
    return str(adopted.data.get("resolved_as_of") or "") if isinstance(adopted.data, dict) else ""


def _given_day(options: AdoptOptions) -> str | None:
    return None if options.as_of == "auto" else options.as_of


def _digest_in(shown: Outcome) -> str:
    return str(shown.data["digest"]) if isinstance(shown.data, dict) else ""


def _is_recorded(ref: NotebookRef) -> bool:
    try:
        return NotebookSnapshot.read(ref).record is not None
    except NbenvError:  # an old format, which adopting converts
        return False
