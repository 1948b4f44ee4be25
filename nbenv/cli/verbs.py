"""From understood words to the operation."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from nbenv import operations
from nbenv.errors import NbenvError, UsageError
from nbenv.export import export
from nbenv.operations import Document, Outcome, Progress, Steps, Target, Wish, drain
from nbenv.store import Store

__all__ = ["perform"]


def perform(options: argparse.Namespace, on_progress: Callable[[Progress], None]) -> Outcome:
    """Run the command."""
    result = _VERBS[options.command](options)
    return result if isinstance(result, Outcome) else drain(result, on_progress)


def _target(options: argparse.Namespace) -> Target:
    if options.environment:
        return Target.of_environment(options.environment, os.environ)
    if options.session:
        return Target.of_session(options.session)
    if options.notebook:
        return Target.of_kernel(options.notebook, os.environ)
    return Target(os.path.abspath(options.notebook_argument))


def _only(options: argparse.Namespace, what: str) -> str:
    if len(options.words) != 1:
        raise UsageError(f"{options.command} needs one {what}.")
    return str(options.words[0])


def _none(options: argparse.Namespace) -> Target:
    if options.words:
        raise UsageError(f"{options.command} does not take {' '.join(options.words)}.")
    return _target(options)


def _install(options: argparse.Namespace) -> Steps[Outcome]:
    wish = Wish(
        tuple(options.words),
        tuple(options.requirement),
        tuple(options.editable),
        tuple(options.index),
        options.upgrade,
        options.pre,
        options.dry_run,
        options.any_index,
    )
    return operations.install(_target(options), wish)


def _restore(options: argparse.Namespace) -> Steps[Outcome]:
    target, fallback = _none(options), options.fallback
    if options.python and (options.dry_run or fallback):
        raise UsageError(
            "restore --python moves the notebook; it goes with no other option.",
            todo="Leave --python away, or the others.",
        )
    if options.dry_run:
        return (
            operations.preview_fallback(target, fallback)
            if fallback
            else operations.preview(target)
        )
    return operations.restore(target, options.python, fallback)


def _export(options: argparse.Namespace) -> Steps[Outcome]:
    document = Document.read(_none(options), Store())
    text = yield from export(document, options.format, options.serve)
    if not options.output:
        return Outcome(text=text.rstrip("\n"), data={"format": options.format, "text": text})
    try:
        Path(options.output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise NbenvError(f"{options.output} cannot be written.", f"{error.strerror}.") from None
    return Outcome(
        f"Wrote {options.output}.", data={"format": options.format, "output": options.output}
    )


def _run(options: argparse.Namespace) -> Steps[Outcome]:
    from nbenv.operations.running import run  # nbclient is slow to import

    if options.environment or options.session or options.notebook:
        raise UsageError("run is for the command line: here, run the cells.")
    if options.words:
        raise UsageError(f"run does not take {' '.join(options.words)}.")
    return run(options.notebook_argument, options.output, options.python, options.fallback)


def _machine(options: argparse.Namespace) -> Outcome:
    from nbenv.operations import machine  # jupyter_client is slow to import

    if options.command == "prune":
        return machine.prune(options.dry_run)
    verb: Callable[[], Outcome] = getattr(machine, options.command)
    return verb()


def _approvals(options: argparse.Namespace) -> Outcome:
    if options.words:
        raise UsageError(
            f"approvals does not take {' '.join(options.words)}.",
            todo="To take one back: nbenv approvals --revoke NOTEBOOK",
        )
    return operations.revoke(options.revoke) if options.revoke else operations.approvals()


def _pip(options: argparse.Namespace) -> Outcome | Steps[Outcome]:
    from nbenv.cli.pip import perform_pip

    return perform_pip(options.words, _target(options))


_VERBS: dict[str, Callable[[argparse.Namespace], Outcome | Steps[Outcome]]] = {
    "install": _install,
    "uninstall": lambda o: operations.uninstall(_target(o), o.words, o.dry_run),
    "upgrade": lambda o: operations.upgrade(_target(o), o.words, o.dry_run, o.any_index),
    "list": lambda o: operations.list_(_none(o)),
    "tree": lambda o: operations.tree(_none(o)),
    "why": lambda o: operations.why(_target(o), _only(o, "name")),
    "outdated": lambda o: operations.outdated(_none(o)),
    "status": lambda o: operations.status(_none(o)),
    "restore": _restore,
    "undo": lambda o: operations.undo(_none(o)),
    "export": _export,
    "python": lambda o: operations.move(_target(o), _only(o, "version, such as 3.12")),
    "run": _run,
    "kernelspec": _machine,
    "approvals": _approvals,
    "envs": _machine,
    "prune": _machine,
    "doctor": _machine,
    "pip": _pip,
}
