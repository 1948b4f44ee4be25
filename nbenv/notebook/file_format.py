"""Say of a file that it is no notebook, or one of a format that nbenv does not work with.

https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from nbenv.errors import NotebookError

__all__ = ["check_format", "refused", "unreadable"]


def refused(what: str, why: str = "", todo: str = "") -> NotebookError:
    """Return the error for a notebook, importing its class only where something is wrong."""
    from nbenv.errors import NotebookError

    return NotebookError(what, why, todo)


def unreadable(error: ValueError | RecursionError) -> str:
    """Say why the bytes of a notebook are no JSON."""
    if isinstance(error, UnicodeDecodeError):
        return f"It is not UTF-8 text (byte {error.start})."
    return f"It is not JSON: {error}."


def check_format(path: str, document: object, *, converting: bool = False) -> None:
    """Raise unless a document says that it is a notebook of the present format.

    With `converting`, one of an older format will do.
    """
    if not isinstance(document, dict) or not isinstance(document.get("nbformat"), int):
        raise refused(
            f"{path} is not a notebook.",
            "It is JSON, but has no nbformat.",
            "Open and save it in Jupyter.",
        )
    found = document["nbformat"]
    if found == 4 or (found < 4 and converting):
        return
    todo = (
        "Adopt it, which converts it to format 4 and keeps a copy: nbenv adopt NOTEBOOK "
        "(in a cell: %nbenv adopt)."
    )
    if found > 4:
        todo = "A newer nbenv may know it; or save it in format 4, where it was made."
    raise refused(f"{path} is in format {found}; nbenv works with format 4.", todo=todo)
