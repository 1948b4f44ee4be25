"""The block of inline script metadata that stands for a notebook's environment.

PEP 723: https://packaging.python.org/en/latest/specifications/inline-script-metadata/
"""

from __future__ import annotations

from collections.abc import Sequence

import tomli_w

from nbenv.core.requirements import merge
from nbenv.engine.document import NotebookSnapshot
from nbenv.export.uv_settings import dependencies, settings

__all__ = ["block"]


def block(snapshot: NotebookSnapshot, also: Sequence[str] = ()) -> str:
    """Return the comment block; `also` are requirements beyond the recorded ones."""
    script: dict[str, object] = {
        "requires-python": f"=={snapshot.spec.python}.*",
        "dependencies": merge(dependencies(snapshot), also),
    }
    if chosen := settings(snapshot):
        script["tool"] = {"uv": chosen}
    lines = [f"# {line}".rstrip() for line in tomli_w.dumps(script).splitlines()]
    return "\n".join(("# /// script", *lines, "# ///")) + "\n"
