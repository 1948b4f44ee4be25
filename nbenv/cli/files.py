"""The commands that are about files rather than one notebook: diff, and what git calls."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

from nbenv.engine.document import NotebookRef
from nbenv.errors import UsageError
from nbenv.progress import Outcome, Steps

__all__ = ["FILE_VERBS", "target_among"]


def target_among(options: argparse.Namespace) -> tuple[NotebookRef, list[str]]:
    """Return the notebook of the kernel, else the first word's, and the words left."""
    words = list(options.words)
    if options.environment:
        return NotebookRef.of_environment(options.environment, os.environ), words
    if options.session:
        return NotebookRef.detached(options.session), words
    if options.notebook:
        return NotebookRef.of_kernel(options.notebook, os.environ), words
    if not words or not words[0].endswith(".ipynb"):
        raise UsageError("Which notebook?", todo=f"Write: nbenv {options.command} NOTEBOOK.ipynb …")
    return NotebookRef(os.path.abspath(words[0])), words[1:]


def _diff(options: argparse.Namespace) -> Outcome:
    from nbenv.operations.diff import diff

    target, words = target_among(options)
    if len(words) > 1:
        raise UsageError("diff compares a notebook with one other thing.")
    return diff(target, *words)


def _verify(options: argparse.Namespace) -> Steps[Outcome]:
    from nbenv.operations.verify import verify

    others = [word for word in options.words if not word.endswith(".ipynb")]
    if options.environment or options.notebook or not options.words or others:
        raise UsageError(
            "verify takes notebooks.", todo="In a terminal, write: nbenv verify NOTEBOOK.ipynb …"
        )
    if options.jobs < 1:
        raise UsageError("--jobs is a number from 1 on.")
    return verify(list(dict.fromkeys(options.words)), options.jobs, options.junit)


def _pack(options: argparse.Namespace) -> Steps[Outcome]:
    from nbenv.operations.pack import pack

    target, words = target_among(options)
    if words:
        raise UsageError(f"pack does not take {' '.join(words)}.")
    return pack(target, options.output, options.platform)


def _unpack(options: argparse.Namespace) -> Steps[Outcome]:
    from nbenv.operations.pack import unpack

    if len(options.words) != 1:
        raise UsageError("unpack takes one pack.", todo="Write: nbenv unpack FILE.nbpack")
    return unpack(options.words[0], options.output)


def _audit(options: argparse.Namespace) -> Steps[Outcome]:
    from nbenv.operations.audit import audit

    target, words = target_among(options)
    if words:
        raise UsageError(f"audit does not take {' '.join(words)}.")
    return audit(target, options.service_url)


def _git_config(options: argparse.Namespace) -> Outcome:
    from nbenv.operations.git_driver import configure

    return configure(options.everywhere, options.remove)


def _git_text(options: argparse.Namespace) -> Outcome:
    from nbenv.operations.git_driver import folded

    return folded(*_exactly(options, 1))


def _git_merge(options: argparse.Namespace) -> Steps[Outcome]:
    from nbenv.operations.git_driver import merge_files

    return merge_files(*_exactly(options, 4))


def _exactly(options: argparse.Namespace, number: int) -> list[str]:
    if len(options.words) != number:
        raise UsageError(f"{options.command} is for git: see nbenv git-config.")
    return list(options.words)


FILE_VERBS: dict[str, Callable[[argparse.Namespace], Outcome | Steps[Outcome]]] = {
    "diff": _diff,
    "audit": _audit,
    "pack": _pack,
    "unpack": _unpack,
    "verify": _verify,
    "git-config": _git_config,
    "git-text": _git_text,
    "git-merge": _git_merge,
}
