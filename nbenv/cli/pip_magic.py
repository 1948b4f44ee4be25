"""pip's own commands in a notebook: installs are recorded, and commands that only look are run.

``%pip``, ``!pip``, ``!python -m pip``, ``%uv pip`` and ``!uv pip`` end up here.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn

from nbenv.core.urls import index_name, unused_name
from nbenv.engine.document import NotebookRef
from nbenv.errors import UsageError
from nbenv.operations.install import InstallRequest, install
from nbenv.operations.listing import pip_look
from nbenv.operations.uninstall import uninstall
from nbenv.progress import Outcome, Steps

__all__ = ["perform_pip"]

_LOOKS = ("list", "show", "freeze", "check", "tree")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(
            f"This pip command cannot be recorded: {message}.",
            todo="Use %nbenv instead: see %nbenv install --help.",
        )


def perform_pip(words: Sequence[str], ref: NotebookRef) -> Outcome | Steps[Outcome]:
    """Run a pip command line on the notebook's environment.

    Raises
    ------
    UsageError
        For commands and options that do not apply to a recorded environment.
    """
    command, rest = (words[0], list(words[1:])) if words else ("help", [])
    if command in ("install", "add"):
        return install(ref, _request(rest))
    if command in ("uninstall", "remove"):
        return uninstall(ref, _names_to_uninstall(rest))
    if command in _LOOKS:
        return pip_look(ref, [command, *rest])
    if command in ("--version", "-V"):
        return Outcome(text="pip of nbenv: installs are recorded in the notebook")
    raise UsageError(
        f"pip {command} is not available in a notebook's environment.",
        f"Available are install, uninstall, {', '.join(_LOOKS)}.",
        "For everything else, see %nbenv --help.",
    )


def _request(words: list[str]) -> InstallRequest:
    parser = _Parser(prog="pip install", add_help=False, allow_abbrev=False)
    add = parser.add_argument
    add("requirements", nargs="*")
    add("-r", "--requirement", "--requirements", action="append", default=[])
    add("-e", "--editable", action="append", default=[])
    add("-U", "--upgrade", action="store_true")
    add("--pre", action="store_true")
    add("--dry-run", action="store_true")
    add("-i", "--index-url", "--default-index")
    add("--extra-index-url", "--index", action="append", default=[])
    _add_harmless(parser)
    options = parser.parse_args(words)
    urls = [options.index_url, *options.extra_index_url]
    return InstallRequest(
        requirements=tuple(options.requirements),
        files=tuple(options.requirement),
        editable=tuple(options.editable),
        indexes=tuple(_with_names(url for url in urls if url)),
        upgrade=options.upgrade,
        pre=options.pre,
        dry_run=options.dry_run,
    )


def _add_harmless(parser: argparse.ArgumentParser) -> None:
    """Accept the options that only change pip's messages, or that nbenv follows anyway."""
    for flags in (
        ("-q", "--quiet", "-qq"),
        ("-v", "--verbose"),
        ("--user",),
        ("--no-input",),
        ("--disable-pip-version-check",),
        ("--no-warn-script-location",),
        ("--no-cache-dir",),
        ("--prefer-binary",),
        ("--break-system-packages",),
        ("-y", "--yes"),
        ("--system",),
        ("--no-color",),
    ):
        parser.add_argument(*flags, action="store_true")
    parser.add_argument("--root-user-action", "--progress-bar", "--upgrade-strategy", "--timeout")


def _with_names(urls: Iterable[str]) -> Iterator[str]:
    """Give the indexes of pip's command line names, unless they have one: ``NAME=URL``."""
    taken: set[str] = set()
    for url in urls:
        name, named, _ = url.partition("://")[0].partition("=")
        name = name if named else unused_name(index_name(url), taken)
        taken.add(name)
        yield url if named else f"{name}={url}"


def _names_to_uninstall(words: list[str]) -> list[str]:
    parser = _Parser(prog="pip uninstall", add_help=False, allow_abbrev=False)
    parser.add_argument("names", nargs="*")
    _add_harmless(parser)
    return list(parser.parse_args(words).names)
