"""Ask for consent: nothing that a notebook brings is installed before its user approved it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nbenv.core.requirements import must_be_built
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookSnapshot
from nbenv.engine.summaries import counted
from nbenv.errors import ApprovalNeededError
from nbenv.home import approval_store

__all__ = ["agree", "agree_to", "check_approved", "check_policy"]


def agree(snapshot: NotebookSnapshot, spec: Spec) -> None:
    """Approve what `spec` locks: from now on it is installed here without asking."""
    ref = snapshot.ref
    agree_to(spec, ref.folder, None if ref.is_detached else snapshot.state.notebook)


def agree_to(spec: Spec, folder: Path, notebook: str | None) -> None:
    """Approve what `spec` locks for a notebook that need not be read.

    Parameters
    ----------
    spec
        The record to approve.
    folder
        The folder that its local requirements are relative to.
    notebook
        The notebook's path, which a list of approvals shows; None for a detached kernel.
    """
    about: dict[str, object] = {
        "notebook": notebook,
        "python": spec.python,
        "requirements": list(spec.requirements),
        "distributions": len(spec.lock.distributions),
        "source": spec.lock.source(),
    }
    approval_store.approve(spec.digest(folder), about)


def check_approved(snapshot: NotebookSnapshot, consent: bool) -> None:
    """Raise unless what the notebook records may be installed on this machine.

    Parameters
    ----------
    snapshot
        The notebook; one without a record needs no approval.
    consent
        Whether the user has just asked for exactly this.

    Raises
    ------
    ApprovalNeededError
        It was never approved here, and ``NBENV_RESTORE`` is not ``always``.
    """
    if snapshot.record is None:
        return
    spec = snapshot.spec
    if (
        consent
        or approval_store.is_approved(snapshot.digest)
        or approval_store.policy() == "always"
    ):
        return
    raise ApprovalNeededError(
        f"This notebook comes with an environment that is not on this machine yet: "
        f"Python {spec.python} with {_contents(spec)}.",
        "".join(f"{line}\n" for line in _warnings(spec)) + "Nothing was downloaded or run.",
        "To approve and install exactly that, run %nbenv restore in a cell "
        "(in a terminal: nbenv restore NOTEBOOK). To look at it first: "
        "%nbenv restore --dry-run (in a terminal: nbenv restore --dry-run NOTEBOOK).",
    )


def check_policy(consent: bool) -> None:
    """Raise `ApprovalNeededError` if ``NBENV_RESTORE`` is ``never``, whatever was approved."""
    if consent or approval_store.policy() != "never":
        return
    raise ApprovalNeededError(
        "This notebook's environment is not ready, and NBENV_RESTORE is never.",
        "Nothing was downloaded or run.",
        "Restore it with %nbenv restore (in a terminal: nbenv restore NOTEBOOK).",
    )


def _contents(spec: Spec) -> str:
    asked = ", ".join(spec.requirements[:8]) + (", …" if len(spec.requirements) > 8 else "")
    count = counted(len(spec.lock.distributions))
    return f"{count} locked" + (f" ({asked})" if asked else "")


def _warnings(spec: Spec) -> Iterator[str]:
    """Yield a sentence for each thing that is more than a wheel from this machine's own index."""
    for index in spec.indexes:
        yield f"It uses the index {index.name} ({index.url})."
    for each in spec.lock.distributions:
        if each.url:
            built = ", and builds it, which runs its code" if must_be_built(each.url) else ""
            yield f"It installs {each.name} directly from {each.url}{built}."
    if source := spec.lock.source():
        yield f"It builds {', '.join(source)} from source, which runs their code."
