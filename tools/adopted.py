"""Adopt and run all notebooks in a folder, and print the result for each.

    python -m tools.adopted FOLDER [--look] [--timeout SECONDS] [--limit N] [-o REPORT.json]

Each notebook is copied, with the files around it, into a scratch folder, so that FOLDER does not
change. SECONDS limits each step. With ``--look`` nothing is installed or run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat

_LARGEST = 20 * 1024 * 1024
"""Largest file beside a notebook that is copied, in bytes."""


@dataclass
class Result:
    """One notebook: what was found, whether it installed, how many cells ran, what stopped them."""

    notebook: str
    found: list[str]
    unknown: list[str]
    installed: bool = False
    ran: int = 0
    cells: int = 0
    stopped: str = ""

    def __str__(self) -> str:
        state = "installed" if self.installed else "not installed"
        unknown = f"; unknown: {', '.join(self.unknown)}" if self.unknown else ""
        stopped = f"; {self.stopped.splitlines()[-1][:160]}" if self.stopped else ""
        found = ", ".join(self.found) or "nothing"
        return f"{self.notebook}: {found}{unknown}; {state}; {self.ran}/{self.cells} cells{stopped}"


def nbenv(*words: str, timeout: float) -> tuple[int, str, str]:
    """Run a command; one that takes too long has failed."""
    command = [sys.executable, "-m", "nbenv", *words]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        out, errors = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        child.terminate()  # the command ends its kernel itself
        child.communicate()
        return 1, "", f"stopped after {timeout:.0f} s"
    return child.returncode, out, errors


def notebooks(folder: Path) -> Iterator[Path]:
    """Yield the notebooks below a folder, without checkpoints."""
    for path in sorted(folder.rglob("*.ipynb")):
        if not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def copied(path: Path, scratch: Path) -> Path:
    """Copy a notebook and the files around it."""

    def skipped(folder: str, names: list[str]) -> list[str]:
        places = [Path(folder, name) for name in names]
        large = [p.name for p in places if p.is_file() and p.stat().st_size > _LARGEST]
        others = [p.name for p in places if p.suffix == ".ipynb" and p.stat().st_size > 2**20]
        return [*large, *(name for name in others if Path(folder, name) != path)]

    target = scratch / "work"
    shutil.copytree(path.parent, target, ignore=skipped, ignore_dangling_symlinks=True)
    if not (target / path.name).exists():
        shutil.copyfile(path, target / path.name)
    return target / path.name


def adopt_and_run(path: Path, name: str, *, look_only: bool, timeout: float) -> Result:
    """Adopt and run one notebook."""
    status, out, errors = nbenv("adopt", "--dry-run", "--json", str(path), timeout=timeout)
    if status:
        return Result(name, [], [], stopped=errors)
    found = json.loads(out)
    result = Result(
        name,
        [each["requirement"] for each in found["found"]],
        [each["module"] for each in found["unknown"]],
    )
    if look_only:
        return result
    status, out, errors = nbenv("adopt", "--json", str(path), timeout=timeout)
    result.installed = status == 0
    if status:
        result.stopped = errors or out
        return result
    done = path.with_name("done.ipynb")
    words = ("run", "--adopt", "--yes", "-q", str(path), "-o", str(done))
    status, _, errors = nbenv(*words, timeout=timeout)
    result.stopped = errors if status else ""
    shown = nbformat.read(done if done.exists() else path, as_version=4)
    code = [cell for cell in shown.cells if cell.cell_type == "code" and cell.source.strip()]
    result.cells = len(code)
    result.ran = sum(map(_ran, code)) if done.exists() else 0
    return result


def _ran(cell: nbformat.NotebookNode) -> bool:
    failed = any(output.output_type == "error" for output in cell.outputs)
    return "execution" in cell.metadata and not failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--look", action="store_true")
    parser.add_argument("--timeout", type=float, default=600)
    parser.add_argument("--limit", type=int)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("NBENV_HOME", home)
        for path in list(notebooks(options.folder))[: options.limit]:
            with tempfile.TemporaryDirectory() as scratch:
                name = str(path.relative_to(options.folder))
                copy = copied(path, Path(scratch))
                results.append(
                    adopt_and_run(copy, name, look_only=options.look, timeout=options.timeout)
                )
            print(results[-1], flush=True)
            if not options.look:
                nbenv("prune", timeout=options.timeout)
    whole = sum(1 for each in results if each.installed and each.ran == each.cells)
    installed = sum(each.installed for each in results)
    print(f"{len(results)} notebooks: {installed} installed, {whole} ran to their end")
    if options.output:
        text = json.dumps([asdict(each) for each in results], indent=1)
        options.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
