"""Size of an environment in the notebook file, compared with juv's lock of the same requirements.

Both are resolved for all platforms, as an install does; only metadata is downloaded. The last row
counts the lines that one more package changes.
"""

from __future__ import annotations

import difflib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks import common
from nbenv.core.spec import Spec
from nbenv.environments import interpreters
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.notebook.metadata import KERNELSPEC, write_metadata
from nbenv.progress import drain

SETS = {
    ("pandas",): "≤ 10 KB",
    ("pandas", "scikit-learn", "matplotlib"): "",
    ("torch", "scikit-learn", "matplotlib"): "≤ 32 KB",
}


def resolved(spec: Spec, folder: Path) -> Spec:
    """Return a spec with the lock that an install would make."""
    steps = resolve_lock(spec, common.base_python(), folder, ResolveOptions())
    return replace(spec, lock=drain(steps))


def recorded(path: Path, spec: Spec) -> str:
    """Record an environment in the file as an install does; return the file's text."""
    changes = {"nbenv": spec.to_record(), "kernelspec": KERNELSPEC}
    write_metadata(str(path), changes)
    return path.read_text(encoding="utf-8")


def of_juv(juv: str, path: Path, names: tuple[str, ...]) -> int:
    """Return the size of juv's lock in bytes, including the cell with the requirements."""
    before = path.stat().st_size
    environ = {**common.peer_environ(), "UV_PYTHON": common.base_python()}
    for words in (["add", str(path), *names], ["lock", str(path)]):
        subprocess.run([juv, *words], check=True, env=environ, stdout=subprocess.DEVNULL)
    assert "uv.lock" in json.loads(path.read_text(encoding="utf-8"))["metadata"]
    return path.stat().st_size - before


def changed_lines(before: str, after: str) -> int:
    """Return how many lines of a unified diff were added or removed."""
    diff = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return sum(line[0] in "+-" and not line.startswith(("+++", "---")) for line in diff)


def rows(rounds: int) -> Iterator[common.Row]:
    """Measure once: sizes do not vary between rounds."""
    del rounds
    juv = common.tool("juv")
    with common.scratch() as folder:
        for number, (names, must) in enumerate(SETS.items()):
            path = common.write_notebook(folder / f"{number}.ipynb")
            theirs = of_juv(juv, common.write_notebook(folder / f"juv-{number}.ipynb"), names)
            before = path.stat().st_size
            spec = resolved(Spec(interpreters.default_python(), names), folder)
            text = recorded(path, spec)
            ours, other = (f"{size / 1000:.1f} KB" for size in (len(text) - before, theirs))
            share = f"{(len(text) - before) / theirs:.2f}"
            yield common.Row(f"metadata: {' + '.join(names)}", ours, f"juv: {other}", share, must)
        more = resolved(replace(spec, requirements=(*names, "tabulate")), folder)
        lines = changed_lines(text, recorded(path, more))
    yield common.Row("the same, one more package", f"{lines} lines", "", "", "")


common.main(rows, __name__)
