"""Known vulnerabilities, as a report and as an exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.errors import IndexAccessError, InstallerError, NotebookError
from nbenv.installer.vulnerabilities import Vulnerability
from nbenv.operations import audit
from nbenv.progress import Outcome, Progress, Steps, drain
from tests.support.environments import install, ref_of
from tests.support.index import LocalIndex

FOUND = [
    Vulnerability("leaf", "1.0", "GHSA-1", "Leaves fall", ("1.1", "2.0")),
    Vulnerability("leaf", "1.0", "GHSA-2", "Leaves fade"),
]


def run(
    notebook: Path,
    monkeypatch: pytest.MonkeyPatch,
    found: list[Vulnerability] | InstallerError,
    service: str | None = None,
    asked: list[str] | None = None,
) -> Outcome:
    """Audit with an answer of the database; `asked` gets the names that it was asked about."""

    def answer(distributions: list[LockedDistribution], *_: object) -> Steps[list[Vulnerability]]:
        yield Progress("audit", "asking")
        if asked is not None:
            asked[:] = sorted(each.name for each in distributions)
        if isinstance(found, InstallerError):
            raise found
        return found

    monkeypatch.setattr(audit, "find_vulnerabilities", answer)
    return drain(audit.audit(ref_of(notebook), service))


def test_each_vulnerability_is_reported(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(installed, monkeypatch, FOUND)
    assert done.failed
    assert done.summary == "2 known vulnerabilities in 1 package."
    assert done.text.splitlines() == [
        "leaf 1.0: GHSA-1 (fixed in 1.1, 2.0)", "  Leaves fall",
        "leaf 1.0: GHSA-2 (no fix yet)", "  Leaves fade",
    ]  # fmt: skip


def test_nothing_known_is_good_news(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(installed, monkeypatch, [])
    assert not done.failed
    assert done.summary == "No known vulnerability in 3 packages."


def test_a_private_name_is_not_asked_about(
    notebook: Path, stocked: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LocalIndex(tmp_path / "own") as own:
        own.wheel("acme-secrets", "1.0", requires=["numpy", "leaf"])
        own.wheel("numpy", "9.0")
        install(notebook, "acme-secrets", indexes=(f"own={own.url}",))
    asked: list[str] = []
    done = run(notebook, monkeypatch, [], asked=asked)
    assert "acme-secrets" not in asked
    assert {"leaf", "numpy"} <= set(asked)
    assert done.text.endswith("--service-url names a database that may know more.")
    assert done.data["not_asked"] == ["acme-secrets"]
    run(notebook, monkeypatch, [], service="https://osv.invalid", asked=asked)
    assert "acme-secrets" in asked


def test_a_database_that_cannot_be_reached_is_no_good_news(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(IndexAccessError) as caught:
        run(installed, monkeypatch, InstallerError("uv failed.", "No route to host."))
    assert "so nothing is known" in caught.value.what
    assert caught.value.why == "No route to host."


def test_a_notebook_without_record_has_nothing_to_audit(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotebookError):
        run(notebook, monkeypatch, [])
