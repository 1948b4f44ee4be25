"""What an environment takes in the notebook file, and what one changed distribution changes."""

from __future__ import annotations

import difflib
from pathlib import Path

from tests.benchmarks.common import nbenv, scratch, write_notebook

SETS = (("pandas",), ("pandas", "scikit-learn", "matplotlib"))


def changed_lines(before: str, after: str) -> int:
    """Return how many lines of a unified diff are added or removed."""
    diff = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return sum(line[0] in "+-" and not line.startswith(("+++", "---")) for line in diff)


def main() -> None:
    """Measure and print."""
    with scratch() as folder:
        for names in SETS:
            path = write_notebook(Path(folder, f"{'-'.join(names)}.ipynb"))
            before = path.read_text(encoding="utf-8")
            nbenv("install", str(path), *names)
            recorded = path.read_text(encoding="utf-8")
            print(f"{' + '.join(names)}: {(len(recorded) - len(before)) / 1000:.1f} KB")
        nbenv("install", str(path), "tabulate")
        added = path.read_text(encoding="utf-8")
        print(f"one more distribution changes {changed_lines(recorded, added)} lines")


if __name__ == "__main__":
    main()
