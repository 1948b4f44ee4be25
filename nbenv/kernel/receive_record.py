"""Take over what a server hands to a kernel: the record of a notebook on another machine.

It is kept in a file of its own, a notebook without cells, and from there on it is a record like
any other: it needs this machine's approval, and changes are recorded in that file. The kernel tells
the server of them (`kernel/guest/front.py`).

Light on purpose: a starting kernel imports this, if something was handed over to it.
"""

from __future__ import annotations

import os
import sys

from nbenv.core.record import RecordDict, fingerprint
from nbenv.home import paths, private_files, variables
from nbenv.home.handed_over import METADATA, HandedOver, variables_in
from nbenv.kernel.become import kernel_process
from nbenv.notebook.metadata import KERNELSPEC, read_metadata

__all__ = ["handed_over_file", "launcher_variable", "receive"]


def handed_over_file() -> str | None:
    """Return the file of what was handed over to this kernel; None where nothing was.

    The variables that it travelled in are removed: no other kernel is meant.

    Raises
    ------
    RecordError
        What was handed over cannot be read.
    """
    process, _, path = os.environ.pop(variables.RECORD, "").partition(" ")
    names = variables_in(os.environ)
    own = path if process == str(kernel_process()) and paths.is_handed_over(path) else None
    if own is None and not names:
        return None
    found = {name: os.environ.pop(name) for name in names}
    path = receive(HandedOver.from_variables(found)) if own is None else own
    os.environ[variables.RECORD] = launcher_variable(path)
    return path


def launcher_variable(path: str) -> str:
    """Return the variable's value by which the launcher takes a file, in place of this process."""
    return f"{kernel_process()} {path}"


def receive(handed: HandedOver) -> str:
    """Keep what was handed over, unless this machine has a newer record; return the file.

    Raises
    ------
    BrokenEnvironmentError
        ``NBENV_HOME`` cannot be written.
    """
    path = paths.handed_over_path(handed.identity)
    metadata = _metadata(path)
    if metadata is None:
        _write(path, handed, handed.record)
        return path
    about = metadata.get(METADATA)
    before = about if isinstance(about, dict) else {}
    if not handed.number or before.get("number") != handed.number:
        _write(path, handed, _newest(path, handed, _record_in(metadata)))
    return path


def _metadata(path: str) -> dict[str, object] | None:
    """Return what a file keeps; None where there is none yet, or a damaged one."""
    try:
        return read_metadata(path) if os.path.exists(path) else None
    except Exception as error:
        from nbenv.errors import NotebookError  # only where something is wrong

        if isinstance(error, NotebookError):
            return None
        raise


def _record_in(metadata: dict[str, object]) -> RecordDict | None:
    found = metadata.get("nbenv")
    return found if isinstance(found, dict) else None


def _newest(path: str, handed: HandedOver, held: RecordDict | None) -> RecordDict | None:
    """Return the record that counts: the server's, or the one here if that was made from it.

    A change that was made here can have been lost on its way to the server, as when the
    connection broke.
    """
    if held == handed.record or fingerprint(held) in handed.known:
        return handed.record
    state = paths.read_json(paths.state_path(paths.key(path))) or {}
    superseded = state.get("superseded")
    if isinstance(superseded, list) and fingerprint(handed.record) in superseded:
        return held
    # Both were changed. The notebook is right, and `undo` finds the other record.
    from nbenv.environments import history  # rare

    history.remember(path, held)
    return handed.record


def _write(path: str, handed: HandedOver, record: object) -> None:
    about = {
        "path": handed.path,
        "identity": handed.identity,
        "number": handed.number,
        "state": paths.key(path),  # the guest cannot make it
    }
    metadata: dict[str, object] = {"kernelspec": KERNELSPEC, METADATA: about}
    if record is not None:
        metadata["nbenv"] = record
    document = {"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    try:
        private_files.write_json(path, document)
    except OSError as error:
        from nbenv.home.locks import unwritable

        raise unwritable(error) from None


def main() -> int:
    """Receive the text on standard input, and print what the kernel there has to be."""
    import json

    from nbenv.environments.readiness import ready_environment
    from nbenv.errors import NbenvError

    try:
        path = receive(HandedOver.from_text(sys.stdin.read()))
    except NbenvError as error:
        print(json.dumps({"error": str(error)}))
        return 1
    try:
        environment = ready_environment(path)
    except NbenvError:
        environment = None
    name = os.path.basename(environment) if environment else None
    print(json.dumps({"path": path, "environment": name}))
    return 0
