"""Find the names behind paths and URLs, which only the installer knows."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nbenv.core.requirements import parse, portable, text_of
from nbenv.core.spec import Index
from nbenv.errors import RequirementError
from nbenv.home.scratch import scratch_folder
from nbenv.installer.failures.near_paths import no_path
from nbenv.installer.scratch_project import write_project
from nbenv.installer.uv import run_uv, tomllib
from nbenv.progress import Steps

__all__ = ["NamedRequirements", "find_names"]


@dataclass(frozen=True)
class NamedRequirements:
    """Requirements with their names, and the names of those that are installed in place."""

    requirements: tuple[str, ...]
    editable: tuple[str, ...] = ()


def find_names(
    asked: Sequence[str],
    notebook_folder: Path,
    *,
    editable: Sequence[str] = (),
    indexes: Sequence[Index] = (),
    find_links: Sequence[str] = (),
) -> Steps[NamedRequirements]:
    """Return the requirements behind paths and URLs, with their names.

    Parameters
    ----------
    asked
        Paths and URLs, relative to the current folder.
    notebook_folder
        The folder that the paths of the result are relative to.
    editable
        Paths of projects to install in place.
    indexes, find_links
        The indexes, and the pages and folders of files, that builds take what they need from; as of
        `nbenv.installer.uv.run_uv`.

    Raises
    ------
    RequirementError
        A path does not exist.
    InstallerError
        uv could not find out a name; building a project without static metadata may have failed.
    """
    found: list[str] = []
    in_place: list[str] = []
    run = partial(run_uv, indexes=indexes, find_links=find_links)
    for flags, texts in (([], asked), (["--editable"], editable)):
        if texts:
            located = [_expanded(text) for text in texts]
            if flags:
                located = [_as_path(text) for text in located]
            look = partial(run, projects=_folders(located), addresses=_addresses(located))
            named = yield from _add(look, [*flags, "--", *located], notebook_folder)
            found.extend(named.requirements)
            in_place.extend(named.editable)
    return NamedRequirements(tuple(found), tuple(in_place))


def _expanded(text: str) -> str:
    """Return a path with ``~`` expanded; raise if it is missing: uv would take it for a name.

    pip separates a marker from it by ``;`` alone, uv by a space, too.
    """
    if "://" in text:
        return text
    path = os.path.expanduser(text)
    place, semicolon, marker = path.partition(";")
    if semicolon and os.path.exists(place.strip().partition("[")[0]):
        return f"{_expanded(place.strip())} ; {marker.strip()}"
    if not os.path.exists(path.partition("[")[0]):
        raise no_path(text)
    if "#" in os.path.realpath(path.partition("[")[0]):
        raise RequirementError(
            f"{text} cannot be installed from there.",
            "A folder above it, or its own name, has a #, which the installer cannot use in paths.",
            "Rename or move it; nothing was changed.",
        )
    return path


def _folders(located: Sequence[str]) -> list[Path]:
    """Return the folders among paths and URLs."""
    paths = [Path(os.path.abspath(text.partition("[")[0])) for text in located if "://" not in text]
    return [path for path in paths if path.is_dir()]


def _as_path(text: str) -> str:
    """Return a folder in a form that uv takes for no name: pip takes ``-e folder``, too."""
    is_bare = "://" not in text and os.sep not in text.partition("[")[0]
    return os.path.join(os.curdir, text) if is_bare else text


def _addresses(located: Sequence[str]) -> list[str]:
    """Return the URLs among paths and URLs, without names before them."""
    return [text.rpartition(" @ ")[2] for text in located if "://" in text]


def _add(
    run: Callable[..., Steps[str]], arguments: Sequence[str], notebook_folder: Path
) -> Steps[NamedRequirements]:
    """Let ``uv add`` put requirements into a throw-away project, and read what it wrote."""
    with scratch_folder() as scratch:
        project = Path(scratch, "pyproject.toml")
        write_project(project, {"dependencies": []}, {})
        command = ["add", "--project", scratch, "--frozen", "--python", sys.executable]
        # Relative paths are relative to where the user is.
        yield from run([*command, *arguments], Path.cwd())
        document = tomllib.loads(project.read_text(encoding="utf-8"))
    sources = document.get("tool", {}).get("uv", {}).get("sources", {})
    requirements, editable = [], []
    for text in document["project"].get("dependencies", []):
        requirement = parse(text)
        for source in _as_list(sources.get(requirement.name)):
            requirement.url = _source_url(source, Path(scratch), notebook_folder)
            if source.get("editable"):
                editable.append(requirement.name)
        requirements.append(text_of(requirement))
    return NamedRequirements(tuple(requirements), tuple(editable))


def _as_list(source: object) -> list[dict[str, str]]:
    if source is None:
        return []
    return source if isinstance(source, list) else [source]  # type: ignore[list-item]


def _source_url(source: Mapping[str, str], scratch: Path, notebook_folder: Path) -> str:
    if "path" in source:
        # uv writes the path relative to its project's real folder.
        place = Path(os.path.normpath(Path(os.path.realpath(scratch), source["path"])))
        return portable(place, Path(os.path.realpath(notebook_folder)))
    if "git" in source:
        revision = next((source[key] for key in ("rev", "tag", "branch") if key in source), "")
        url = f"git+{source['git']}" + (f"@{revision}" if revision else "")
    else:
        url = source["url"]
    return url + (f"#subdirectory={source['subdirectory']}" if "subdirectory" in source else "")
