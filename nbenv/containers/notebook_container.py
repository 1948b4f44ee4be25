"""A notebook in a container of its environment's image, which is built if need be."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbenv.containers.engines import Engine, Finished, find_engine
from nbenv.containers.environment_image import BuildOptions, ensure_image
from nbenv.containers.run_options import RunOptions
from nbenv.core.typed.parameters import carried
from nbenv.engine.document import NotebookRef
from nbenv.errors import UsageError
from nbenv.progress import Progress, Steps

__all__ = ["RESULT", "NotebookContainer", "notebook_container"]

RESULT = "notebook.ipynb"
"""The executed notebook, in the folder of a container's results."""


@dataclass(frozen=True)
class NotebookContainer:
    """A way to run a notebook, once or many times: the engine, an image, and the container's flags.

    The notebook and what is mounted are read-only; the results belong to this user.
    """

    engine: Engine
    image: str
    notebook: str
    flags: Sequence[str]

    def run(
        self, results: Path, values: Mapping[str, object], name: str | None = None
    ) -> Steps[Finished]:
        """Run it; a run that is interrupted stops the container, and waits for it.

        Parameters
        ----------
        results
            An empty folder. The executed notebook is `RESULT` there.
        values
            The notebook's parameters, in the types of their defaults.
        name
            The container's name; by default one that is made up.
        """
        file = Path(self.notebook).name
        words = [file, f"/results/{RESULT}"]
        if values:
            (results / "values.json").write_text(json.dumps(carried(values)), encoding="utf-8")
            words += ["-f", "/results/values.json"]
        flags = [*self.flags, _bind(str(results), "/results")]
        return (yield from self.engine.run(flags, self.image, words, name))


def notebook_container(
    source: str, options: RunOptions, agreed: str | None
) -> Steps[NotebookContainer]:
    """Return how to run a notebook, after its image was built if need be.

    The parameters and errors are those of `nbenv.containers.run_in_image.run_in_image`.
    """
    if options.image or options.namespace:
        raise UsageError("--image and --namespace are for --on kubernetes.")
    ref = NotebookRef(os.path.abspath(source))
    places = list(_places(ref.notebook, options.mount))
    engine = find_engine(options.on)
    image, _ = yield from ensure_image(ref, engine, BuildOptions(), agreed)
    yield Progress("run", f"Running in {image}…")
    flags = [*engine.flags_for_oneself(), *_limits(options), *places]
    return NotebookContainer(engine, image, ref.notebook, flags)


def _places(notebook: str, beside: Sequence[str]) -> Iterator[str]:
    """Yield the flags that put the notebook, and files and folders, side by side."""
    for place in (notebook, *beside):
        path = os.path.abspath(place)
        if not os.path.exists(path):
            raise UsageError(f"{place} does not exist, so it cannot be mounted.")
        yield _bind(path, f"/work/{os.path.basename(path)}", ",readonly")


def _bind(source: str, target: str, mode: str = "") -> str:
    for path in (source, target):
        if "," in path or '"' in path:  # which ends or quotes a value of these flags
            raise UsageError(f"{path} has a comma or a quote in its path: engines cannot mount it.")
    return f"--mount=type=bind,source={source},target={target}{mode}"


def _limits(options: RunOptions) -> list[str]:
    memory = [f"--memory={options.memory}"] if options.memory else []
    return [*memory, *([f"--network={options.network}"] if options.network else [])]
