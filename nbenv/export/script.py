"""A Python script with the notebook's code and inline metadata (PEP 723), for ``uv run``.

https://docs.astral.sh/uv/guides/scripts/
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from nbenv.engine.document import NotebookSnapshot
from nbenv.export.script_metadata import block
from nbenv.notebook.cells import Cell, cells_of, read_notebook, source_of

__all__ = ["write"]

_INSTALLS = re.compile(
    r"^(?P<margin>\s*)(?P<line>[%!]{1,2}\s*(?:nbenv|conda|mamba|micromamba|pip3?|uv\s+pip"
    r"|(?:\S*python\S*|\{sys\.executable\})\s+-m\s+pip)\b.*)$"
)
_SHELL = """\
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

InteractiveShell.instance(user_ns=globals())  # what get_ipython() returns, for magics
get_ipython = InteractiveShell.instance
"""
_NEEDS_SHELL = re.compile(r"\bget_ipython\(|\bdisplay\(")


def write(snapshot: NotebookSnapshot) -> str:
    """Return the script: the code cells in their order, the text between them as comments."""
    notebook = read_notebook(snapshot.ref.notebook)
    cells = (_as_script(cell) for cell in cells_of(notebook))
    body = "\n".join(cell for cell in cells if cell)
    shell = _NEEDS_SHELL.search(body)
    name = " ".join(Path(snapshot.ref.notebook).name.split())
    parts = [
        "#!/usr/bin/env -S uv run --script\n",
        block(snapshot, ["ipython"] if shell else []),
        f"\n# Exported from {name}.\n",
        f"\n{_SHELL}" if shell else "",
        f"\n{body}" if body else "",
    ]
    return "".join(parts)


def _as_script(cell: Cell) -> str:
    """Return a cell in the "percent" form that editors know, empty for one without code or text.

    https://jupytext.readthedocs.io/en/latest/formats-scripts.html
    """
    source = source_of(cell).strip("\n")
    if not source or cell["cell_type"] not in ("code", "markdown"):
        return ""
    if cell["cell_type"] == "markdown":
        lines = (f"# {line}".rstrip() for line in source.splitlines())
        return "\n".join(("# %% [markdown]", *lines)) + "\n"
    return f"# %%\n{_as_python(source)}\n"


def _as_python(source: str) -> str:
    """Return a cell's code: without installs, magics as calls, and top-level ``await`` as text."""
    code = _without_installs(source)
    if not re.search(r"[%!?]|\bawait\b|\basync\b", code):
        return code
    from IPython.core.inputtransformer2 import TransformerManager  # slow to import

    plain: str = TransformerManager().transform_cell(code)  # type: ignore[no-untyped-call]
    if _awaits(plain):
        return f"get_ipython().run_cell({_quoted(code)}).raise_error()"
    return plain.rstrip("\n")


def _without_installs(source: str) -> str:
    if re.match(r"\s*%%", source) and not _INSTALLS.match(source.lstrip().split("\n")[0]):
        return source  # a cell in another language
    lines, inside = [], False
    for line in source.split("\n"):
        match = _INSTALLS.match(line)
        if match:
            lines.append(f"{match['margin']}{'pass  ' if match['margin'] else ''}# {match['line']}")
        else:
            lines.append(f"# {line}" if inside else line)
        inside = bool(match or inside) and line.rstrip().endswith("\\")
    return "\n".join(lines)


def _awaits(code: str) -> bool:
    """Return whether a cell holds an ``await`` outside a function, which only IPython runs."""
    try:
        compile(code, "<cell>", "exec")
    except SyntaxError:
        try:
            compile(code, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError:
            return False  # for another Python, or broken: left as it is
        return True
    return False


def _quoted(code: str) -> str:
    if "\\" in code or "'''" in code or code.endswith("'"):
        return repr(code)
    return f"'''\n{code}\n'''"
