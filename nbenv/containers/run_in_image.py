"""Run a notebook in a container of its environment's image."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbenv.containers.engines import Engine, find_engine
from nbenv.containers.environment_image import BuildOptions, ensure_image
from nbenv.core.file_names import is_text_notebook
from nbenv.core.typed.parameters import carried
from nbenv.engine.document import NotebookRef
from nbenv.errors import NbenvError, StoppedError, UsageError
from nbenv.home.scratch import scratch_folder
from nbenv.notebook.result_file import check_writable, write_result
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["RunOptions", "check_output", "failure_of", "reason_in", "run_in_image"]

_RESULT = "notebook.ipynb"
_SAID = "nbenv: "
"""Begins what the runner says itself."""


@dataclass(frozen=True)
class RunOptions:
    """The options of ``run --on``: the engine, files beside the notebook, and limits.

    `image` and `namespace` are for a cluster: an image that it can pull, and where to run.
    """

    on: str
    output: str | None = None
    mount: Sequence[str] = ()
    memory: str | None = None
    network: str | None = None
    image: str | None = None
    namespace: str | None = None


def run_in_image(
    source: str, options: RunOptions, values: Mapping[str, object], agreed: str | None = None
) -> Steps[Outcome]:
    """Build the environment's image if need be, and run the notebook in it.

    The notebook and what is mounted are read-only; the result belongs to this user.

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
    if options.image or options.namespace:
        raise UsageError("--image and --namespace are for --on kubernetes.")
    check_output(source, options.output)
    mounted = list(_mounts(options.mount))
    engine = find_engine(options.on)
    ref = NotebookRef(os.path.abspath(source))
    image, _ = yield from ensure_image(ref, engine, BuildOptions(), agreed)
    yield Progress("run", f"Running in {image}…")
    name = Path(source).name
    with scratch_folder() as scratch:
        results = Path(scratch, "results")
        results.mkdir()
        words = [name, f"/results/{_RESULT}"]
        if values:
            (results / "values.json").write_text(json.dumps(carried(values)), encoding="utf-8")
            words += ["-f", "/results/values.json"]
        places = [_bind(ref.notebook, f"/work/{name}", "ro"), *mounted]
        flags = [*_as_oneself(engine), *_limits(options), *places]
        flags += [_bind(str(results), "/results")]
        try:
            done = yield from engine.run(flags, image, words)
        except KeyboardInterrupt:
            wrote = _keep(results / _RESULT, options.output)
            kept = f"The outputs so far are kept. {wrote}" if wrote else ""
            raise StoppedError("Stopped.", kept) from None
        wrote = _keep(results / _RESULT, options.output)
    if done.status:
        raise failure_of(source, reason_in(done.err.splitlines(), done.status), wrote)
    return Outcome(
        f"Ran {source} in {image}. {wrote}".strip(),
        text=done.out.rstrip("\n"),
        data={"notebook": source, "image": image, "out": options.output},
    )


def check_output(source: str, output: str | None) -> None:
    """Raise `UsageError` unless an image can run the notebook, and the result can be written."""
    if output and Path(output).suffix != ".ipynb":
        raise UsageError(f"{output} is no .ipynb file, which is what a container writes.")
    if is_text_notebook(source):
        raise UsageError("An image runs an .ipynb notebook, and this one is kept as text.")
    if output:
        check_writable(output)


def _bind(source: str, target: str, *modes: str) -> str:
    mode = ",readonly" if "ro" in modes else ""
    return f"--mount=type=bind,source={source},target={target}{mode}"


def _mounts(places: Sequence[str]) -> Iterator[str]:
    """Yield the options that put files and folders beside the notebook, under their own names."""
    for place in places:
        path = os.path.abspath(place)
        if not os.path.exists(path):
            raise UsageError(f"{place} does not exist, so it cannot be mounted.")
        if "," in path:  # which ends a value of these options
            raise UsageError(f"{place} has a comma in its path, which engines cannot mount.")
        yield _bind(path, f"/work/{os.path.basename(path)}", "ro")


def _as_oneself(engine: Engine) -> list[str]:
    """Return the options by which the result belongs to this user."""
    if os.name != "posix":
        return []
    user = f"--user={os.getuid()}:{os.getgid()}"
    is_rootless = engine.name == "podman" and os.getuid() != 0
    return [user, "--group-add=0", *(["--userns=keep-id"] if is_rootless else [])]


def _limits(options: RunOptions) -> list[str]:
    memory = [f"--memory={options.memory}"] if options.memory else []
    return [*memory, *([f"--network={options.network}"] if options.network else [])]


def _keep(result: Path, output: str | None) -> str:
    """Copy the result to where it was asked for; return what to say about it."""
    if not output or not result.exists():
        return ""
    write_result(output, result.read_bytes())
    return f"Wrote {output}."


def failure_of(source: str, reason: str, wrote: str) -> NbenvError:
    """Return the error for a notebook that did not run to its end."""
    return NbenvError(f"{source} stopped at an error.", reason, wrote)


def reason_in(lines: Sequence[str], status: int) -> str:
    """Return the last that the runner or the failed cell said."""
    said = [line.removeprefix(_SAID) for line in lines if line.startswith(_SAID)]
    last = said or lines[-1:]
    return last[-1] if last else f"The container ended with status {status}."
