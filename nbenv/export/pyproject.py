"""``pyproject.toml`` with uv's settings; the kernel is in the dependency group ``dev``.

PEP 621 and PEP 735: https://packaging.python.org/en/latest/specifications/pyproject-toml/
"""

from __future__ import annotations

from pathlib import Path

import tomli_w

from nbenv.core.requirements import KERNEL, name_of
from nbenv.engine.document import NotebookSnapshot
from nbenv.export.uv_settings import dependencies, project_name, settings

__all__ = ["write"]

_PINNED = "constraint-dependencies = ["
_ABOUT_PINNED = "# The notebook's locked versions. Remove them to let uv choose newer ones.\n"


def write(snapshot: NotebookSnapshot) -> str:
    """Return a project with the notebook's requirements, constrained to the locked versions."""
    asked = set(map(name_of, snapshot.spec.requirements))
    project = {
        "project": {
            "name": project_name(snapshot),
            "version": "0.1.0",
            "description": f"The environment of {Path(snapshot.ref.notebook).name}",
            "requires-python": f"=={snapshot.spec.python}.*",
            "dependencies": dependencies(snapshot),
        },
        "dependency-groups": {"dev": [] if KERNEL in asked else [KERNEL]},
        "tool": {"uv": {"package": False, **settings(snapshot)}},
    }
    return tomli_w.dumps(project).replace(_PINNED, _ABOUT_PINNED + _PINNED, 1)
