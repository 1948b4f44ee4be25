"""From understood words to the operation."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from nbenv import operations
from nbenv.cli.exporting import perform_export
from nbenv.cli.files import FILE_VERBS
from nbenv.errors import UsageError
from nbenv.operations import Outcome, Progress, Steps, Target, Wish, drain

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


def _adopt(options: argparse.Namespace) -> Steps[Outcome]:
    from nbenv.operations.adopting import Adoption, adopt  # IPython's parser is slow to import

    wish = Adoption(
        options.dry_run, options.as_of, options.rewrite, options.python, options.own_indexes
    )
    return adopt(_none(options), wish)


def _run(options: argparse.Namespace) -> Steps[Outcome]:
    from nbenv.operations.running import run  # nbclient is slow to import

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
    from nbenv.operations.adopted import run_adopting
    from nbenv.operations.adopting import Adoption

    wish = Adoption(as_of=options.as_of, python=options.python)
    consent = (lambda _: True) if options.yes else _asked
    return run_adopting(options.notebook_argument, options.output, wish, consent)


def _asked(question: str) -> bool | None:
    """Ask on the terminal; None where there is none."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    print(f"\r\x1b[K{question}? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _machine(options: argparse.Namespace) -> Outcome:
    from nbenv.operations import machine

    return (
        machine.prune(options.dry_run)
        if options.command == "prune"
        else machine.envs(options.sizes, pythons=options.json)
    )


def _setup(options: argparse.Namespace) -> Outcome:
    from nbenv.operations import setup  # jupyter_client is slow to import

    return setup.doctor() if options.command == "doctor" else setup.kernelspec()


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
    "adopt": _adopt,
    "export": lambda o: perform_export(o, _none(o)),
    "python": lambda o: operations.move(_target(o), _only(o, "version, such as 3.12")),
    "run": _run,
    "kernelspec": _setup,
    "approvals": _approvals,
    "envs": _machine,
    "prune": _machine,
    "doctor": _setup,
    "pip": _pip,
    **FILE_VERBS,
}
