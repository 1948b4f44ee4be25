"""From understood words to the operation."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from nbenv.cli.export import perform_export
from nbenv.cli.files import FILE_VERBS
from nbenv.engine.document import NotebookRef
from nbenv.errors import UsageError
from nbenv.operations.approvals import approvals, revoke
from nbenv.operations.fallback import preview_fallback
from nbenv.operations.install import InstallRequest, install
from nbenv.operations.listing import list_, outdated, status, tree, why
from nbenv.operations.move_python import move
from nbenv.operations.preview import preview
from nbenv.operations.restore import restore
from nbenv.operations.undo import undo
from nbenv.operations.uninstall import uninstall
from nbenv.operations.upgrade import upgrade
from nbenv.progress import Outcome, Progress, Steps, drain

__all__ = ["perform"]


def perform(options: argparse.Namespace, on_progress: Callable[[Progress], None]) -> Outcome:
    """Run the command."""
    result = _VERBS[options.command](options)
    return result if isinstance(result, Outcome) else drain(result, on_progress)


def _target(options: argparse.Namespace) -> NotebookRef:
    if options.environment:
        return NotebookRef.of_environment(options.environment, os.environ)
    if options.session:
        return NotebookRef.detached(options.session)
    if options.notebook:
        return NotebookRef.of_kernel(options.notebook, os.environ)
    return NotebookRef(os.path.abspath(options.notebook_argument))


def _only(options: argparse.Namespace, what: str) -> str:
    if len(options.words) != 1:
        raise UsageError(f"{options.command} needs one {what}.")
    return str(options.words[0])


def _none(options: argparse.Namespace) -> NotebookRef:
    if options.words:
        raise UsageError(f"{options.command} does not take {' '.join(options.words)}.")
    return _target(options)


def _install(options: argparse.Namespace) -> Steps[Outcome]:
    wish = InstallRequest(
        tuple(options.words),
        tuple(options.requirement),
        tuple(options.editable),
        tuple(options.index),
        options.upgrade,
        options.pre,
        options.dry_run,
        options.any_index,
    )
    return install(_target(options), wish)


def _restore(options: argparse.Namespace) -> Steps[Outcome]:
    target, fallback = _none(options), options.fallback
    if options.python and (options.dry_run or fallback):
        raise UsageError(
            "restore --python moves the notebook; it goes with no other option.",
            todo="Leave --python away, or the others.",
        )
    if options.dry_run:
        return preview_fallback(target, fallback) if fallback else preview(target)
    return restore(target, options.python, fallback)


def _adopt(options: argparse.Namespace) -> Steps[Outcome]:
    from nbenv.operations.adoption.adopt import (
        AdoptOptions,
        adopt,  # IPython's parser is slow to import
    )

    wish = AdoptOptions(
        options.dry_run, options.as_of, options.rewrite, options.python, options.own_indexes
    )
    return adopt(_none(options), wish)


def _run(options: argparse.Namespace) -> Steps[Outcome]:
    from nbenv.operations.run import run  # nbclient is slow to import

    if options.environment or options.session or options.notebook:
        raise UsageError("run is for the command line: here, run the cells.")
    if options.words:
        raise UsageError(f"run does not take {' '.join(options.words)}.")
    if options.adopt:
        if options.fallback:
            raise UsageError("run --adopt takes what it finds: it goes without --fallback.")
        return _run_adopting(options)
    if options.yes or options.as_of:
        raise UsageError("--yes and --as-of go with run --adopt.")
    return run(options.notebook_argument, options.output, options.python, options.fallback)


def _run_adopting(options: argparse.Namespace) -> Steps[Outcome]:
    from nbenv.operations.adoption.adopt import AdoptOptions
    from nbenv.operations.adoption.run_adopt import run_adopting

    wish = AdoptOptions(as_of=options.as_of, python=options.python)
    consent = (lambda _: True) if options.yes else _asked
    return run_adopting(options.notebook_argument, options.output, wish, consent)


def _asked(question: str) -> bool | None:
    """Ask on the terminal; None where there is none."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    print(f"\r\x1b[K{question}? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _machine(options: argparse.Namespace) -> Outcome:
    from nbenv.operations import envs

    return (
        envs.prune(options.dry_run)
        if options.command == "prune"
        else envs.envs(options.sizes, pythons=options.json)
    )


def _setup(options: argparse.Namespace) -> Outcome:
    from nbenv.operations.doctor import (
        doctor,
        kernelspec,  # jupyter_client is slow to import
    )

    return doctor() if options.command == "doctor" else kernelspec()


def _approvals(options: argparse.Namespace) -> Outcome:
    if options.words:
        raise UsageError(
            f"approvals does not take {' '.join(options.words)}.",
            todo="To take one back: nbenv approvals --revoke NOTEBOOK",
        )
    return revoke(options.revoke) if options.revoke else approvals()


def _pip(options: argparse.Namespace) -> Outcome | Steps[Outcome]:
    from nbenv.cli.pip_magic import perform_pip

    return perform_pip(options.words, _target(options))


_VERBS: dict[str, Callable[[argparse.Namespace], Outcome | Steps[Outcome]]] = {
    "install": _install,
    "uninstall": lambda o: uninstall(_target(o), o.words, o.dry_run),
    "upgrade": lambda o: upgrade(_target(o), o.words, o.dry_run, o.any_index),
    "list": lambda o: list_(_none(o)),
    "tree": lambda o: tree(_none(o)),
    "why": lambda o: why(_target(o), _only(o, "name")),
    "outdated": lambda o: outdated(_none(o)),
    "status": lambda o: status(_none(o)),
    "restore": _restore,
    "undo": lambda o: undo(_none(o)),
    "adopt": _adopt,
    "export": lambda o: perform_export(o, _none(o)),
    "python": lambda o: move(_target(o), _only(o, "version, such as 3.12")),
    "run": _run,
    "kernelspec": _setup,
    "approvals": _approvals,
    "envs": _machine,
    "prune": _machine,
    "doctor": _setup,
    "pip": _pip,
    **FILE_VERBS,
}
