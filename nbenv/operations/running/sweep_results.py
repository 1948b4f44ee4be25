"""The folder of a sweep's results: a notebook for each row, and an index of how the rows went.

A sweep here and one on a cluster keep the same index, so that each continues the other.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbenv.core.typed.declared_parameters import TAG, tags_of
from nbenv.core.typed.parameters import carried
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import NbenvError, StoppedError, UsageError
from nbenv.notebook.cells import cells_of, read_notebook, source_of
from nbenv.operations.running.row_process import values_in
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["INDEX", "Row", "SweepResults", "check_folder", "fingerprint", "row_line"]

INDEX = "index.json"
"""The file in the results' folder that says how each row went."""

_OUTPUT = re.compile(r"row-\d{4,}\.ipynb")
"""The names of the rows' notebooks; an index must not name other files."""
Row = dict[str, Any]
"""A row of the index: its number, parameters, output, and how it went."""


def check_folder(output: str | None) -> Path:
    """Return the folder of the results; raise `UsageError` where none is named."""
    if not output or Path(output).suffix in (".ipynb", ".html"):
        raise UsageError("A sweep writes a folder.", todo="Choose one: -o FOLDER")
    return Path(output)


def fingerprint(ref: NotebookRef) -> str:
    """Return a digest of what a row's result follows from, parameters aside."""
    snapshot = NotebookSnapshot.read(ref)
    digest = hashlib.sha256(snapshot.digest.encode())
    for cell in cells_of(read_notebook(ref.notebook)):
        if cell.get("cell_type") == "code":
            text = f"\0{TAG in tags_of(cell)}\0{source_of(cell)}"
            digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


class SweepResults:
    """The folder of a sweep's results, with its index."""

    def __init__(
        self, folder: Path, notebook: str, fingerprint: str, values: Sequence[dict[str, object]]
    ) -> None:
        self._folder, self._notebook = folder, notebook
        self._moves: dict[str, str] = {}
        done: dict[str, list[Row]] = {}
        for row in self._read():
            if self._is_done(row):
                done.setdefault(row["key"], []).append(row)
        self._rows = []
        for number, each in enumerate(values, 1):
            text = json.dumps([fingerprint, carried(each)], sort_keys=True)
            key = hashlib.sha256(text.encode()).hexdigest()[:16]
            self._rows.append(self._row(number, key, each, done.get(key, [])))

    def _row(self, number: int, key: str, values: Mapping[str, object], done: list[Row]) -> Row:
        """Return a row; its result is one of those that are done with its parameters, if any."""
        known: Row = {"row": number, "key": key, "parameters": values}
        known["output"] = f"row-{number:04}.ipynb"
        if not done:
            return {**known, "status": "pending"}
        found = min(done, key=lambda row: row["row"] != number)
        done.remove(found)
        if found["output"] != known["output"]:  # rows were added, removed or sorted
            self._moves[found["output"]] = known["output"]
        return {**found, **known}

    def path_of(self, row: Row) -> str:
        """Return where a row's notebook is written to."""
        return str(self._folder / row["output"])

    def keep(self, number: int, how: Mapping[str, object], notebook: bytes) -> str:
        """Keep a row that was run elsewhere, and return a line to show.

        Parameters
        ----------
        number
            The row's number.
        how
            Its ``status``, ``error`` and ``seconds``.
        notebook
            Its notebook, empty for none.

        Raises
        ------
        NbenvError
            The folder cannot be written.
        """
        row = self._rows[number - 1]
        path = Path(self.path_of(row))
        try:
            path.unlink(missing_ok=True)
            if notebook:
                partial = path.with_name(f"{path.name}.part")
                partial.write_bytes(notebook)
                partial.replace(path)
        except OSError as error:
            raise _unwritable(path, error) from None
        row |= {**how, "values": values_in(str(path))}
        self.write()
        return row_line(row)

    def pending(self) -> list[Row]:
        """Return the rows that have to be run."""
        return [row for row in self._rows if row["status"] != "done"]

    def begin(self) -> Steps[list[Row]]:
        """Write the index, say how much there is to do, and return the rows that have to be run.

        Notebooks of rows that have other numbers now get other names.
        """
        if self._moves:
            self._move()
        self.write()
        todo = self.pending()
        done = len(self._rows) - len(todo)
        kept = f" {done} {'is' if done == 1 else 'are'} done already." if done else ""
        message = f"Running {len(todo)} of {len(self._rows)} rows…{kept}"
        yield Progress("run", message, lasting=bool(kept))
        return todo

    def _move(self) -> None:
        moved = self._moves.values()
        # However this ends, no row of the index may have the notebook of another one.
        self._write(
            {**row, "status": "pending"} if row["output"] in moved else row for row in self._rows
        )
        steps = [(old, f"{new}.moved") for old, new in self._moves.items()]
        steps += [(f"{new}.moved", new) for new in moved]  # as two may change places
        for old, new in steps:
            try:
                (self._folder / old).replace(self._folder / new)
            except OSError as error:
                raise _unwritable(self._folder / new, error) from None

    def write(self) -> None:
        """Write the index: whoever reads it finds all of it."""
        self._write(self._rows)

    def _write(self, rows: Iterable[Row]) -> None:
        known = {"notebook": self._notebook, "rows": list(rows)}
        text = json.dumps(known, ensure_ascii=False, indent=1, default=repr) + "\n"
        partial = self._folder / f"{INDEX}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            partial.write_text(text, encoding="utf-8")
            partial.replace(self._folder / INDEX)
        except OSError as error:
            raise _unwritable(self._folder, error) from None

    def _read(self) -> list[Row]:
        """Return the rows of an earlier run; an index that somebody else made counts as none."""
        try:
            rows = json.loads((self._folder / INDEX).read_text(encoding="utf-8"))["rows"]
            known = [row for row in rows if {"key", "row", "status"} <= row.keys()]
            return [row for row in known if _OUTPUT.fullmatch(row["output"])]
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return []

    def _is_done(self, row: Row) -> bool:
        return bool(row["status"] == "done") and (self._folder / row["output"]).exists()

    @contextmanager
    def going_on_later(self) -> Iterator[None]:
        """Have an interrupt of a block say what is done, and that it need not be done again."""
        try:
            yield
        except KeyboardInterrupt:
            done = len(self._rows) - len(self.pending())
            raise StoppedError(
                "Stopped.",
                f"{done} of {len(self._rows)} rows are done, and kept in {self._folder}.",
                "To go on with the others, run the same command again.",
            ) from None

    def outcome(self) -> Outcome:
        """Return what to say about all rows."""
        failed = [row for row in self._rows if row["status"] != "done"]
        bad = f", {len(failed)} failed" if failed else ""
        good = len(self._rows) - len(failed)
        return Outcome(
            f"{good} of {len(self._rows)} rows done{bad}. Wrote {self._folder / INDEX}.",
            text="\n".join(map(row_line, failed)),
            data={"notebook": self._notebook, "rows": self._rows},
            failed=bool(failed),
        )


def _unwritable(path: Path, error: OSError) -> NbenvError:
    return NbenvError(f"{path} cannot be written.", f"{error.strerror}.")


def row_line(row: Row) -> str:
    """Return a line about a row that was run."""
    given = ", ".join(f"{name}={value!r}" for name, value in row["parameters"].items())
    how = f"done in {row['seconds']} s" if row["status"] == "done" else f"failed: {row['error']}"
    return f"row {row['row']} ({given}): {how}"
