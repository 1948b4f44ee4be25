"""The actions of the commands that share an environment: formats, images, packs, clusters, git."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbenv.errors import UsageError

if TYPE_CHECKING:
    from nbenv.cli.call import Call
    from nbenv.progress import Outcome, Steps

__all__ = [
    "build",
    "export",
    "git_config",
    "git_merge",
    "git_text",
    "pack",
    "unpack",
    "verify",
    "workers",
]

_FOR_ARCHIVES = {"with_python": "--with-python", "engine": "--for", "without": "--without"}
"""The fields and names of the options of ``pack`` that an archive alone has."""


def export(call: Call) -> Steps[Outcome]:
    """Write the environment in another format."""
    from nbenv.cli.export import perform_export

    return perform_export(call.options, call.notebook())


def build(call: Call) -> Steps[Outcome]:
    """Build an image of the environment."""
    from nbenv.containers.environment_image import BuildOptions, build

    return build(call.notebook(), call.request(BuildOptions), call.agreed)


def workers(call: Call) -> Steps[Outcome]:
    """Prepare what the kernel gives the workers of a cluster."""
    from nbenv.workers.prepare_workers import WorkersRequest, prepare_workers

    return prepare_workers(call.notebook(), call.request(WorkersRequest), call.agreed)


def pack(call: Call) -> Steps[Outcome]:
    """Pack a notebook and its wheels, or its environment."""
    from nbenv.operations.pack import pack

    if call.options.archive:
        return _pack_archive(call)
    for name, word in _FOR_ARCHIVES.items():
        if getattr(call.options, name):
            todo = "Say where to write it: --archive FILE"
            raise UsageError(f"{word} is for an archive.", todo=todo)
    return pack(call.notebook(), call.options.output, call.options.platform, call.agreed)


def _pack_archive(call: Call) -> Steps[Outcome]:
    from nbenv.engine.archiving.archive import ArchiveOptions
    from nbenv.operations.sharing.pack_archive import pack_archive

    options = call.options
    if options.platform:
        why = "An archive is for machines like this one."
        raise UsageError("Use --archive without --platform.", why)
    if options.output:
        raise UsageError("Use --archive without -o.", "--archive names the file.")
    chosen = ArchiveOptions(options.with_python, options.engine or "", tuple(options.without or ()))
    return pack_archive(call.notebook(), options.archive, chosen, call.agreed)


def unpack(call: Call) -> Steps[Outcome]:
    """Restore a packed notebook."""
    from nbenv.operations.unpack import unpack

    return unpack(call.words[0], call.options.output, call.consent)


def verify(call: Call) -> Steps[Outcome]:
    """Rebuild, run and compare notebooks."""
    from nbenv.operations.verify import verify

    return verify(list(dict.fromkeys(call.words)), call.options.jobs, call.options.junit)


def git_config(call: Call) -> Outcome:
    """Configure git."""
    from nbenv.operations.git_driver import configure

    return configure(call.options.everywhere, call.options.remove)


def git_text(call: Call) -> Outcome:
    """Print a notebook as git compares it."""
    from nbenv.operations.git_driver import folded

    return folded(call.words[0])


def git_merge(call: Call) -> Steps[Outcome]:
    """Merge notebooks for git."""
    from nbenv.operations.git_driver import merge_files

    base, ours, theirs, path = call.words
    return merge_files(base, ours, theirs, path)
