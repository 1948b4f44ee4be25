"""``nbenv export``: to standard output, into a file, or into a folder."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from nbenv.core.plain_text import Payload
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import NbenvError, UsageError
from nbenv.export import FOLDERS, Files, export, export_folder
from nbenv.home.real_path import is_same
from nbenv.progress import Outcome, Steps

__all__ = ["perform_export"]


def perform_export(options: argparse.Namespace, ref: NotebookRef) -> Steps[Outcome]:
    """Export a notebook's environment.

    Parameters
    ----------
    options
        With ``format``, ``serve`` and ``output``, as the command ``export`` declares them.
    ref
        The notebook.
    """
    _check_output(options.output, ref)
    more = _job_options(options)
    if options.format in FOLDERS:
        return (yield from _export_folder(options, ref, more))
    text = yield from export(NotebookSnapshot.read(ref), options.format, options.serve)
    if not options.output:
        payload = Payload(text)
        return Outcome(text=payload, data={"format": options.format, "text": payload})
    _write(Path(options.output), text.encode("utf-8", "surrogatepass"))
    return _written(options, [options.output])


def _check_output(output: str | None, ref: NotebookRef) -> None:
    """Refuse to write over the notebook itself, as a script would over a notebook in ``.py``."""
    if output and is_same(output, ref.notebook):
        raise UsageError(f"{output} is the notebook itself.", todo="Choose another name: -o FILE")


def _job_options(options: argparse.Namespace) -> dict[str, object]:
    """Return the options of a Kubernetes Job, if any was given."""
    if not (options.sweep or options.results or options.queue):
        return {}
    if options.format != "kubernetes":
        raise UsageError("--sweep, --results and --queue are for --format kubernetes.")
    results = options.results or "claim"
    if results not in ("claim", "log") and not results.startswith(("https://", "http://")):
        raise UsageError(f"--results is claim, log, or an address, not {results!r}.")
    from nbenv.export.kubernetes import JobOptions

    name, rows = "", ""
    if options.sweep:
        from nbenv.operations.running.given_parameters import read_sweep_text

        rows = read_sweep_text(options.sweep)
        name = "rows.csv" if options.sweep.endswith(".csv") else "rows.jsonl"
    return {"options": JobOptions(results, name, rows, options.queue or "")}


def _export_folder(
    options: argparse.Namespace, ref: NotebookRef, more: dict[str, object]
) -> Steps[Outcome]:
    if not options.output:
        proposed = FOLDERS[options.format].file_for(ref.notebook)
        raise UsageError(
            f"The format {options.format} is a folder of several files.",
            todo=f"Choose where to write it: -o {proposed}",
        )
    snapshot = NotebookSnapshot.read(ref)
    files: Files = yield from export_folder(snapshot, options.format, options.serve, **more)
    folder = Path(options.output)
    for name in files:
        _check_stays(folder, name)
    for name, content in files.items():
        _write(folder / name, content, with_folders=True)
        if content.startswith(b"#!"):
            (folder / name).chmod(0o755)
    return _written(options, [f"{options.output}/{name}" for name in sorted(files)])


def _check_stays(folder: Path, name: str) -> None:
    """Refuse to write through a link that lies in the folder already, and leads out of it."""
    if not Path(os.path.realpath(folder / name)).is_relative_to(os.path.realpath(folder)):
        raise NbenvError(
            f"{folder / name} leads out of the folder, through a link that is in it.",
            todo="Remove the link, or export into a new folder.",
        )


def _write(path: Path, content: bytes, with_folders: bool = False) -> None:
    try:
        if with_folders:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise NbenvError(f"{path} cannot be written.", f"{error.strerror}.") from None


def _written(options: argparse.Namespace, files: list[str]) -> Outcome:
    return Outcome(
        f"Wrote {options.output}.",
        text="\n".join(files) if len(files) > 1 else "",
        data={"format": options.format, "output": options.output, "files": files},
    )
