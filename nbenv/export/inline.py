"""The block of inline script metadata (PEP 723) that stands for a notebook's environment."""

from __future__ import annotations

from collections.abc import Sequence

import tomli_w

from nbenv.export.uv_settings import dependencies, settings
from nbenv.operations.document import Document
from nbenv.requirements import merge

__all__ = ["block"]


def block(document: Document, also: Sequence[str] = ()) -> str:
    """Return the comment block; `also` is required besides what was asked for."""
    script: dict[str, object] = {
        "requires-python": f"=={document.spec.python}.*",
        "dependencies": merge(dependencies(document), also),
    }
    if chosen := settings(document):
        script["tool"] = {"uv": chosen}
    lines = [f"# {line}".rstrip() for line in tomli_w.dumps(script).splitlines()]
    return "\n".join(("# /// script", *lines, "# ///")) + "\n"
