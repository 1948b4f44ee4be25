"""Ask for consent: nothing that a notebook brings is installed before its user approved it.

An agreement is to one digest, that of what the user was shown. Everything that installs from a
record, resolves against its hosts or builds from it takes the agreed digest, and `check_approved`
refuses any other record that was not approved before. ``None`` means that nobody was asked, as when
a kernel starts; ``""`` that somebody asked for it who was shown nothing, as by a button of a page.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from nbenv.core.spec import Spec
from nbenv.engine.direct_sources import urls_of
from nbenv.engine.disclosure import contents, disclose, download_note
from nbenv.engine.document import NotebookRef, NotebookSnapshot, parse_record
from nbenv.environments.local_projects import contents_of, digest_of, digests_of
from nbenv.environments.shared.lower_layer import find_shared
from nbenv.errors import ApprovalNeededError
from nbenv.home import approval_store
from nbenv.progress import Progress, Steps

__all__ = [
    "agree",
    "agree_to",
    "agreed_by_command",
    "check_approved",
    "check_before_edit",
    "check_policy",
    "check_spec",
    "is_allowed",
    "is_approved",
    "is_approved_spec",
    "names_changed",
    "needs_approval",
]

_NEW = "This notebook comes with an environment that is not on this machine yet"
_PROVIDED = (
    "This notebook runs in an environment that this machine provides. A change starts from what "
    "the notebook records, and that has not been approved here"
)
_CHANGED = "What this notebook records has changed since it was shown"
_OTHER_PROJECT = "A local project of this notebook has changed since it was approved"


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
    if spec.local_urls:
        about["record"] = spec.digest(folder)  # whatever the files of its projects are
        about["contents"] = contents_of(spec, folder)
    approval_store.approve(digest_of(spec, folder), about)


def agreed_by_command(ref: NotebookRef, agreed: str | None, aside: str = "") -> Steps[str]:
    """Return the digest that a command approves, which its user gives in order to install.

    In a terminal or a cell, that is what the file holds when the command begins. It is shown, and
    whatever the file holds later is refused.

    Parameters
    ----------
    ref
        The notebook.
    agreed
        The digest that was agreed to before the command began, as in a page; None where the command
        itself is the agreement.
    aside
        A sentence to show about what else the command does.
    """
    if agreed is not None:
        return agreed
    snapshot = NotebookSnapshot.read(ref)
    spec = _spec_to_restore(snapshot)
    if spec is None:
        return ""
    digest = snapshot.digest if snapshot.record is not None else digest_of(spec, ref.folder)
    if not is_allowed(digest):
        what = f"Approving what this notebook records: {contents(spec)}.{download_note(spec)}"
        shown = "\n".join([what, *disclose(spec).sentences(), *([aside] if aside else [])])
        yield Progress("approve", shown, lasting=True)
    return digest


def _spec_to_restore(snapshot: NotebookSnapshot) -> Spec | None:
    """Return the record that restoring installs: one that the file lost is put back."""
    if snapshot.record is not None:
        return snapshot.spec
    lost = snapshot.state.record if snapshot.is_stripped else None
    return None if lost is None else parse_record(lost)


def is_approved(snapshot: NotebookSnapshot) -> bool:
    """Return whether what a notebook records was approved on this machine."""
    return is_approved_spec(snapshot.spec, snapshot.ref.folder)


def is_approved_spec(spec: Spec, folder: Path) -> bool:
    """Return whether a record was approved on this machine for a notebook in `folder`."""
    if not _may_be_approved(spec, folder):
        return False
    known = any(map(approval_store.is_approved, digests_of(spec, folder)))
    return known or _is_known_apart(spec, folder)


def is_allowed(digest: str, agreed: str | None = None) -> bool:
    """Return whether a record of this digest may be installed: this is what everything asks."""
    return (
        digest == agreed
        or approval_store.is_approved(digest)
        or approval_store.policy() == "always"
    )


def needs_approval(ref: NotebookRef) -> bool:
    """Return whether a notebook records, or recorded, what nobody approved on this machine."""
    snapshot = NotebookSnapshot.read(ref)
    spec = _spec_to_restore(snapshot)
    try:
        if spec is not None:
            check_spec(spec, ref.folder, None)
    except ApprovalNeededError:
        return True
    return False


def check_approved(snapshot: NotebookSnapshot, agreed: str | None) -> None:
    """Raise unless what the notebook records may be installed on this machine.

    Parameters
    ----------
    snapshot
        The notebook; one without a record needs no approval.
    agreed
        The digest of the record that the user was shown and agreed to.

    Raises
    ------
    ApprovalNeededError
        It was never approved here, is not what was agreed to, and ``NBENV_RESTORE`` is not
        ``always``.
    """
    if snapshot.record is not None:
        check_spec(snapshot.spec, snapshot.ref.folder, agreed)


def check_spec(spec: Spec, folder: Path, agreed: str | None) -> None:
    """Raise `ApprovalNeededError` unless `spec`, which is not in the file, may be installed."""
    if approval_store.policy() == "always":
        return
    is_known = bool(agreed) or _may_be_approved(spec, folder)
    digests = digests_of(spec, folder) if is_known else ("",)
    if any(digest and is_allowed(digest, agreed) for digest in digests):
        return
    if agreed or not _is_known_apart(spec, folder):
        raise _refusal(spec, folder, digests[0], agreed)


def check_before_edit(snapshot: NotebookSnapshot, agreed: str | None) -> ApprovalNeededError | None:
    """Check what a notebook records, before a change of it is known.

    Where only files of its local projects changed since they were approved, the command may name
    these very projects, which is to approve them: see `names_changed`.

    Returns
    -------
    ApprovalNeededError | None
        What to raise unless the command does so.

    Raises
    ------
    ApprovalNeededError
        As of `check_approved`.
    """
    try:
        check_approved(snapshot, agreed)
    except ApprovalNeededError as refusal:
        spec = snapshot.spec
        if agreed is None and spec.local_urls and _was_approved(spec, snapshot.ref.folder):
            return refusal
        raise
    return None


def names_changed(snapshot: NotebookSnapshot, names: Collection[str]) -> bool:
    """Return whether these packages include every local project that has files nobody approved.

    Whoever types the path or the name of a project in order to install it has approved its code.
    """
    return _unknown_contents(snapshot.spec, snapshot.ref.folder) <= set(
        urls_of(snapshot.spec, names)
    )


def _is_known_apart(spec: Spec, folder: Path) -> bool:
    """Return whether a record was approved, and with another one the files of its projects.

    So undo can go back past a build of an edited project.
    """
    is_approved_before = bool(spec.local_urls) and _was_approved(spec, folder)
    return is_approved_before and not _unknown_contents(spec, folder)


def _unknown_contents(spec: Spec, folder: Path) -> set[str]:
    """Return the URLs of the local projects and archives whose files nobody approved."""
    known = [each.about.get("contents") for each in approval_store.approved()]
    texts = {text for each in known if isinstance(each, dict) for text in each.values()}
    return {url for url, content in contents_of(spec, folder).items() if content not in texts}


def _refusal(spec: Spec, folder: Path, digest: str, agreed: str | None) -> ApprovalNeededError:
    what = _NEW
    if agreed:
        what = _CHANGED
    elif spec.local_urls and _was_approved(spec, folder):
        what = _OTHER_PROJECT
    elif find_shared(spec):
        what = _PROVIDED
    return ApprovalNeededError(
        f"{what}: {contents(spec)}.",
        "\n".join([*disclose(spec).sentences(), "Nothing was downloaded or run."]),
        "To approve and install exactly that, run %nbenv restore in a cell "
        f"(in a terminal: nbenv restore NOTEBOOK).{download_note(spec)} To look at it first: "
        "%nbenv restore --dry-run (in a terminal: nbenv restore --dry-run NOTEBOOK).",
        digest,
    )


def _may_be_approved(spec: Spec, folder: Path) -> bool:
    """Return whether it is worth reading the local projects of a record for its digest.

    Where the record was never approved, its files were not either. A stranger's record can name
    any folder of this machine, and each start of a kernel asks.
    """
    return not spec.local_urls or _was_approved(spec, folder)


def _was_approved(spec: Spec, folder: Path) -> bool:
    """Return whether the same record was approved with any files of its local projects."""
    records = {spec.digest(folder), spec.former_digest(folder)} - {""}
    return any(each.about.get("record") in records for each in approval_store.approved())


def check_policy(agreed: str | None) -> None:
    """Raise `ApprovalNeededError` if ``NBENV_RESTORE`` is ``never``, whatever was approved.

    `agreed` is None where nobody asked for it.
    """
    if agreed is not None or approval_store.policy() != "never":
        return
    raise ApprovalNeededError(
        "This notebook's environment is not ready, and NBENV_RESTORE is never.",
        "Nothing was downloaded or run.",
        "Restore it with %nbenv restore (in a terminal: nbenv restore NOTEBOOK).",
    )
