"""A bundle as a folder for people who start a cluster themselves."""

from __future__ import annotations

from pathlib import Path

from nbenv.engine.document import NotebookSnapshot
from nbenv.errors import NbenvError
from nbenv.home.scratch import scratch_folder
from nbenv.progress import Steps
from nbenv.workers.bundle import write_bundle

__all__ = ["bundle_files"]


def bundle_files(
    snapshot: NotebookSnapshot, engine: str, package: str, readme: str
) -> Steps[dict[str, bytes]]:
    """Return the files of a notebook's bundle, with a ``README.md``.

    Parameters
    ----------
    snapshot
        The notebook, whose environment is ready.
    engine
        The engine's title.
    package
        The package that its workers need.
    readme
        The text, in which ``{name}``, ``{folder}``, ``{python}`` and ``{version}`` stand for the
        notebook's name, the customary name of the folder, and the versions of Python and `package`.

    Raises
    ------
    NbenvError
        The environment is not ready, or does not have the package.
    """
    with scratch_folder() as scratch:
        bundle = yield from write_bundle(snapshot, Path(scratch, "bundle"))
        files = {path.name: path.read_bytes() for path in sorted(bundle.folder.iterdir())}
    versions = bundle.manifest["versions"]
    assert isinstance(versions, dict)
    if package not in versions:
        raise NbenvError(
            f"The notebook's environment does not have {engine}, which its workers need.",
            todo=f"Install it: nbenv install NOTEBOOK {package}",
        )
    notebook = Path(snapshot.ref.notebook)
    text = readme.format(
        name=notebook.name,
        folder=f"{notebook.stem}-{engine.lower()}",
        python=snapshot.spec.python,
        version=versions[package],
    )
    return {**files, "README.md": text.encode("utf-8", "surrogatepass")}
