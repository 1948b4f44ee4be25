"""The words of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from nbenv.engine.fallbacks import LEVELS
from nbenv.errors import UsageError
from nbenv.export import FOLDERS, FORMATS
from nbenv.installer.download import PLATFORMS

__all__ = ["parse"]

_ABOUT_MACHINE = ("approvals", "envs", "prune", "doctor", "kernelspec", "git-config")
_ABOUT_FILES = ("diff", "audit", "verify", "pack", "unpack", "git-text", "git-merge")
"""Commands that look through their words themselves."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", self.format_usage().strip())


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Understand `words`; raise `UsageError` when that fails."""
    parser = _build()
    own, pip_words = _split(list(words))
    options, rest = parser.parse_known_args(own)
    if any(word.startswith("-") for word in rest):
        parser.error(f"unknown options: {' '.join(rest)}")
    options.words = [*getattr(options, "words", []), *rest]  # words may stand behind options
    if options.command == "pip":
        options.words = pip_words
        return options
    if options.command not in (*_ABOUT_MACHINE, *_ABOUT_FILES):
        _take_notebook(options)
    return options


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    if words[:1] == ["pip"] and "--" in words:
        place = words.index("--")
        return words[:place], words[place + 1 :]
    return words, []


def _take_notebook(options: argparse.Namespace) -> None:
    """Find the notebook among the words: the one that ends in .ipynb."""
    if options.environment or options.session or options.notebook:
        return
    found = [word for word in options.words if word.endswith(".ipynb")]
    if len(found) != 1:
        raise UsageError(
            "Which notebook?" if not found else "Name one notebook only.",
            todo=f"Write: nbenv {options.command} NOTEBOOK.ipynb …",
        )
    options.notebook_argument = found[0]
    options.words = [word for word in options.words if word != found[0]]


def _build() -> _Parser:
    parser = _Parser(
        prog="nbenv",
        description="Give a Jupyter notebook its own environment, recorded in the notebook. "
        "In a cell the same commands are written %nbenv COMMAND …, without the notebook's name.",
    )
    parser.add_argument("--version", action="version", version=f"nbenv {_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, help_text, adds in _COMMANDS:
        if help_text:
            command = commands.add_parser(name, description=help_text, help=help_text)
        else:  # a word for kernels, not for people
            command = commands.add_parser(name)
        _add_common(command)
        if name not in (*_ABOUT_MACHINE, "pip"):
            command.add_argument(
                "words",
                nargs="*",
                metavar=_metavar(name),
                help="the notebook, and what the command is about",
            )
        for add in adds:
            add(command)
    return parser


def _version() -> str:
    from nbenv._version import __version__

    return __version__


def _metavar(name: str) -> str:
    return {
        "install": "NOTEBOOK REQUIREMENT",
        "uninstall": "NOTEBOOK NAME",
        "upgrade": "NOTEBOOK [NAME]",
        "why": "NOTEBOOK NAME",
        "diff": "NOTEBOOK [NOTEBOOK|REVISION]",
        "verify": "NOTEBOOK",
        "unpack": "FILE",
        "python": "NOTEBOOK X.Y",
    }.get(name, "NOTEBOOK")


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument("-q", "--quiet", action="store_true", help="show no progress")
    for hidden in ("--environment", "--session", "--notebook"):
        command.add_argument(hidden, help=argparse.SUPPRESS)
    command.add_argument("--events", action="store_true", help=argparse.SUPPRESS)


def _add_install(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add(
        "-r",
        "--requirement",
        action="append",
        default=[],
        metavar="FILE",
        help="install what a requirements file asks for",
    )
    add(
        "-e",
        "--editable",
        action="append",
        default=[],
        metavar="PATH",
        help="install a local project in place",
    )
    add("-U", "--upgrade", action="store_true", help="take the newest version")
    add("--pre", action="store_true", help="allow pre-releases of what is named")
    add(
        "--index",
        action="append",
        default=[],
        metavar="NAME=URL",
        help="also look in this index, and record it",
    )


def _add_any_index(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--any-index",
        action="store_true",
        help="let what is locked come from another index than before",
    )


def _add_dry_run(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--dry-run", action="store_true", help="show what would change, and change nothing"
    )


def _add_sizes(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--sizes", action="store_true", help="measure all, however many environments there are"
    )


def _add_export(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--format",
        default="requirements",
        choices=[*FORMATS, *FOLDERS],
        help="default: requirements",
    )
    command.add_argument(
        "--serve",
        action="store_true",
        help="of dockerfile and compose: serve it in JupyterLab instead",
    )
    _add_output(command)


def _add_output(command: argparse.ArgumentParser) -> None:
    command.add_argument("-o", "--output", metavar="FILE", help="write to this file (or folder)")


def _add_adopt(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--as-of", metavar="DATE", help="take what an index had on that day; auto: as it says")
    add("--rewrite", action="store_true", help="write install cells as %%nbenv ones")
    add("--own-indexes", action="store_true", help="use only this machine's own indexes")


def _add_adopt_run(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--adopt", action="store_true", help="adopt it first, and what turns out missing")
    add("--yes", action="store_true", help="with --adopt: install without asking")
    add("--as-of", metavar="DATE", help="with --adopt: take what an index had on that day")


def _add_python(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--python", metavar="X.Y", help="use this Python instead of the recorded one"
    )


def _add_revoke(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--revoke",
        action="append",
        metavar="NOTEBOOK|APPROVAL|all",
        help="take approvals back: those of a notebook, one, or all",
    )


def _add_fallback(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--fallback",
        choices=LEVELS,
        help="where the exact environment cannot be had: build the same versions from source, "
        "take another Python, what the requirements allowed at the lock's date, or the newest",
    )


def _add_platforms(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--platform",
        action="append",
        default=[],
        metavar="P",
        help=f"for these, not for this machine: {', '.join(PLATFORMS)}",
    )


def _add_audit(command: argparse.ArgumentParser) -> None:
    command.add_argument("--service-url", metavar="URL", help="a mirror of the OSV database's API")


def _add_verify(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--jobs", type=int, default=1, metavar="N", help="verify so many at once (default: 1)")
    add("--junit", metavar="FILE", help="also write a JUnit report")


def _add_git(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--global", dest="everywhere", action="store_true", help="for all of your repositories")
    add("--remove", action="store_true", help="take the settings back")


_COMMANDS = (
    ("install", "resolve, lock, install and record", (_add_install, _add_any_index, _add_dry_run)),
    ("uninstall", "the reverse; dependencies nobody needs any more go too", (_add_dry_run,)),
    (
        "upgrade",
        "newest versions that the requirements allow",
        (_add_any_index, _add_dry_run),
    ),
    ("list", "what is installed", ()),
    ("tree", "what is installed, and below what", ()),
    ("why", "because of what something is installed", ()),
    ("outdated", "what an index has newer", ()),
    ("status", "recorded, locked, installed, and how they differ", ()),
    (
        "restore",
        "make the environment what the notebook says",
        (_add_python, _add_fallback, _add_dry_run),
    ),
    ("undo", "back to the environment before the last change", ()),
    ("diff", "compare with another notebook, a git revision, or the environment", ()),
    ("export", "print the environment in another tool's format", (_add_export,)),
    ("python", "move the notebook to another Python", ()),
    (
        "adopt",
        "give an ordinary notebook the environment that it needs",
        (_add_adopt, _add_python, _add_dry_run),
    ),
    (
        "run",
        "restore and execute the notebook",
        (_add_output, _add_python, _add_fallback, _add_adopt_run),
    ),
    ("kernelspec", "write the kernelspec for this user", ()),
    ("approvals", "what may be restored here without asking", (_add_revoke,)),
    ("envs", "the environments on this machine", (_add_sizes,)),
    ("prune", "remove the environments that nothing uses", (_add_dry_run,)),
    ("doctor", "find what is wrong with the set-up", ()),
    ("pack", "write the notebook and its wheels into one file", (_add_output, _add_platforms)),
    ("unpack", "restore a packed notebook with no network", (_add_output,)),
    ("audit", "known vulnerabilities of what is locked", (_add_audit,)),
    ("verify", "rebuild in a clean room, run, and compare the outputs", (_add_verify,)),
    ("git-config", "let git compare and merge notebooks with nbenv", (_add_git,)),
    ("git-text", "", ()),
    ("git-merge", "", ()),
    ("pip", "", ()),
)
