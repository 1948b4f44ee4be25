"""``pyproject.toml`` (PEP 621) with uv's settings; the kernel stands in the group ``dev``."""

from __future__ import annotations

from pathlib import Path

import tomli_w

from nbenv.core.requirements import KERNEL
from nbenv.engine.document import NotebookSnapshot
from nbenv.export.uv_settings import dependencies, project_name, settings
from nbenv.progress import Steps

__all__ = ["write"]

_PINNED = "constraint-dependencies = ["
_ABOUT_PINNED = "# The notebook's locked versions. Take them out to let uv choose newer ones.\n"


def write(document: NotebookSnapshot) -> Steps[str]:
    """Return the project: what was asked for, held to the locked versions."""
    project = {
        "project": {
            "name": project_name(document),
            "version": "0.1.0",
            "description": f"The environment of {Path(document.ref.notebook).name}",
            "requires-python": f"=={document.spec.python}.*",
            "dependencies": dependencies(document),
        },
        "dependency-groups": {"dev": [KERNEL]},
        "tool": {"uv": {"package": False, **settings(document)}},
    }
    return tomli_w.dumps(project).replace(_PINNED, _ABOUT_PINNED + _PINNED, 1)
    yield  # no progress: nothing here takes time
