"""An image of an environment: built once for all notebooks that lock the same packages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbenv.containers.engines import Engine, find_engine
from nbenv.engine.consent import agree, agreed_by_command, check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import NbenvError, UsageError
from nbenv.export.dockerfile import write_environment
from nbenv.export.image_context import digest_of, local_files
from nbenv.export.image_steps import BASE, BUILD_BASE
from nbenv.export.linux_image import linux_warning
from nbenv.home.scratch import scratch_folder
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["BuildOptions", "build", "ensure_image"]

_REPOSITORY = "nbenv"


@dataclass(frozen=True)
class BuildOptions:
    """The options of ``build``; `secret` holds those of the engine, ``id=…,src=…``.

    `base` is the image to start from instead of the official one, which a digest may pin.
    """

    engine: str | None = None
    tag: str | None = None
    push: bool = False
    platform: str | None = None
    secret: Sequence[str] = ()
    base: str | None = None


def build(ref: NotebookRef, options: BuildOptions, agreed: str | None = None) -> Steps[Outcome]:
    """Build the image of a notebook's environment, which counts as restoring it.

    Parameters
    ----------
    ref
        The notebook.
    options
        The engine, and what it is asked for.
    agreed
        As in `nbenv.operations.restore.restore`.

    Raises
    ------
    UsageError
        Something is to be pushed, and no name says where to.
    NbenvError
        There is no engine, or the image could not be built or pushed.
    """
    if options.push and not options.tag:
        raise UsageError("--push needs the image's name: --tag REGISTRY/NAME:TAG")
    engine = find_engine(options.engine)
    image, is_new = yield from ensure_image(ref, engine, options, agreed)
    if options.push and options.tag:
        yield from engine.push(options.tag)
    shown = options.tag or image
    done = "Built" if is_new else "Already built:"
    return Outcome(
        f"{done} {shown}{f' (as {image}, too)' if options.tag else ''}.",
        data={"image": image, "tag": options.tag, "built": is_new, "engine": engine.name},
    )


def ensure_image(
    ref: NotebookRef, engine: Engine, options: BuildOptions, agreed: str | None
) -> Steps[tuple[str, bool]]:
    """Return the name of the environment's image, and whether it had to be built.

    The parameters and errors are those of `build`.
    """
    agreed = yield from agreed_by_command(ref, agreed)
    snapshot = NotebookSnapshot.read(ref)
    if snapshot.record is None:
        raise NbenvError(
            "This notebook records no environment, so there is nothing to build.",
            todo="Give it one: nbenv install NOTEBOOK NAME…",
        )
    check_approved(snapshot, agreed)
    snapshot.check_locked()
    if warning := linux_warning(snapshot.spec):
        yield Progress("build", warning, lasting=True)
    context: dict[str, bytes] = {
        "Dockerfile": write_environment(snapshot).encode(),
        **local_files(snapshot),
    }
    platform = f"-{options.platform.replace('/', '-')}" if options.platform else ""
    base = {"base": options.base.encode()} if options.base else {}
    image = f"{_REPOSITORY}:{digest_of({**context, **base})}{platform}"
    is_known = engine.has_image(image)
    if not is_known or options.tag:
        words = ["-t", image, *(["-t", options.tag] if options.tag else [])]
        words += _base_words(options.base)
        words += [word for secret in options.secret for word in ("--secret", secret)]
        yield Progress("build", f"Building {image}…")
        with scratch_folder() as scratch:
            for name, content in context.items():
                path = Path(scratch, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            yield from engine.build(scratch, words, options.platform)
    agree(snapshot, snapshot.spec)
    return image, not is_known


def _base_words(base: str | None) -> list[str]:
    names = (BUILD_BASE, BASE) if base else ()
    return [word for name in names for word in ("--build-arg", f"{name}={base}")]
