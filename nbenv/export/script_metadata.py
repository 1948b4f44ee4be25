"""The block of inline script metadata (PEP 723) that stands for a notebook's environment."""

from __future__ import annotations

from collections.abc import Sequence

import tomli_w

from nbenv.core.requirements import merge
from nbenv.engine.document import NotebookSnapshot
from nbenv.export.uv_settings import dependencies, settings

__all__ = ["block"]


def block(document: NotebookSnapshot, also: Sequence[str] = ()) -> str:
    """Return the comment block; `also` is required besides what was asked for."""
    script: dict[str, object] = {
        "requires-python": f"=={document.spec.python}.*",
        "dependencies": merge(dependencies(document), also),
    }
    if chosen := settings(document):
        script["tool"] = {"uv": chosen}
    lines = [f"# {line}".rstrip() for line in tomli_w.dumps(script).splitlines()]
    return "\n".join(("# /// script", *lines, "# ///")) + "\n"
