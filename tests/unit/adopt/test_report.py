"""Unit tests of ``nbenv.adopt.report``."""

from __future__ import annotations

from nbenv.adopt.findings import Findings, FoundRequirement, Source
from nbenv.adopt.report import report, to_data

IMPORTS = Source(3, "imports")


def test_requirements_stand_below_their_sources_the_best_first() -> None:
    findings = Findings()
    findings.add("scikit-learn", IMPORTS, "cell 1", "sklearn")
    findings.add("pandas", IMPORTS, "cell 1", "pandas")
    for number in range(1, 6):
        findings.add("pandas", IMPORTS, f"cell {number}", "pandas")
    findings.add("rich", Source(1, "install lines, cell 7"), "cell 7")
    assert report(findings, "x.ipynb").splitlines() == [
        "From install lines, cell 7:",
        "  rich",
        "From imports:",
        "  pandas (cells 1, 2, 3, …)",
        "  scikit-learn (import sklearn: cell 1)",
    ]


def test_everything_else_has_a_line() -> None:
    findings = Findings(
        editable=["./here"],
        indexes={"own": "https://example.org/simple"},
        unknown={"mystery": ["cell 2"]},
        optional=[FoundRequirement("dask", IMPORTS, ("cell 3",))],
        offered=[FoundRequirement("lxml", IMPORTS, ("read_html(), cell 4",))],
        left_out=[FoundRequirement("black", Source(2, "requirements.txt"))],
        hints=["a hint"],
        skipped=["cell 5 is not valid Python"],
        notes=["a note."],
    )
    assert report(findings, "x.ipynb").splitlines() == [
        "Projects, not installed by adopt: ./here",
        "  To install: nbenv install x.ipynb -e ./here",
        "Indexes: own = https://example.org/simple",
        "Unknown: import mystery (cell 2): no known package provides it.",
        "Optional, left out: dask (cell 3).",
        "May be needed: lxml (read_html(), cell 4).",
        "  To install: nbenv install x.ipynb lxml",
        "In requirements.txt, but not used by this notebook: black.",
        "Hint: a hint.",
        "Skipped: cell 5 is not valid Python.",
        "Note: a note.",
    ]


def test_nothing_found_is_an_empty_report() -> None:
    assert report(Findings(), "x.ipynb") == ""


def test_the_data_for_programs() -> None:
    findings = Findings(python="3.9", unknown={"m": ["cell 1"]}, as_of="2020-01-01")
    findings.add("a", IMPORTS, "cell 1", "a")
    data = to_data(findings)
    assert data["found"] == [
        {"requirement": "a", "name": "a", "module": "a", "source": "imports", "where": ["cell 1"]}
    ]
    assert data["unknown"] == [{"module": "m", "where": ["cell 1"]}]
    assert (data["python"], data["as_of"]) == ("3.9", "2020-01-01")
    assert set(data) == {
        "python", "python_source", "found", "editable", "indexes", "unknown", "by_name", "optional",
        "offered", "left_out", "hints", "skipped", "notes", "as_of", "as_of_reason", "system",
    }  # fmt: skip
