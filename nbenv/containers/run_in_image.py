"""Run a notebook in a container of its environment's image."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nbenv.containers.notebook_container import RESULT, notebook_container
from nbenv.containers.run_options import RunOptions, check_output, failure_of, reason_in
from nbenv.errors import StoppedError
from nbenv.home.scratch import scratch_folder
from nbenv.notebook.result_file import write_result
from nbenv.progress import Outcome, Steps

__all__ = ["run_in_image"]


def run_in_image(
    source: str, options: RunOptions, values: Mapping[str, object], agreed: str | None = None
) -> Steps[Outcome]:
    """Build the environment's image if need be, and run the notebook in it.

    Parameters
    ----------
    source
        The notebook's path.
    options
        The engine, and what it is asked for.
    values
        The notebook's parameters, in the types of their defaults.
    agreed
        As in `nbenv.operations.restore.restore`.

    Raises
    ------
    UsageError
        The result is no notebook, or what is to be mounted does not exist.
    NbenvError
        The image could not be built, or a cell failed; the result is written all the same.
    """
    check_output(source, options.output)
    container = yield from notebook_container(source, options, agreed)
    with scratch_folder() as scratch:
        results = Path(scratch)
        try:
            done = yield from container.run(results, values)
        except KeyboardInterrupt:
            wrote = _keep(results / RESULT, options.output)
            kept = f"The outputs so far are kept. {wrote}" if wrote else ""
            raise StoppedError("Stopped.", kept) from None
        wrote = _keep(results / RESULT, options.output)
    if done.status:
        raise failure_of(source, reason_in(done.err.splitlines(), done.status), wrote)
    return Outcome(
        f"Ran {source} in {container.image}. {wrote}".strip(),
        text=done.out.rstrip("\n"),
        data={"notebook": source, "image": container.image, "out": options.output},
    )


def _keep(result: Path, output: str | None) -> str:
    """Copy the result to where it was asked for; return what to say about it."""
    if not output or not result.exists():
        return ""
    write_result(output, result.read_bytes())
    return f"Wrote {output}."
