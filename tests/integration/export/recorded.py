"""A notebook with a record that holds every kind of line, and golden files to compare with."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.spec import Index, Spec
from nbenv.core.wheels.wheel_tags import is_installable
from nbenv.environments import interpreters
from tests.support.index import LocalIndex

GOLDEN = Path(__file__).parent / "golden"
CELLS = (
    "%pip install branch\nimport branch",
    "import leaf\nprint('leaf', leaf.__version__)",
)


def stock(index: LocalIndex, own: LocalIndex) -> list[LockedDistribution]:
    """Put distributions into the machine's index and into the notebook's own; return the lock."""
    index.wheel("leaf", "1.0")
    index.wheel("leaf", "2.0")
    index.wheel("branch", "1.0", requires=["leaf"], extras={"more": ["extra-leaf"]})
    index.wheel("extra-leaf", "1.0")
    index.wheel("only-windows", "1.0", tag="py3-none-win_amd64")
    index.sdist("from-source", "1.0")
    own.wheel("private", "3.0")
    marker = "sys_platform == 'win32'"
    return [
        locked(index, "branch", "1.0", "branch-1.0-py3-none-any.whl"),
        locked(index, "extra-leaf", "1.0", "extra_leaf-1.0-py3-none-any.whl"),
        locked(index, "from-source", "1.0", "from_source-1.0.tar.gz"),
        locked(index, "ipykernel", "7.0", "ipykernel-7.0-py3-none-any.whl"),
        locked(index, "leaf", "1.0", "leaf-1.0-py3-none-any.whl"),
        locked(index, "only-windows", "1.0", "only_windows-1.0-py3-none-win_amd64.whl", marker),
        locked(own, "private", "3.0", "private-3.0-py3-none-any.whl"),
    ]


def locked(
    index: LocalIndex, name: str, version: str, file: str, marker: str | None = None
) -> LockedDistribution:
    """Return the line of the lock for a file of an index."""
    assert file.endswith(".tar.gz") or is_installable(file, interpreters.default_python())
    hashes = (f"sha256:{index.sha256(file)}",)
    return LockedDistribution(name, version, None, marker, hashes, file.endswith(".tar.gz"))


def spec(lock: list[LockedDistribution], own: LocalIndex) -> Spec:
    """Return the record."""
    asked = ("branch[more]", "from-source", "leaf<2", "only-windows ; sys_platform == 'win32'")
    return Spec(
        interpreters.default_python(),
        (*asked, "private"),
        Lock(tuple(lock)),
        (Index("own", own.url),),
    )


def write_recorded(path: Path, record: Spec, *cells: str) -> Path:
    """Write a notebook with that record."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# What leaves are"),
            *(nbformat.v4.new_code_cell(code) for code in cells or CELLS),
        ]
    )
    for number, cell in enumerate(document.cells):
        cell["id"] = f"cell-{number}"
    document.metadata["nbenv"] = record.to_record()
    document.metadata["kernelspec"] = {"name": "nbenv", "display_name": "Python (own environment)"}
    nbformat.write(document, path)
    return path


def compare(text: str, name: str, *indexes: LocalIndex) -> None:
    """Compare with a golden file; GOLDEN=write in the environment writes it instead."""
    for number, index in enumerate(indexes):
        text = text.replace(index.url_for(""), f"https://index-{number}.example/")
    python = interpreters.default_python()
    text = text.replace(f"3{python[1:]}", "PYTHON")
    if os.environ.get("GOLDEN") == "write":
        (GOLDEN / f"{name}.golden").write_text(text, encoding="utf-8")
    assert text == (GOLDEN / f"{name}.golden").read_text(encoding="utf-8")
