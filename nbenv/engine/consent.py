"""Ask for agreement: nothing that a notebook brings is installed before a person here agreed."""

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
    """Let what `spec` locks be installed here from now on without asking."""
    ref = snapshot.ref
    agree_to(spec, ref.folder, None if ref.is_detached else snapshot.state.notebook)


def agree_to(spec: Spec, folder: Path, notebook: str | None) -> None:
    """Do the same for a notebook in `folder`, of which nothing else need be known."""
    about: dict[str, object] = {
        "notebook": notebook,
        "python": spec.python,
        "requirements": list(spec.requirements),
        "distributions": len(spec.lock.distributions),
        "source": spec.lock.source(),
    }
    approval_store.approve(spec.digest(folder), about)


def check_approved(snapshot: NotebookSnapshot, consent: bool) -> None:
    """Raise unless this machine may install what the notebook records."""
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
        f"This notebook brings an environment that is not on this machine yet: "
        f"Python {spec.python} with {_listing(spec)}.",
        "".join(f"{line}\n" for line in _warnings(spec)) + "Nothing was downloaded or run.",
        "To agree and install exactly that, run %nbenv restore in a cell "
        "(in a terminal: nbenv restore NOTEBOOK). To see it first: "
        "%nbenv restore --dry-run (in a terminal: nbenv restore --dry-run NOTEBOOK).",
    )


def check_policy(consent: bool) -> None:
    """Raise where the user wants nothing to be restored unasked, whatever was agreed to."""
    if consent or approval_store.policy() != "never":
        return
    raise ApprovalNeededError(
        "This notebook's environment is not ready, and NBENV_RESTORE is never.",
        "Nothing was downloaded or run.",
        "Restore it: %nbenv restore (in a terminal: nbenv restore NOTEBOOK).",
    )


def _listing(spec: Spec) -> str:
    asked = ", ".join(spec.requirements[:8]) + (", …" if len(spec.requirements) > 8 else "")
    count = counted(len(spec.lock.distributions))
    return f"{count} locked" + (f" ({asked})" if asked else "")


def _warnings(spec: Spec) -> Iterator[str]:
    for index in spec.indexes:
        yield f"It uses the index {index.name} ({index.url})."
    for each in spec.lock.distributions:
        if each.url:
            built = ", and builds it, which runs its code" if must_be_built(each.url) else ""
            yield f"It installs {each.name} directly from {each.url}{built}."
    if source := spec.lock.source():
        yield f"It builds {', '.join(source)} from source, which runs their code."
