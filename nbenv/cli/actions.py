"""The action of each command: from a parsed call to the operation, which is imported only then.

Those of ``run`` and of the commands that share an environment have modules of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbenv.errors import UsageError

if TYPE_CHECKING:
    from nbenv.cli.call import Call
    from nbenv.progress import Outcome, Steps

__all__ = [
    "adopt",
    "approvals",
    "audit",
    "diff",
    "doctor",
    "envs",
    "history",
    "install",
    "kernelspec",
    "list_",
    "move_python",
    "outdated",
    "pip",
    "prune",
    "record",
    "redo",
    "restore",
    "status",
    "tree",
    "undo",
    "uninstall",
    "upgrade",
    "why",
]

# -- start


def install(call: Call) -> Steps[Outcome]:
    """Install packages."""
    from nbenv.operations.install import InstallRequest, install

    return install(call.notebook(), call.request(InstallRequest), call.agreed)


def adopt(call: Call) -> Steps[Outcome]:
    """Adopt an ordinary notebook, or all of a folder; IPython's parser is slow to import."""
    from nbenv.operations.adoption.adopt import AdoptOptions, adopt

    if call.places:
        return _adopt_folder(call)
    return adopt(call.notebook(), call.request(AdoptOptions), call.agreed, consent=call.consent)


def _adopt_folder(call: Call) -> Steps[Outcome]:
    from nbenv.operations.adoption.examined import AdoptOptions
    from nbenv.operations.adoption.folder.adopt_folder import FolderOptions, adopt_folder

    more = call.request(FolderOptions)
    return adopt_folder(call.places, call.request(AdoptOptions), more, call.ask)


def restore(call: Call) -> Steps[Outcome]:
    """Restore the recorded environment, or show what that would do."""
    from nbenv.operations.restore import restore

    options = call.options
    if options.python and (options.dry_run or options.fallback):
        raise UsageError(
            "restore --python moves the notebook, and cannot be combined with another option.",
            todo="Use --python on its own.",
        )
    if options.torch_backend and (options.python or options.dry_run or options.fallback):
        raise UsageError(
            "restore --torch-backend changes a build, and cannot be combined with another option.",
            todo="Use --torch-backend on its own; --fallback cpu has a preview.",
        )
    if options.into:
        return _provide(call)
    if options.dry_run:
        return _preview(call)
    return restore(
        call.notebook(), options.python, options.fallback, call.agreed, options.torch_backend
    )


def _provide(call: Call) -> Steps[Outcome]:
    from nbenv.operations.sharing.provide import provide

    options = call.options
    if options.python or options.fallback or options.torch_backend or options.dry_run:
        raise UsageError(
            "restore --into provides what is recorded, and cannot be combined with another option.",
            todo="Use --into on its own.",
        )
    return provide(call.notebook(), options.into, call.agreed)


def _preview(call: Call) -> Steps[Outcome]:
    if call.options.fallback:
        from nbenv.operations.fallback import preview_fallback

        return preview_fallback(call.notebook(), call.options.fallback, call.agreed)
    from nbenv.operations.preview import preview

    return preview(call.notebook(), look_up=not call.options.no_sizes)


# -- change


def uninstall(call: Call) -> Steps[Outcome]:
    """Uninstall packages."""
    from nbenv.operations.uninstall import uninstall

    options = call.options
    names, files = call.words, options.files
    return uninstall(call.notebook(), names, options.dry_run, call.agreed, files=files)


def upgrade(call: Call) -> Steps[Outcome]:
    """Upgrade packages."""
    from nbenv.operations.upgrade import upgrade

    options = call.options
    return upgrade(call.notebook(), call.words, options.dry_run, options.any_index, call.agreed)


def move_python(call: Call) -> Steps[Outcome]:
    """Move the notebook to another Python."""
    from nbenv.operations.move_python import move

    return move(call.notebook(), call.words[0], call.agreed)


def undo(call: Call) -> Steps[Outcome]:
    """Undo the last change."""
    from nbenv.operations.undoing.undo import undo

    return undo(call.notebook(), call.options.dry_run, call.agreed)


def redo(call: Call) -> Steps[Outcome]:
    """Redo the change that was undone last."""
    from nbenv.operations.undoing.undo import redo

    return redo(call.notebook(), call.options.dry_run, call.agreed)


def record(call: Call) -> Steps[Outcome]:
    """Record what is installed."""
    from nbenv.operations.installing.record_installed import record_installed

    return record_installed(call.notebook(), call.options.dry_run, call.agreed)


def pip(call: Call) -> Outcome | Steps[Outcome]:
    """Run pip's own words."""
    from nbenv.cli.pip_lines.pip_magic import perform_pip
    from nbenv.cli.pip_lines.pip_paths import from_working_directory

    ref = call.notebook()
    return perform_pip(from_working_directory(call.words, ref.folder), ref)


# -- look


def list_(call: Call) -> Outcome:
    """List what is installed."""
    from nbenv.operations.listing import list_

    return list_(call.notebook())


def tree(call: Call) -> Outcome:
    """Show the tree of dependencies."""
    from nbenv.operations.listing import tree

    return tree(call.notebook())


def why(call: Call) -> Outcome:
    """Explain why a package is installed."""
    from nbenv.operations.listing import why

    return why(call.notebook(), call.words[0])


def outdated(call: Call) -> Steps[Outcome]:
    """List what has a newer version."""
    from nbenv.operations.listing import outdated

    return outdated(call.notebook(), call.agreed)


def status(call: Call) -> Outcome:
    """Compare what is recorded, locked and installed."""
    from nbenv.operations.status import status

    return status(call.notebook(), files=True)


def diff(call: Call) -> Outcome:
    """Compare a notebook with one other thing."""
    from nbenv.operations.diff import diff

    return diff(call.notebook(), *call.words)


def history(call: Call) -> Outcome:
    """Show the changes of the environment."""
    from nbenv.operations.undoing.past_changes import show_history

    return show_history(call.notebook())


def audit(call: Call) -> Steps[Outcome]:
    """Look for known vulnerabilities."""
    from nbenv.operations.audit import audit

    return audit(call.notebook(), call.options.service_url)


# -- this machine


def doctor(call: Call) -> Outcome:
    """Check the installation; jupyter_client is slow to import."""
    from nbenv.operations.setup.doctor import doctor

    return doctor()


def envs(call: Call) -> Outcome:
    """List the environments."""
    from nbenv.operations.envs import envs

    return envs(call.options.sizes, pythons=call.options.json)


def prune(call: Call) -> Outcome:
    """Remove unused environments."""
    from nbenv.operations.envs import prune

    return prune(call.options.dry_run)


def approvals(call: Call) -> Outcome:
    """List approvals, or revoke some."""
    from nbenv.operations.approvals import approvals, revoke

    return revoke(call.options.revoke) if call.options.revoke else approvals()


def kernelspec(call: Call) -> Outcome:
    """Install the kernelspec, or remove it."""
    from nbenv.operations.setup.user_kernelspec import remove_kernelspec, write_kernelspec

    return remove_kernelspec() if call.options.remove else write_kernelspec()
