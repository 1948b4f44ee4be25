"""Verdicts on notebooks: compared, told apart from what always changes, and reported."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from nbenv.errors import NbenvError
from nbenv.home import paths
from nbenv.notebook.cells import Cell, cells_of, read_notebook
from nbenv.notebook.outputs import CellDifference
from nbenv.operations import run, verify
from nbenv.operations.verify import Verdict
from tests.conftest import write_notebook


def cell(text: str) -> Cell:
    output = {"output_type": "stream", "name": "stdout", "text": text}
    return {"cell_type": "code", "source": "x", "outputs": [output] if text else []}


def compared(monkeypatch: pytest.MonkeyPatch, *runs: list[str]) -> Verdict:
    """Compare what was recorded with what the runs print."""
    results = [[cell(text) for text in texts] for texts in runs]
    monkeypatch.setattr(verify, "_code_cells", lambda _: results[0])
    left = iter(results[1:])
    monkeypatch.setattr(verify, "_run_in", lambda *_: next(left))
    verdict = verify._verdict("work.ipynb")
    assert next(left, None) is None  # no run too few, and none too many
    return verdict


def test_equal_outputs_need_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert compared(monkeypatch, ["a", "b"], ["a", "b"]).state == "same"


def test_without_outputs_it_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    assert compared(monkeypatch, ["", ""], ["a", "b"]).state == "ran"


def test_another_output_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = compared(monkeypatch, ["a", "b"], ["a", "c"], ["a", "c"])
    assert (verdict.state, verdict.is_good) == ("differs", False)
    assert [each.cell for each in verdict.cells] == [2]


def test_what_changes_from_run_to_run_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = compared(monkeypatch, ["a", "1"], ["a", "2"], ["a", "3"])
    assert (verdict.state, verdict.cells, verdict.changing) == ("same", (), (2,))
    verdict = compared(monkeypatch, ["a", "1"], ["b", "2"], ["b", "3"])
    assert (verdict.state, verdict.changing) == ("differs", (2,))
    assert [each.cell for each in verdict.cells] == [1]


@pytest.mark.parametrize("error", [NbenvError("It failed."), ValueError("It failed.")])
def test_an_error_is_a_verdict(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: str) -> Verdict:
        raise error

    monkeypatch.setattr(verify, "_compare_runs", fail)
    verdict = verify._verdict("work.ipynb")
    assert verdict.state == "failed"
    assert verdict.message.endswith("It failed.")


def test_only_code_cells_count(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "a.ipynb", "1", "2")
    assert len(verify._code_cells(str(path))) == len(cells_of(read_notebook(str(path)))) == 2


# -- the report

VERDICTS = (
    Verdict("a.ipynb", "same", changing=(2, 3), seconds=1.5),
    Verdict("b.ipynb", "ran"),
    Verdict("c.ipynb", "differs", (CellDifference(4, ("-x", "+\x07y")),), changing=(1,)),
    Verdict("d.ipynb", "failed", message="It failed.\nTry again."),
)


def test_each_verdict_is_a_line() -> None:
    done = verify._outcome(VERDICTS)
    assert done.failed
    assert done.summary == "2 of 4 notebooks verified."
    assert done.text.splitlines() == [
        "a.ipynb: the same outputs (cells 2, 3 change from run to run)",
        "b.ipynb: ran; it records no outputs to compare with",
        "c.ipynb: other outputs in cell 4 (cell 1 changes from run to run)",
        "  code cell 4:",
        "    -x",
        "    +\x07y",
        "d.ipynb: failed",
        "  It failed.",
        "  Try again.",
    ]
    assert not verify._outcome(VERDICTS[:2]).failed
    assert verify._outcome(VERDICTS[:1]).summary == "1 of 1 notebook verified."


def test_a_report_for_ci_can_be_read(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    verify._write_junit(VERDICTS, report)
    suite = ElementTree.parse(report).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "1", "1")
    assert [[child.tag for child in case] for case in suite] == [[], [], ["failure"], ["error"]]
    assert suite[0].get("time") == "1.5"
    assert suite[2][0].text == "  code cell 4:\n    -x\n    +y"  # XML holds no control characters


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(NbenvError, match="cannot be written"):
        verify._write_junit(VERDICTS, tmp_path / "absent" / "report.xml")


def test_a_clean_room_is_a_home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    homes = []

    def ran(path: str, out: str, *, agreed: str) -> object:
        homes.append(paths.home())
        write_notebook(Path(out), "1")
        return iter(())

    monkeypatch.setattr(run, "run", ran)
    assert len(verify._run_in("work.ipynb", str(tmp_path))) == 1
    assert homes == [str(tmp_path / "home")]
