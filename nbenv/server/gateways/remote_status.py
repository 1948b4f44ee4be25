"""The status of an environment on another machine, as far as the kernel there reports it."""

from __future__ import annotations

from collections.abc import Sequence

from nbenv.core.record import fingerprint
from nbenv.core.urls import without_credentials
from nbenv.errors import NbenvError
from nbenv.notebook.metadata import KERNELSPEC
from nbenv.server.gateways.remote_kernels import RemoteKernel
from nbenv.server.gateways.remote_records import Taken

__all__ = ["refusal_of", "status_of_remote"]

_NOTES = {
    Taken.BEHIND: "The notebook's record was changed since its kernel started. Restart the kernel.",
    Taken.CONFLICT: "The notebook's record was changed in its file and by its kernel. The file's "
    "counts; after a restart, %nbenv undo shows the other one.",
}
_OUTDATED = (
    "The gateway's nbenv is older than the server's and does not know which notebook the kernel is "
    "for. Upgrade jupyter-nbenv where the gateway runs, then restart the kernel."
)


_ELSEWHERE = "This notebook's environment is on another machine, behind a gateway."


def status_of_remote(
    data: dict[str, object], kernel: RemoteKernel | None, name: str, lacking: str = ""
) -> dict[str, object]:
    """Return a notebook's status with what is true of its kernel's machine instead of this one.

    Parameters
    ----------
    data
        The status as of this machine, where no kernel of this server runs.
    kernel
        The notebook's kernel, if it is one of ours.
    name
        The name of the kernel's kernelspec, "" without a kernel.
    lacking
        A sentence about a gateway that does not offer our kernel.
    """
    data = {**data, "environment": None, "ready": False, "installed": 0}
    data |= {"drift": [], "changed_sources": [], "missing_sources": []}
    if kernel is None:
        is_other = name not in ("", KERNELSPEC["name"])
        state = "ordinary" if is_other else "none"
        note = lacking if is_other else ""
        return {**data, "kernel": {"state": state, "remote": True}, "note": note}
    described = kernel.describe()
    data = {**data, "kernel": described, "note": _NOTES.get(kernel.outcome, "")}
    if described["state"] == "waiting":
        return {**data, "approved": not _asks_for_approval(described["error"])}
    if described["state"] == "running":
        held = (kernel.report or {}).get("record")
        is_held = data["recorded"] and fingerprint(held) == data["record"]
        is_ready = not described["behind"] and (bool(is_held) or not data["recorded"])
        installed = data["locked"] if is_ready else 0
        data["environment"] = described["environment"]
        return {**data, "approved": True, "ready": is_ready, "installed": installed}
    return {**data, "note": _OUTDATED} if kernel.is_old else data


def _asks_for_approval(error: object) -> bool:
    return isinstance(error, dict) and error.get("kind") == "ApprovalNeeded"


def refusal_of(verb: str, words: Sequence[str]) -> NbenvError:
    """Return why a page cannot change an environment on another machine, and what can."""
    if verb == "adopt":
        why = "The notebook's cells are not there, so what they need cannot be found and installed."
        return NbenvError(_ELSEWHERE, why, "Add what they need by name: %nbenv install NAME")
    command = " ".join(["%nbenv", verb, *map(without_credentials, words)])
    why = "Only the notebook's own kernel can change it, and no page is connected to that now."
    return NbenvError(_ELSEWHERE, why, f"Start the kernel and try again, or run a cell: {command}")
