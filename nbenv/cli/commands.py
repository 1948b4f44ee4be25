"""The table of commands: each is declared here once, with all that follows from it.

An option belongs in its command's declaration and in the operation's request (the field of its
name); parsing, help, suggestions, the request and what a page may ask for follow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from nbenv.cli import actions, options, run_actions, share_actions
from nbenv.cli.call import Ask, Call, nobody
from nbenv.cli.declarations import Command, Group, Notebooks, Option, Place, Words, by_name
from nbenv.cli.options import AS_OF, DRY_RUN, FALLBACK, OUTPUT, PYTHON, on_page, unapproved
from nbenv.cli.parser import parse_with
from nbenv.progress import Outcome, Progress, drain

__all__ = ["COMMANDS", "parse", "perform"]

_CHANGES = {"+": "green", "-": "red", "~": "yellow"}
_VERDICTS = {"ok": "green", "BAD": "bold red"}
_DIFFERENCES = {
    "added": "green", "upgraded": "yellow", "downgraded": "yellow", "changed": "yellow",
    "removed": "red",
}  # fmt: skip
_TROUBLE = {"Drift:": "yellow", "Stale": "yellow"}
_PACKAGES = "the packages' names"
_LOOKS = Place.HERE | Place.UNAPPROVED
"""Commands that read this machine's files alone."""

COMMANDS = by_name([
    Command(
        "install", Group.START, "install packages and record them in the notebook",
        actions.install,
        words=Words(
            "PACKAGE", "a name, a requirement such as 'pandas>=2', a URL, or a folder",
            most=None, field="requirements",
        ),
        options=(
            Option(("-r", "--requirement"), "install the requirements that a file lists", "FILE",
                   field="files", many=True),
            Option(("-c", "--constraint"), "limit versions as a constraints file says", "FILE",
                   field="constraint_files", many=True),
            Option(("-e", "--editable"), "install a local project in place", "PATH", many=True),
            Option(("--no-deps",), "leave out the dependencies of what is named"),
            on_page(Option(("-U", "--upgrade"),
                           "upgrade the named packages to their newest versions")),
            on_page(Option(("--pre",), "allow pre-releases of the named packages")),
            Option(("--index",), "take what is named from this package index, and record it",
                   "NAME=URL", field="indexes", many=True),
            Option(("--index-packages",),
                   "take these packages, such as acme-*, from an index alone, and record it",
                   "[NAME=]NAMES", many=True),
            *options.SOURCES,
            options.ANY_INDEX,
            DRY_RUN,
        ),
        where=Place.ANYWHERE, changes=True, others=("add", "get"), colours=_CHANGES,
    ),
    Command(
        "adopt", Group.START, "give an existing notebook the environment that it needs",
        actions.adopt,
        options=(
            on_page(
                replace(AS_OF, help=f"{AS_OF.help} (auto: the day that the notebook suggests)")
            ),
            Option(("--rewrite",), "rewrite the cells that install packages to use %nbenv"),
            Option(("--own-indexes",), "use only the package indexes configured on this machine"),
            PYTHON,
            Option(("--jobs",), "of several notebooks, adopt this many at once", "N",
                   convert=options.number_from_one, where=Place.TERMINAL),
            Option(("--listed-only",),
                   "take only packages that nbenv knows; ask the index about no other module"),
            Option(("--yes",), "adopt several notebooks, and what was found by its name alone, "
                   "without asking", where=Place.TERMINAL),
            options.TORCH_BACKEND,
            DRY_RUN,
            on_page(Option(("--sizes",), "with --dry-run: ask for the size of the download")),
        ),
        notebooks=Notebooks.PLACES,
        where=Place.ANYWHERE, changes=True, others=("init", "convert", "import"),
    ),
    Command(
        "restore", Group.START, "build the environment that the notebook records",
        actions.restore,
        options=(
            on_page(PYTHON),
            on_page(FALLBACK),
            options.TORCH_BACKEND,
            Option(("--into",), "provide the environment for all users, in this folder", "FOLDER",
                   where=Place.TERMINAL),
            unapproved(DRY_RUN),
            unapproved(on_page(Option(("--no-sizes",), "with --dry-run: ask no index for sizes"))),
        ),
        where=Place.ANYWHERE | Place.UNAPPROVED,
        changes=True, others=("sync",), colours=_CHANGES,
    ),
    Command(
        "run", Group.START, "restore the environment and run the notebook",
        run_actions.run,
        options=(
            OUTPUT,
            PYTHON,
            FALLBACK,
            Option(("-p", "--parameter"), "give a parameter that the notebook declares",
                   "NAME=VALUE", many=True),
            Option(("-f", "--parameters-file"), "give the parameters in a YAML or JSON file",
                   "FILE", many=True),
            Option(("--sweep",), "run it for each row of a CSV or JSONL file; -o names a folder",
                   "FILE"),
            Option(("--jobs",), "with --sweep: run this many rows at once (default: 1)", "N",
                   convert=options.number_from_one),
            Option(("--on",), "run it in a container of this engine, as a Job of the cluster of "
                   "kubectl, or, with --sweep, the rows on the cluster dask://HOST:PORT "
                   "(tls://HOST:PORT over TLS) or ray://HOST:PORT", "ENGINE",
                   convert=options.place_to_run),
            Option(("--retries",), "with --on and a cluster: run a row that failed this many times "
                   "more (default: 1)", "N", convert=options.number_from_zero),
            Option(("--wheels",), "with --on and a cluster: send the packages along, for workers "
                   "without an index"),
            Option(("--mount",), "with --on: put this file or folder (kubernetes: claim:NAME) "
                   "beside the notebook", "PATH", many=True),
            Option(("--memory",), "with --on: limit the memory, as in 4g", "SIZE"),
            Option(("--network",), "with --on: use this network of the engine, such as none",
                   "NETWORK"),
            Option(("--image",), "with --on kubernetes: run in this image, which `nbenv build` "
                   "pushed", "NAME"),
            Option(("--namespace",), "with --on kubernetes: run in this namespace", "NAME"),
            Option(("--adopt",), "adopt the notebook first, and then install what is missing"),
            Option(("--yes",), "with --adopt: install without asking"),
            replace(AS_OF, help=f"with --adopt: {AS_OF.help}"),
            replace(options.TORCH_BACKEND, help=f"with --adopt: {options.TORCH_BACKEND.help}"),
        ),
        where=Place.TERMINAL, others=("execute",),
    ),
    Command(
        "uninstall", Group.CHANGE, "remove packages and the dependencies only they needed",
        actions.uninstall,
        words=Words("PACKAGE", _PACKAGES, most=None),
        options=(
            Option(("-r", "--requirement"), "uninstall the requirements that a file lists", "FILE",
                   field="files", many=True),
            DRY_RUN,
        ),
        where=Place.ANYWHERE, changes=True, others=("remove", "delete"), colours=_CHANGES,
    ),
    Command(
        "upgrade", Group.CHANGE, "upgrade packages as far as the requirements allow",
        actions.upgrade,
        words=Words("PACKAGE", f"{_PACKAGES} (default: all)", most=None),
        options=(options.ANY_INDEX, DRY_RUN),
        where=Place.ANYWHERE, changes=True, others=("update",), colours=_CHANGES,
    ),
    Command(
        "python", Group.CHANGE, "move the notebook to another Python version",
        actions.move_python,
        words=Words("X.Y", "the version, such as 3.12", 1, 1,
                    problem="python needs one version, such as 3.12."),
        where=Place.ANYWHERE, changes=True, colours=_CHANGES,
    ),
    Command(
        "undo", Group.CHANGE, "go back to the environment before the last change",
        actions.undo, options=(DRY_RUN,),
        where=Place.ANYWHERE, changes=True, others=("revert",), colours=_CHANGES,
    ),
    Command(
        "redo", Group.CHANGE, "make the change again that was undone last",
        actions.redo, options=(DRY_RUN,),
        where=Place.ANYWHERE, changes=True, colours=_CHANGES,
    ),
    Command(
        "record", Group.CHANGE, "record what is installed, where the notebook records otherwise",
        actions.record,
        options=(DRY_RUN,),
        where=Place.ANYWHERE, changes=True, others=("lock",), colours=_CHANGES,
    ),
    Command(
        "list", Group.LOOK, "list the installed packages",
        actions.list_, where=_LOOKS, others=("ls", "freeze", "packages"),
    ),
    Command(
        "tree", Group.LOOK, "show the installed packages as a tree", actions.tree, where=_LOOKS
    ),
    Command(
        "why", Group.LOOK, "explain why a package is installed",
        actions.why,
        words=Words("PACKAGE", "the package's name", 1, 1,
                    problem="why needs the name of one package."),
        where=_LOOKS,
    ),
    Command(
        "outdated", Group.LOOK, "list the packages that have newer versions",
        actions.outdated, where=Place.ANYWHERE,
    ),
    Command(
        "status", Group.LOOK, "compare what is recorded, locked and installed",
        actions.status, where=_LOOKS, others=("show", "info", "check"), colours=_TROUBLE,
    ),
    Command(
        "history", Group.LOOK, "list the changes of the environment, the newest first",
        actions.history, where=_LOOKS, others=("log", "changes"),
    ),
    Command(
        "diff", Group.LOOK, "compare with another notebook, a git revision, or the environment",
        actions.diff,
        words=Words("OTHER", "a notebook or a git revision; without one, the environment",
                    most=1, problem="diff compares a notebook with one other thing."),
        where=_LOOKS, notebooks=Notebooks.FIRST, others=("compare",), colours=_DIFFERENCES,
    ),
    Command(
        "audit", Group.LOOK, "check the locked packages for known vulnerabilities",
        actions.audit,
        options=(Option(("--service-url",), "use this mirror of the OSV database's API", "URL"),),
        others=("scan",),
    ),
    Command(
        "export", Group.SHARE, "export the environment to another tool's format",
        share_actions.export,
        options=(
            on_page(Option(("--format",), "the format (default: requirements)", "FORMAT",
                           default="requirements", choices=options.formats)),
            Option(("--serve",), "with dockerfile and compose: serve the notebook in JupyterLab"),
            Option(("--sweep",), "with kubernetes: run it for each row of a CSV or JSONL file",
                   "FILE"),
            Option(("--results",), "with kubernetes: write results to a claim, the log, or a URL",
                   "PLACE"),
            Option(("--queue",), "with kubernetes: wait in this queue of Kueue", "NAME"),
            OUTPUT,
        ),
        where=Place.ANYWHERE,
    ),
    Command(
        "build", Group.SHARE, "build a container image of the environment",
        share_actions.build,
        options=(
            Option(("--engine",), "use this engine (default: the one that is installed)", "ENGINE",
                   choices=options.engines),
            Option(("--tag",), "give the image this name, too", "NAME"),
            Option(("--push",), "push the image of that name to its registry"),
            Option(("--platform",), "build for this platform, such as linux/arm64", "PLATFORM"),
            Option(("--base",), "start from this image, such as python:3.12-slim@sha256:…",
                   "IMAGE"),
            Option(("--secret",), "give the build a secret: id=pip.conf,src=FILE", "SECRET",
                   many=True),
        ),
        where=Place.TERMINAL,
    ),
    Command(
        "workers", Group.SHARE, "give a cluster's workers the environment, from a cell",
        share_actions.workers,
        words=Words("CLIENT", "the client's variable, where there are several", most=1,
                    problem="workers takes one client."),
        options=(
            Option(("--wheels",), "send the wheels along, for workers without an index"),
            Option(("--own",), "with Dask: move the whole cluster, which is this notebook's alone"),
            Option(("--status",), "show what the workers have"),
            Option(("--stop",), "stop what was started for this notebook"),
            Option(("--found",), metavar="CLIENTS", hidden=True),
        ),
        where=Place.CELL,
    ),
    Command(
        "pack", Group.SHARE, "pack the notebook and its wheels into one file",
        share_actions.pack,
        options=(
            OUTPUT,
            Option(("--platform",), "pack for this platform instead of this machine's", "PLATFORM",
                   many=True, choices=options.platforms),
            Option(("--archive",), "pack the environment instead, as a .tar.gz or .tar.zst that "
                   "runs wherever it is unpacked", "FILE"),
            Option(("--with-python",), "with --archive: add the Python itself"),
            Option(("--for",), "with --archive: leave out what this engine's workers have, and "
                   "what only the kernel needs", "ENGINE", field="engine",
                   choices=options.archive_engines),
            Option(("--without",), "with --archive: leave out this package, with what only it "
                   "needs", "NAME", many=True),
        ),
    ),
    Command(
        "unpack", Group.SHARE, "restore a packed notebook without a network",
        share_actions.unpack,
        words=Words("FILE", "the packed notebook", 1, 1, problem="unpack takes one pack.",
                    hint="Write: nbenv unpack FILE.nbpack"),
        options=(
            OUTPUT,
            Option(("--yes",), "install what the packer built of sources, without asking"),
        ),
        notebooks=Notebooks.NONE,
    ),
    Command(
        "verify", Group.SHARE, "rebuild in a clean room, run, and compare the outputs",
        share_actions.verify,
        words=Words(most=None),
        options=(
            Option(("--jobs",), "verify this many notebooks at once (default: 1)", "N",
                   default=1, convert=options.number_from_one),
            Option(("--junit",), "also write a JUnit report to this file", "FILE"),
        ),
        notebooks=Notebooks.MANY, where=Place.TERMINAL, others=("test",),
    ),
    Command(
        "git-config", Group.SHARE, "let git compare and merge notebooks with nbenv",
        share_actions.git_config,
        options=(
            Option(("--global",), "configure git for all your repositories", field="everywhere"),
            Option(("--remove",), "remove the configuration"),
        ),
        notebooks=Notebooks.NONE,
    ),
    Command(
        "doctor", Group.MACHINE, "check the installation for problems",
        actions.doctor, where=_LOOKS, notebooks=Notebooks.NONE, colours=_VERDICTS,
    ),
    Command(
        "envs", Group.MACHINE, "list the environments on this machine",
        actions.envs,
        options=(Option(("--sizes",), "measure all environments, however many there are"),),
        where=_LOOKS, notebooks=Notebooks.NONE, others=("environments",),
    ),
    Command(
        "prune", Group.MACHINE, "remove unused environments",
        actions.prune,
        options=(DRY_RUN,),
        notebooks=Notebooks.NONE, others=("clean", "gc"),
    ),
    Command(
        "approvals", Group.MACHINE, "list or revoke approvals to restore without asking",
        actions.approvals,
        words=Words(hint="To revoke an approval: nbenv approvals --revoke NOTEBOOK"),
        options=(
            Option(("--revoke",), "revoke the approvals of a notebook, one approval, or all",
                   "NOTEBOOK|APPROVAL|all", many=True),
        ),
        notebooks=Notebooks.NONE,
    ),
    Command(
        "kernelspec", Group.MACHINE, "install the kernelspec for this user",
        actions.kernelspec,
        options=(Option(("--remove",), "remove it again"),),
        notebooks=Notebooks.NONE,
    ),
    # What git and kernels call
    Command(
        "git-text", Group.HIDDEN, "print a notebook as git compares it",
        share_actions.git_text,
        words=Words("FILE", "", 1, 1, problem="git-text is for git: see nbenv git-config."),
        notebooks=Notebooks.NONE,
    ),
    Command(
        "git-merge", Group.HIDDEN, "merge a notebook for git",
        share_actions.git_merge,
        words=Words("FILE", "", 4, 4, problem="git-merge is for git: see nbenv git-config."),
        notebooks=Notebooks.NONE,
    ),
    Command(
        "pip", Group.HIDDEN, "run pip's commands on the environment",
        actions.pip,
        words=Words("-- PIP_COMMAND", "", most=None),
    ),
])  # fmt: skip


def parse(words: Sequence[str]) -> Call:
    """Parse a command line.

    Raises
    ------
    UsageError
        When it cannot be understood, with a suggestion where there is one.
    SystemExit
        After ``--help`` or ``--version`` was answered.
    """
    return parse_with(COMMANDS, words)


def perform(
    call: Call, on_progress: Callable[[Progress], None] | None = None, ask: Ask = nobody
) -> Outcome:
    """Run a command to its end.

    Parameters
    ----------
    call
        The parsed command line.
    on_progress
        Called with each step's progress.
    ask
        Asks the person a question, where the command has one.
    """
    result = COMMANDS[call.command].perform(replace(call, ask=ask))
    return result if isinstance(result, Outcome) else drain(result, on_progress)
