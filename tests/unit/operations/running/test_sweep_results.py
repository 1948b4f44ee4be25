"""Unit tests of ``nbenv.operations.running.sweep_results``: what is run again, and what is said."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from nbenv.errors import NbenvError, StoppedError, UsageError
from nbenv.operations.running.sweep_results import SweepResults, check_folder, fingerprint
from nbenv.progress import drain
from tests.unit.export.made import locked, snapshot


def results(folder: Path, *values: dict[str, object], digest: str = "0") -> SweepResults:
    return SweepResults(folder, "a.ipynb", digest, values)


def finish(folder: Path, *values: dict[str, object]) -> None:
    """Write the folder of a sweep that is done."""
    done = results(folder, *values)
    for row in done.pending():
        row |= {"status": "done", "error": "", "seconds": 1.0, "values": {}}
    done.write()
    for number in range(1, len(values) + 1):
        (folder / f"row-{number:04}.ipynb").write_text(str(values[number - 1]))


def pending(found: SweepResults) -> list[int]:
    return [row["row"] for row in found.pending()]


def test_a_row_that_is_done_is_not_run_again(tmp_path: Path) -> None:
    one, two, three = ({"a": each} for each in (1, 2, 3))
    finish(tmp_path, one, two)
    assert pending(results(tmp_path, one, two, three)) == [3]
    assert pending(results(tmp_path, one, two, digest="other code")) == [1, 2]
    (tmp_path / "row-0001.ipynb").unlink()
    assert pending(results(tmp_path, one, two)) == [1]


def test_rows_that_have_other_numbers_keep_their_results(tmp_path: Path) -> None:
    one, two, three, same = {"a": 1}, {"a": 2}, {"a": 3}, {"a": 1}
    finish(tmp_path, one, two, three, same)
    found = results(tmp_path, {"a": 4}, three, one, two, same)
    assert pending(found) == [1]
    drain(found.begin())
    index = json.loads((tmp_path / "index.json").read_text(encoding="utf-8"))["rows"]
    assert [row["row"] for row in index] == [1, 2, 3, 4, 5]
    for row in index[1:]:
        assert (tmp_path / row["output"]).read_text() == str(row["parameters"])
    assert not list(tmp_path.glob("*.moved"))
    assert pending(results(tmp_path, {"a": 4}, three, one, two, same)) == [1]


def test_an_index_names_no_other_files(tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "mine.ipynb"
    finish(out, {"a": 1}, {"a": 2})
    other.touch()
    index = out / "index.json"
    for name in ("../mine.ipynb", str(other), "index.json", 3):
        known = json.loads(index.read_text(encoding="utf-8"))
        known["rows"][0]["output"] = name
        index.write_text(json.dumps(known), encoding="utf-8")
        found = results(out, {"a": 2}, {"a": 1})
        drain(found.begin())
        assert other.exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"rows": [1]}', '{"rows": [{"key": 1}]}'])
def test_an_index_that_is_none_is_written_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "index.json").write_text(text, encoding="utf-8")
    found = results(tmp_path, {"a": 1})
    assert pending(found) == [1]
    found.write()
    [row] = json.loads((tmp_path / "index.json").read_text(encoding="utf-8"))["rows"]
    assert (row["parameters"], row["output"]) == ({"a": 1}, "row-0001.ipynb")


def test_a_row_that_was_run_elsewhere_is_kept(tmp_path: Path) -> None:
    found = results(tmp_path, {"a": 1}, {"a": 2})
    found.write()
    how = {"status": "done", "error": "", "seconds": 1.0}
    assert found.keep(2, how, b'{"cells": []}') == "row 2 (a=2): done in 1.0 s"
    assert (tmp_path / "row-0002.ipynb").read_bytes() == b'{"cells": []}'
    assert pending(results(tmp_path, {"a": 1}, {"a": 2})) == [1]
    found.keep(2, {**how, "status": "failed", "error": "it was lost"}, b"")
    assert not (tmp_path / "row-0002.ipynb").exists()
    assert pending(results(tmp_path, {"a": 1}, {"a": 2})) == [1, 2]


def test_an_interrupt_says_what_is_kept(tmp_path: Path) -> None:
    finish(tmp_path, {"a": 1})
    found = results(tmp_path, {"a": 1}, {"a": 2})
    with pytest.raises(StoppedError, match="Stopped") as caught, found.going_on_later():
        raise KeyboardInterrupt
    assert caught.value.why == f"1 of 2 rows are done, and kept in {tmp_path}."
    assert "run the same command again" in caught.value.todo


def test_failed_rows_are_named(tmp_path: Path) -> None:
    found = results(tmp_path, {"a": 1}, {"a": "x"})
    first, second = found.pending()
    first |= {"status": "done", "seconds": 1.5}
    second |= {"status": "failed", "error": "ValueError: bad", "seconds": 2.0}
    outcome = found.outcome()
    assert outcome.failed
    assert outcome.summary.startswith("1 of 2 rows done, 1 failed. Wrote ")
    assert outcome.text == "row 2 (a='x'): failed: ValueError: bad"


def test_a_folder_is_needed_that_can_be_written(tmp_path: Path) -> None:
    for output in (None, "out.ipynb", "out.html"):
        with pytest.raises(UsageError, match="writes a folder"):
            check_folder(output)
    (tmp_path / "file").touch()
    with pytest.raises(NbenvError, match="cannot be written"):
        results(tmp_path / "file", {}).write()


def test_what_a_result_follows_from(tmp_path: Path) -> None:
    def made(folder: str, version: str = "1.0", source: str = "1", **cell: object) -> str:
        document = snapshot(tmp_path / folder, lock=(locked("a", version),), cells=(source, "2"))
        content = nbformat.read(document.ref.notebook, as_version=4)
        content.cells[-1].update(cell)
        nbformat.write(content, document.ref.notebook)
        return fingerprint(document.ref)

    output = nbformat.v4.new_output("stream", text="printed")
    first = made("first")
    assert made("outputs", outputs=[output], execution_count=3) == first
    others = {
        made("lock", "1.1"), made("code", source="3"),
        made("parameters", metadata={"tags": ["parameters"]}),
    }  # fmt: skip
    assert len(others | {first}) == 4
